"""Changes are read as a person types them, and refused in words."""

from dataclasses import replace
from datetime import date

import pytest

from churn.errors import RequestRefused
from churn.schema import Column, Schema
from churn.scoring.whatif import apply_changes, parse_value
from churn.training.encoder import Encoder, Field
from churn.training.model import build_reference
from tests.small_model import ENCODER, SCHEMA, small_model

MODEL = small_model()


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("spend", "29.85", 29.85),
        ("spend", " ", None),
        ("plan", "YEARLY ", "yearly"),
        ("senior", "yes", True),
        ("senior", "0", False),
        ("senior", 1, True),
        ("senior", True, True),
        ("plan", None, None),
    ],
)
def test_a_typed_text_becomes_the_value_the_list_would_hold(name, typed, value):
    assert parse_value(MODEL, name, typed) == value


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("spend", "cheap", "not a number"),
        ("spend", "inf", "not a number"),
        ("plan", "weekly", "never seen"),
        ("senior", "maybe", "yes nor no"),
        ("left", "yes", "does not read"),
        ("=1+1", "x", "does not read"),
    ],
)
def test_what_cannot_be_read_is_refused(name, typed, says):
    with pytest.raises(RequestRefused, match=says):
        parse_value(MODEL, name, typed)


UNSTATED = Schema(tuple(replace(c, low=None) for c in SCHEMA.columns))
LEARNT = replace(ENCODER, fields=(*ENCODER.fields[:3], replace(ENCODER.fields[3], low=-40.0, high=140.0)))


@pytest.mark.parametrize(
    ("model", "name", "typed", "fix"),
    [
        (small_model(), "months", "-5", "Give a number of 0 or more."),
        (small_model(schema=SCHEMA.having("months", low=0, high=240)), "months", 241, "Give a number from 0 to 240."),
        (small_model(schema=UNSTATED, encoder=LEARNT), "spend", "-1", "Give a number from 0 to 140."),
        (small_model(schema=UNSTATED, encoder=LEARNT), "spend", "$1,000", "Give a number from 0 to 140."),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_the_schema_or_by_what_was_learnt(model, name, typed, fix):
    with pytest.raises(RequestRefused, match=f"{name} cannot be") as refused:
        parse_value(model, name, typed)
    assert refused.value.fix == fix


def test_a_number_may_be_negative_where_it_was_before():
    rows = MODEL.reference.rows.copy()
    rows[0, 3] = -10.0
    own = build_reference(LEARNT, rows, MODEL.probability(rows))
    assert parse_value(small_model(schema=UNSTATED, encoder=LEARNT, reference=own), "spend", "-20") == -20.0


def test_only_the_changed_fields_change():
    assert apply_changes(MODEL, {"id": "a", "spend": 1.0}, {"spend": "2", "plan": "yearly"}) == {
        "id": "a",
        "spend": 2.0,
        "plan": "yearly",
    }


def test_dates_are_read_in_iso_form():
    dated = small_model(
        encoder=Encoder((*ENCODER.fields, Field("since", "age"))),
        schema=type(SCHEMA)((*SCHEMA.columns, Column("since", "date"))),
    )
    assert (
        parse_value(dated, "since", "2026-01-31") == parse_value(dated, "since", date(2026, 1, 31)) == date(2026, 1, 31)
    )
    with pytest.raises(RequestRefused, match="not a date"):
        parse_value(dated, "since", "soon")
