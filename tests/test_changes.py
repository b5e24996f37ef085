"""A change is said in words anybody reads at once."""

from dataclasses import replace

import numpy as np
import pytest

from churn.monitoring.drift import describe_change, percent
from churn.monitoring.sketch import column_shapes, sketch_list
from churn.scoring.wording import wording_for
from tests.test_watch import MODEL, SCHEMA, a_list

PHRASES = {"columns": {"bill": {"label": "monthly charges"}}}
WORDING = wording_for(SCHEMA, PHRASES, currency="USD")
SHAPES = column_shapes(MODEL)


def said(name, **changes):
    sketch = sketch_list(MODEL, SHAPES, [a_list(6000, 99, **changes)])
    place = MODEL.encoder.names.index(name)
    return describe_change(SHAPES[place], sketch, place, WORDING)


def test_a_number_that_rose_is_said_in_percent_with_its_currency():
    words = said("bill", bill=lambda b: b * 1.12)
    assert words.startswith("Monthly charges: 12% higher than in the list the model learnt from (typically $")


def test_a_number_that_fell_is_lower():
    assert said("months", months=lambda m: m / 2).startswith("Months: 50% lower than ")


def test_a_number_that_only_spread_is_said_so():
    words = said("bill", bill=lambda b: 60.2 + (b - 60.2) * 2)
    assert words.startswith("Monthly charges: spread differently than in the list the model learnt from, the middle")


def test_a_level_that_grew_is_named_with_both_shares():
    words = said("plan", plan=lambda p: np.where(np.arange(len(p)) % 2 == 0, "plus", p))
    assert words.startswith("Plan: “plus” is more common than in the list the model learnt from (60% instead of 2")


def test_a_flag_is_said_with_yes_or_no():
    assert said("auto", auto=lambda a: a & False).startswith("Auto: “no” is more common than ")


@pytest.mark.parametrize(("share", "text"), [(0.124, "12%"), (0.0123, "1.2%"), (0.01, "1%"), (-0.3, "-30%")])
def test_a_share_is_written_as_a_percentage(share, text):
    assert percent(share) == text


def test_what_was_below_zero_is_higher_without_a_percentage():
    shapes = [replace(s, middle=s.middle - 70) if s.name == "bill" else s for s in SHAPES]
    sketch = sketch_list(MODEL, SHAPES, [a_list(6000, 99, bill=lambda b: b - 60.2)])
    place = MODEL.encoder.names.index("bill")
    words = describe_change(shapes[place], sketch, place, WORDING)
    assert words.startswith("Monthly charges: higher than in the list the model learnt from (typically ")


def test_what_fell_to_nothing_is_lower_without_a_percentage():
    words = said("months", months=lambda m: np.where(m > 40, m, 0.0))
    assert words == "Months: lower than in the list the model learnt from (typically 0 instead of 36)"


def test_a_change_that_only_the_few_show_is_said_on_average():
    few = [
        replace(s, middle=np.where(np.arange(101) < 80, 0.0, 4.0), learnt=np.repeat([0.0, 4.0], [80, 20]))
        for s in SHAPES
    ]
    place = MODEL.encoder.names.index("months")
    sketch = sketch_list(MODEL, SHAPES, [a_list(6000, 99, months=lambda m: 4.0 * (m > 64))])
    words = describe_change(few[place], sketch, place, WORDING)
    assert words == (
        "Months: on average 49% lower than in the list the model learnt from, though most customers are as they were"
    )
