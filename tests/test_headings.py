"""Headings: the recipe's parts are found whatever the case and dashes, and a missing one is named."""

import pytest

from churn.errors import ListRefused
from churn.features.recipe import found_columns, recipe_from
from churn.profiles import read_profile

SHOP = recipe_from(read_profile("shop").recipe).main


def test_headings_are_found_without_case_spaces_and_dashes():
    found = found_columns(SHOP, ("User ID", "EVENT-TIME", "event type", "Price", "other"), {})
    assert found == {"key": "User ID", "time": "EVENT-TIME", "kind": "event type", "spend column": "Price"}


def test_the_likeliest_heading_wins_and_a_named_one_always():
    headings = ("date", "event_time", "user_id", "event_type", "price")
    assert found_columns(SHOP, headings, {})["time"] == "event_time"
    assert found_columns(SHOP, headings, {"time": "date"})["time"] == "date"


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
        found_columns(SHOP, headings, named)
    assert refused.value.fix
