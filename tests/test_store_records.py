"""What the database keeps of customers and campaigns, on SQLite and on PostgreSQL."""

import pytest

from churn.store.campaigns import (
    Measurement,
    add_playbook,
    measured_so_far,
    outcomes_of,
    playbooks_of,
    record_measurement,
    suppress_contact,
    suppressed_customers,
)
from churn.store.customers import LastSeen, ListRecord, last_seen, lists_scored, record_list
from churn.store.database import open_engine

# Lists scored, and the last that was seen of each customer.


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


# What came back is kept once per campaign, and measuring again replaces it.


FOUND = Measurement("spring", "2026-04-01", "2026-04-01", "file-1", {"lift": 0.04}, [{"action": "call"}])


def came(key, outcome, accepted=None):
    return {"key": key, "outcome": outcome, "contacted": None, "accepted": accepted}


def test_a_measurement_is_given_back_with_its_outcomes(home):
    book = open_engine()
    record_measurement(book, FOUND, [came("b", 0, 1), came("a", 1)])
    assert measured_so_far(book) == {"spring": FOUND}
    assert outcomes_of(book, "spring") == [came("a", 1), came("b", 0, 1)]


def test_measuring_again_replaces_the_outcomes_but_not_the_first_day(home):
    book = open_engine()
    record_measurement(book, FOUND, [came("a", 1), came("b", 0)])
    record_measurement(
        book, Measurement("spring", "2026-05-01", "2026-05-01", "file-2", {"lift": 0.02}), [came("a", 0)]
    )
    assert measured_so_far(book)["spring"] == Measurement(
        "spring", "2026-04-01", "2026-05-01", "file-2", {"lift": 0.02}, []
    )
    assert outcomes_of(book, "spring") == [came("a", 0)]


# Playbooks in the database: numbered, never changed.


def test_versions_are_numbered_per_business(home):
    book = open_engine()
    for profile, text in (("shoes", "a"), ("shoes", "b"), ("hats", "c")):
        add_playbook(book, profile, text, how="by hand", why="w", made="2026-01-01")
    assert [(v.number, v.playbook) for v in playbooks_of(book, "shoes")] == [(1, "a"), (2, "b")]
    assert [(v.number, v.playbook) for v in playbooks_of(book, "hats")] == [(1, "c")]


def test_the_same_words_again_make_no_new_version(home):
    book = open_engine()
    first = add_playbook(book, "shoes", "a", how="by hand", why="w", made="2026-01-01")
    assert add_playbook(book, "shoes", "a", how="by hand", why="again", made="2026-01-02") == first
    assert add_playbook(book, "shoes", "a", how="learnt", why="w", made="2026-01-02").number == 2


# Who is better left alone is remembered by business, and named again by the same experiment anew.


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
