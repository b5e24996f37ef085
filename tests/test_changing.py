"""Changes are read as a person types them, and refused in words."""

from datetime import date

import pytest

from churn.errors import RequestRefused
from churn.learning.encoded.encoding import Encoder, Field
from churn.schema import Column
from churn.scoring.changing import changed, value_for
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
    assert value_for(MODEL, name, typed) == value


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
        value_for(MODEL, name, typed)


def test_only_the_changed_fields_change():
    assert changed(MODEL, {"id": "a", "spend": 1.0}, {"spend": "2", "plan": "yearly"}) == {
        "id": "a",
        "spend": 2.0,
        "plan": "yearly",
    }


def test_dates_are_read_in_iso_form():
    dated = small_model(
        encoder=Encoder((*ENCODER.fields, Field("since", "age"))),
        schema=type(SCHEMA)((*SCHEMA.columns, Column("since", "date"))),
    )
    assert value_for(dated, "since", "2026-01-31") == value_for(dated, "since", date(2026, 1, 31)) == date(2026, 1, 31)
    with pytest.raises(RequestRefused, match="not a date"):
        value_for(dated, "since", "soon")
