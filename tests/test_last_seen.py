"""Lists scored, and the last that was seen of each customer."""

import pytest

from churn.store.customers import LastSeen, ListRecord, last_seen, lists_scored, record_list
from churn.store.database import open_engine

pytestmark = pytest.mark.usefixtures("either_book")

MONDAY = ListRecord("file-1", "shop", "v1", "2026-03-02T09:00:00", "a.csv", 2, 0.9, 12.5, {"High": 1, "Low": 1})


def seen(key, probability, **features):
    return {"key": key, "tier": "High", "probability": probability, "features": features}


def test_a_scored_list_is_kept_with_its_customers(home):
    book = open_engine()
    record_list(book, MONDAY, [seen("a", 0.7, tenure=3.0, plan=None), seen("b", 0.2)])
    assert lists_scored(book) == (MONDAY,)
    assert last_seen(book, "a") == LastSeen(
        "a", "shop", "v1", "2026-03-02T09:00:00", "file-1", "High", 0.7, {"tenure": 3.0, "plan": None}
    )
    assert last_seen(book, "stranger") is None


def test_the_later_list_replaces_what_was_seen_before(home):
    book = open_engine()
    record_list(book, MONDAY, [seen("a", 0.7)])
    tuesday = ListRecord("file-2", "shop", "v1", "2026-03-03T09:00:00", "b.csv", 1, 0.1)
    record_list(book, tuesday, [seen("a", 0.1)])
    assert (last_seen(book, "a").probability, lists_scored(book)) == (0.1, (tuesday, MONDAY))


def test_each_model_sees_for_itself(home):
    book = open_engine()
    record_list(book, MONDAY, [seen("a", 0.7)])
    record_list(book, ListRecord("file-1", "other", "v1", "2026-03-04", "a.csv", 1, 0.1), [seen("a", 0.3)])
    assert (last_seen(book, "a", "shop").probability, last_seen(book, "a").model) == (0.7, "other")
