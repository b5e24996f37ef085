"""Recipes: which table decides who has left, and how far past the date the data must go."""

from dataclasses import fields
from pathlib import Path

from churn.features.recipe import COLUMN_WORDS, Field, Measure, Rate, Recipe, TableRecipe, Variety, recipe_from
from churn.profiles import read_profile


def test_silence_is_read_from_the_log_and_expiry_from_the_payments():
    shop, music = (recipe_from(read_profile(n).recipe) for n in ("shop", "music"))
    assert (shop.main.name, music.main.name) == ("events", "transactions")
    assert set(music.by_name) == {"transactions", "logs", "members"}


def test_a_subscription_needs_the_grace_after_the_horizon_too():
    shop, music = (recipe_from(read_profile(n).recipe) for n in ("shop", "music"))
    assert (shop.reach(30), music.reach(30)) == (30, 60)


def test_every_word_of_a_recipe_is_documented():
    text = (Path(__file__).parent.parent / "data" / "profiles" / "RECIPES.md").read_text(encoding="utf-8")
    nouns = (Recipe, TableRecipe, Measure, Rate, Variety, Field)
    known = {f.name for noun in nouns for f in fields(noun)} | {w for words in COLUMN_WORDS.values() for w in words}
    hidden = {"name", "tables", "measures", "rates", "varieties", "fields"}
    assert [w for w in sorted(known - hidden) if f"`{w}`" not in text] == []
    assert [w for w in sorted(hidden - {"name"}) if f"{w}." not in text] == []
