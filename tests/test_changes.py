"""A change is said in words anybody reads at once."""

import numpy as np
import pytest

from churn.scoring.wording import wording_for
from churn.watching.changes import change_in_words, percent, verb_for
from churn.watching.shapes import shapes_of
from churn.watching.sketch import sketch_of
from tests.test_watch import MODEL, SCHEMA, a_list

PHRASES = {"columns": {"bill": {"label": "monthly charges"}}}
WORDING = wording_for(SCHEMA, PHRASES, currency="USD")
SHAPES = shapes_of(MODEL)


def said(name, **changes):
    sketch = sketch_of(MODEL, SHAPES, [a_list(6000, 99, **changes)])
    place = MODEL.encoder.names.index(name)
    return change_in_words(SHAPES[place], sketch, place, WORDING)


def test_a_number_that_rose_is_said_in_percent_with_its_currency():
    words = said("bill", bill=lambda b: b * 1.12)
    assert words.startswith("Monthly charges are 12% higher than in the list the model learnt from (typically $")


def test_a_number_that_fell_is_lower():
    assert said("months", months=lambda m: m / 2).startswith("Months are 50% lower than ")


def test_a_number_that_only_spread_is_said_so():
    words = said("bill", bill=lambda b: 60.2 + (b - 60.2) * 2)
    assert words.startswith("Monthly charges are spread differently than in the list the model learnt from: the middle")


def test_a_level_that_grew_is_named_with_both_shares():
    words = said("plan", plan=lambda p: np.where(np.arange(len(p)) % 2 == 0, "plus", p))
    assert words.startswith("Plan: “plus” is more common than in the list the model learnt from (60% instead of 2")


def test_a_flag_is_said_with_yes_or_no():
    assert said("auto", auto=lambda a: a & False).startswith("Auto: “no” is more common than ")


@pytest.mark.parametrize(("share", "text"), [(0.124, "12%"), (0.0123, "1.2%"), (0.01, "1%"), (-0.3, "-30%")])
def test_a_share_is_written_as_a_percentage(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(("name", "verb"), [("charges", "are"), ("status", "is"), ("access", "is"), ("tenure", "is")])
def test_a_column_is_one_thing_or_many_by_its_ending(name, verb):
    assert verb_for(name) == verb
