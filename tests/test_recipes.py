"""Recipes: which table decides who has left, how far the data must go, and how its parts are found."""

from dataclasses import fields
from pathlib import Path

import pytest

from churn.errors import ListRefused
from churn.features.recipe import (
    COLUMN_WORDS,
    Measure,
    Recipe,
    RecipeField,
    RecipeRate,
    TableRecipe,
    Variety,
    match_columns,
    parse_recipe,
)
from churn.profiles import read_profile

# Recipes: which table decides who has left, and how far past the date the data must go.


def test_silence_is_read_from_the_log_and_expiry_from_the_payments():
    shop, music = (parse_recipe(read_profile(n).recipe) for n in ("shop", "music"))
    assert (shop.main.name, music.main.name) == ("events", "transactions")
    assert set(music.by_name) == {"transactions", "logs", "members"}


def test_a_subscription_needs_the_grace_after_the_horizon_too():
    shop, music = (parse_recipe(read_profile(n).recipe) for n in ("shop", "music"))
    assert (shop.reach(30), music.reach(30)) == (30, 60)


def test_every_word_of_a_recipe_is_documented():
    text = (Path(__file__).parent.parent / "data" / "profiles" / "RECIPES.md").read_text(encoding="utf-8")
    nouns = (Recipe, TableRecipe, Measure, RecipeRate, Variety, RecipeField)
    known = {f.name for noun in nouns for f in fields(noun)} | {w for words in COLUMN_WORDS.values() for w in words}
    hidden = {"name", "tables", "measures", "rates", "varieties", "fields"}
    assert [w for w in sorted(known - hidden) if f"`{w}`" not in text] == []
    assert [w for w in sorted(hidden - {"name"}) if f"{w}." not in text] == []


# Headings: the recipe's parts are found whatever the case and dashes, and a missing one is named.


SHOP = parse_recipe(read_profile("shop").recipe).main


def test_headings_are_found_without_case_spaces_and_dashes():
    found = match_columns(SHOP, ("User ID", "EVENT-TIME", "event type", "Price", "other"), {})
    assert found == {"key": "User ID", "time": "EVENT-TIME", "kind": "event type", "spend column": "Price"}


def test_the_likeliest_heading_wins_and_a_named_one_always():
    headings = ("date", "event_time", "user_id", "event_type", "price")
    assert match_columns(SHOP, headings, {})["time"] == "event_time"
    assert match_columns(SHOP, headings, {"time": "date"})["time"] == "date"


@pytest.mark.parametrize(
    ("headings", "named", "said"),
    [
        (("event_time", "event_type", "price"), {}, "no column for its key"),
        (("user_id", "event_type", "price"), {}, "no column for its time"),
        (("user_id", "event_time", "price"), {}, "no column for its kind"),
        (("user_id", "event_time", "event_type"), {}, "no column for its spend"),
        (("user_id", "event_time", "event_type", "price"), {"key": "kunde"}, "'key' cannot be column 'kunde'"),
        (("user_id", "event_time", "event_type", "price"), {"mood": "price"}, "'mood' cannot be column"),
    ],
)
def test_a_missing_or_wrong_column_is_refused_by_name(headings, named, said):
    with pytest.raises(ListRefused, match=said) as refused:
        match_columns(SHOP, headings, named)
    assert refused.value.fix
