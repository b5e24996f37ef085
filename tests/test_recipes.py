"""Recipes: which table decides who has left, and how far past the date the data must go."""

from churn.events.recipe_words import recipe_from
from churn.profiles import read_profile


def test_silence_is_read_from_the_log_and_expiry_from_the_payments():
    shop, music = (recipe_from(read_profile(n).recipe) for n in ("shop", "music"))
    assert (shop.main.name, music.main.name) == ("events", "transactions")
    assert set(music.by_name) == {"transactions", "logs", "members"}


def test_a_subscription_needs_the_grace_after_the_horizon_too():
    shop, music = (recipe_from(read_profile(n).recipe) for n in ("shop", "music"))
    assert (shop.reach(30), music.reach(30)) == (30, 60)
