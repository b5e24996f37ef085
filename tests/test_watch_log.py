"""The log keeps every watched list once, the latest last."""

from dataclasses import replace

import pytest

from churn.store.database import open_engine
from churn.store.monitoring import (
    WatchRecord,
    first_watched,
    lists_watched,
    models_watched,
    record_outcome,
    record_watch,
)

ONE = WatchRecord("a" * 64, "telco", "v1", "2026-01-31T10:00:00+00:00", "january.csv", 900, "watch", "Why.", ["scores"])


@pytest.fixture
def book(home):
    return open_engine()


def test_what_was_found_is_read_back_as_it_was_written(book):
    record = replace(ONE, scores={"rate": 0.2}, gauges={"drift_customers": 900.0}, report={"columns": []})
    record_watch(book, record)
    assert lists_watched(book, "telco") == (record,)


def test_the_same_list_again_replaces_what_was_found_before(book):
    record_watch(book, ONE)
    record_watch(book, replace(ONE, verdict="keep", signs=[]))
    assert [(r.verdict, r.signs) for r in lists_watched(book, "telco")] == [("keep", [])]


def test_lists_come_in_the_order_they_were_watched_and_by_version(book):
    later = replace(ONE, list="b" * 64, version="v2", at="2026-02-28T10:00:00+00:00")
    for record in (later, ONE):
        record_watch(book, record)
    assert [r.version for r in lists_watched(book, "telco")] == ["v1", "v2"]
    assert lists_watched(book, "telco", "v2") == (later,)
    assert [r.version for r in lists_watched(book, "telco", before=later.at)] == ["v1"]
    assert [first_watched(book, "telco", one * 64) for one in "abc"] == [ONE.at, later.at, None]
    assert lists_watched(book, "telco", most=1) == (later,)
    assert models_watched(book) == ("telco",)


def test_outcomes_are_noted_later(book):
    record_watch(book, ONE)
    record_outcome(book, ONE, realised={"leavers": 60}, shadow={"duel": {}})
    found = lists_watched(book, "telco")[0]
    assert (found.realised, found.shadow, found.verdict) == ({"leavers": 60}, {"duel": {}}, "watch")
