"""Who is better left alone is remembered by business, and named again by the same experiment anew."""

import pytest

from churn.store.campaigns import leave_alone, left_alone
from churn.store.database import open_book

pytestmark = pytest.mark.usefixtures("either_book")


def test_they_are_remembered_with_the_reason_for_their_business(home):
    book = open_book()
    assert leave_alone(book, "shoes", ["a", "b", "a"], why="calls", since="2026-03-01") == 2
    leave_alone(book, "hats", ["c"], why="calls", since="2026-03-01")
    assert left_alone(book, "shoes") == {"a": "calls", "b": "calls"}
    assert (left_alone(book, "hats"), left_alone(book, "ties")) == ({"c": "calls"}, {})


def test_the_same_experiment_measured_again_replaces_whom_it_named(home):
    book = open_book()
    leave_alone(book, "shoes", ["x"], why="letters", since="2026-02-01")
    for keys in (["a", "b"], ["b", "c"]):
        leave_alone(book, "shoes", keys, why="calls", since="2026-03-01")
    assert set(left_alone(book, "shoes")) == {"b", "c", "x"}
