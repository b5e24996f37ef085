"""Values are said as a person would say them, with or without a profile's own phrases."""

from datetime import date

import pytest

from churn.schema import Column, Schema
from churn.scoring.wording import PLAIN, wording_for

SCHEMA = Schema(
    (
        Column("price", unit="money", lever="actionable"),
        Column("share", unit="share"),
        Column("visits", unit="count"),
        Column("ratio"),
        Column("auto", "flag"),
        Column("plan", "category"),
        Column("since", "date"),
    )
)
BARE = wording_for(SCHEMA, currency="EUR")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("price", 29.85, "price of €29.85"),
        ("price", 1234.4, "price of €1,234"),
        ("price", -5, "price of -€5"),
        ("share", 0.125, "share of 12.5%"),
        ("visits", 1234.0, "visits of 1,234"),
        ("ratio", 0.0012345, "ratio of 0.00123"),
        ("ratio", 100.0, "ratio of 100"),
        ("auto", True, "auto: yes"),
        ("plan", "gold", "plan: gold"),
        ("plan", "{value} =x", "plan: {value} =x"),
        ("since", date(2026, 1, 31), "since: 2026-01-31"),
        ("ratio", None, "ratio not known"),
        ("extra", "a", "extra: a"),
    ],
)
def test_a_column_without_phrases_is_said_by_its_kind(name, value, said):
    assert BARE.says(name, value) == said


def test_a_profiles_words_come_before_the_general_ones():
    own = {"columns": {"visits": {"label": "calls", "zero": "never called"}, "plan": {"levels": {"gold": "gold plan"}}}}
    general = {"kinds": {"number": {"says": "{label}: {value}"}}, "columns": {"visits": {"one": "one call"}}}
    words = wording_for(SCHEMA, own, general)
    assert [words.says("visits", v) for v in (0.0, 1.0, 2.0)] == ["never called", "one call", "calls: 2"]
    assert [words.says("plan", v) for v in ("gold", "tin")] == ["gold plan", "plan: tin"]
    assert words.says("plan", "tin", seen=False) == "plan: tin, which the model has not seen before"


def test_only_what_an_offer_can_change_has_a_change():
    phrases = {"columns": {"price": {"change": "a discount"}, "ratio": {"change": "a miracle"}}}
    words = wording_for(SCHEMA, phrases)
    assert [words.change(n) for n in ("price", "ratio", "plan")] == ["a discount", "", ""]


def test_ranges_are_said_from_below_and_above():
    assert BARE.range_says("price", 10, None) == "price of €10 or more"
    assert BARE.range_says("price", 10, 20) == "price of €10 or more and price under €20"


def test_no_sentence_ever_says_because():
    assert "because" not in str(PLAIN)
    assert wording_for(SCHEMA).sentence("raises", says="x", points="3").startswith("x: raises the risk by 3 points")


def test_a_reason_has_a_short_form_for_tables():
    told = wording_for(SCHEMA)
    whole = told.sentence(
        "addressed", sentence=told.sentence("raises", says="No support", points="14"), change="support"
    )
    assert told.in_short(whole) == "No support +14"
    assert told.in_short(told.sentence("lowers_one", says="Plan: plus")) == "Plan: plus −1"
    assert told.in_short(told.reason(149.2, 70, says="Few transfers")) == "Few transfers +149, others −70"
    assert told.in_short(told.reason(-30.0, 12, says="Plan: plus")) == "Plan: plus −30, others +12"
    assert told.in_short("Said in other words") == "Said in other words"


@pytest.mark.parametrize(
    ("name", "said"), [("Remaining_contract", "Remaining contract"), ("is__tv_", "is tv"), ("plan", "plan"), ("_", "_")]
)
def test_a_column_of_an_unknown_business_is_called_by_its_name_in_words(name, said):
    words = wording_for(Schema((Column(name),)))
    assert (words.label(name), words.says(name, 3.0)) == (said, f"{said} of 3")
