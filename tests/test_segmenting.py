"""Segments are few, said in words, and every customer is in exactly one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.scoring import segments as room
from churn.scoring.segments import find_segments
from churn.training.calibration import wilson_interval
from tests.small_model import WORDING, small_model

MODEL = small_model()


def people(rows, seed=0, missing=0.0):
    random = np.random.default_rng(seed)
    columns = [random.integers(0, 72, rows), random.integers(0, 3, rows), random.integers(0, 2, rows)]
    matrix = np.column_stack([*columns, random.uniform(20, 110, rows)]).astype(np.float32)
    matrix[random.random(matrix.shape) < missing] = np.nan
    return matrix


def test_the_likeliest_to_leave_come_first_in_words():
    matrix = people(2000)
    found = find_segments(MODEL, WORDING, matrix, depth=2)
    assert found[0].text.startswith("Month-to-month contract, months under ")
    assert [s.probability for s in found] == sorted((s.probability for s in found), reverse=True)
    assert found[0].probability == pytest.approx(MODEL.probability(matrix)[found[0].rows].mean())
    assert any("another contract" in s.text for s in found)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 999), st.integers(1, 400), st.sampled_from([0.0, 0.2]))
def test_every_customer_is_in_exactly_one_segment(seed, rows, missing):
    found = find_segments(MODEL, WORDING, people(rows, seed, missing))
    assert sorted(np.concatenate([s.rows for s in found]).tolist()) == list(range(rows))
    assert sum(s.share_of_risk for s in found) == pytest.approx(1.0)
    assert len({s.text for s in found}) == len(found) <= 8


def test_protected_columns_describe_no_segment_unless_asked_for():
    matrix = people(1000)
    matrix[:, [0, 1, 3]] = matrix[0, [0, 1, 3]]
    assert [s.text for s in find_segments(MODEL, WORDING, matrix)] == ["Everybody"]
    asked = find_segments(MODEL, WORDING, matrix, protected=True)
    assert [s.text for s in asked] == ["Senior: yes", "Senior: no"]


def test_known_outcomes_give_the_share_that_left_with_its_interval():
    matrix, left = people(500), np.arange(500) % 4 == 0
    one = find_segments(MODEL, WORDING, matrix, left=left, depth=0)[0]
    assert (one.text, one.customers, one.left) == ("Everybody", 500, 0.25)
    assert (one.low, one.high) == wilson_interval(125, 500)


def test_a_longer_list_is_sorted_into_segments_found_on_a_part_of_it(monkeypatch):
    monkeypatch.setattr(room, "GROWN_ON", 300)
    found = find_segments(MODEL, WORDING, people(1000, missing=0.1))
    assert sum(s.customers for s in found) == 1000


def test_an_empty_list_is_one_empty_segment():
    assert [(s.text, s.customers) for s in find_segments(MODEL, WORDING, people(0))] == [("Everybody", 0)]
