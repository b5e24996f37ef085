"""Who is better left alone is remembered by business, and named again by the same experiment anew."""

import pytest

from churn.store.campaigns import suppress_contact, suppressed_customers
from churn.store.database import open_engine

pytestmark = pytest.mark.usefixtures("either_book")


def test_they_are_remembered_with_the_reason_for_their_business(home):
    book = open_engine()
    assert suppress_contact(book, "shoes", ["a", "b", "a"], why="calls", since="2026-03-01") == 2
    suppress_contact(book, "hats", ["c"], why="calls", since="2026-03-01")
    assert suppressed_customers(book, "shoes") == {"a": "calls", "b": "calls"}
    assert (suppressed_customers(book, "hats"), suppressed_customers(book, "ties")) == ({"c": "calls"}, {})


def test_the_same_experiment_measured_again_replaces_whom_it_named(home):
    book = open_engine()
    suppress_contact(book, "shoes", ["x"], why="letters", since="2026-02-01")
    for keys in (["a", "b"], ["b", "c"]):
        suppress_contact(book, "shoes", keys, why="calls", since="2026-03-01")
    assert set(suppressed_customers(book, "shoes")) == {"b", "c", "x"}
