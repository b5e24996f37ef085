"""Where each heading stands, twins and nameless columns included."""

from collections import Counter

import pytest

from churn.errors import ListRefused
from churn.intake.columns import Holding
from churn.intake.header import name_unnamed
from churn.intake.matching import drop_empty, holdings_for, key_heading, number_places, refuse_differing, twin_notices
from churn.intake.options import ReadRequest
from churn.schema import Column, Schema

SCHEMA = Schema((Column("id", role="key", kind="text"), Column("fee", kind="number")))


def test_a_repeated_heading_is_a_twin_of_the_first():
    assert number_places(("id", "Fee", "fee ")) == ({"id": 0, "Fee": 1}, {2: 1})


def test_twins_that_hold_the_same_are_told():
    assert [n.text for n in twin_notices(("id", "id"), {1: 0})] == [
        "Columns 1 and 2 are both called id and hold the same; one was kept."
    ]


def test_twins_that_differ_are_refused_naming_both():
    with pytest.raises(ListRefused, match=r"Columns 1 \(id\) and 2 \(ID\) share a name, not values."):
        refuse_differing(("id", "ID"), {1: 0})


def test_a_stated_kind_is_known_under_a_confirmed_heading():
    held = holdings_for(("Gebühr", "other"), SCHEMA, ReadRequest(mapping={"gebühr": "fee"}))
    assert {h: found.stated for h, found in held.items()} == {"Gebühr": "number", "other": None}


@pytest.mark.parametrize(
    ("headings", "asked", "key"),
    [
        (("fee", "ID"), ReadRequest(), "ID"),
        (("fee", "Kunde"), ReadRequest(mapping={"kunde": "id"}), "Kunde"),
        (("fee", "name"), ReadRequest(roles={"key": "name"}), "name"),
        (("fee", "name"), ReadRequest(), None),
    ],
)
def test_the_key_is_the_column_said_confirmed_or_named_so(headings, asked, key):
    assert key_heading(headings, SCHEMA, None, asked) == key


def test_without_any_hint_the_first_column_is_looked_at_for_repeats():
    assert key_heading(("a", "b"), None, None, ReadRequest()) == "a"


def test_a_column_without_heading_and_values_is_only_a_separator():
    positions = {"id": 0, name_unnamed(1): 1, name_unnamed(2): 2}
    held = {
        "id": Holding(rows=1),
        name_unnamed(1): Holding(rows=1, missing=Counter({"": 1})),
        name_unnamed(2): Holding(rows=1),
    }
    kept, told = drop_empty(positions, held)
    assert kept == {"id": 0, name_unnamed(2): 2}
    assert [n.text for n in told] == [
        "1 column without heading and values was left out.",
        f"1 column had no heading and was named {name_unnamed(2)}.",
    ]
