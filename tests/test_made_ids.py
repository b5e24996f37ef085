"""No customer number is given twice, and each looks like the ones people know."""

import re

import numpy as np
import pytest

from churn.samples.random import contract_codes, join_letters, scramble, serial, tokens, uuids

PLACES = np.arange(200_000, dtype=np.int64)
SHAPES = {
    contract_codes: r"\d{4}-[A-Z]{5}",
    uuids: r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}",
    tokens: r"[A-Za-z0-9+/]{22}==",
}


@pytest.mark.parametrize("ids", SHAPES, ids=lambda f: f.__name__)
def test_ids_are_unique_and_look_as_they_should(ids):
    made = ids(PLACES, 7)
    assert len(made.unique()) == len(PLACES)
    assert all(re.fullmatch(SHAPES[ids], one) for one in made[:500].to_pylist())


@pytest.mark.parametrize("ids", SHAPES, ids=lambda f: f.__name__)
def test_another_seed_names_other_customers(ids):
    assert set(ids(PLACES[:2000], 1).to_pylist()).isdisjoint(ids(PLACES[:2000], 2).to_pylist())


def test_serial_numbers_stay_in_their_span_without_repeating():
    numbers = serial(np.arange(1000), 3, first=500, span=1000)
    assert sorted(numbers.tolist()) == list(range(500, 1500))


def test_serial_numbers_hold_for_the_last_of_a_hundred_million_customers():
    far = serial(np.array([0, 99_999_999], np.int64), 3, first=0, span=10**4 * 26**5)
    assert (far.min() >= 0, far.max() < 10**4 * 26**5, len(set(far.tolist()))) == (True, True, 2)


def test_scrambling_is_one_to_one():
    assert len(np.unique(scramble(PLACES, 11))) == len(PLACES)


def test_some_tokens_begin_like_a_formula_as_real_ones_do():
    assert any(one.startswith("+") for one in tokens(PLACES[:1000], 7).to_pylist())


def test_letters_and_marks_are_joined_row_by_row():
    assert join_letters(np.array([[65], [66]], np.uint8), b"-x").to_pylist() == ["A-x", "B-x"]
