"""What was sent is remembered: claimed by one, noted when it arrived, free again when given up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from churn.store import campaigns as deliveries
from churn.store.campaigns import claim, give_up, note_delivered
from churn.store.database import open_engine

pytestmark = pytest.mark.usefixtures("either_book")

THERE = "https://crm.example/in"


def test_what_arrived_is_known_for_that_address_alone(home):
    book = open_engine()
    assert claim(book, THERE, "spring-1") == "ours"
    note_delivered(book, THERE, "spring-1")
    assert claim(open_engine(), THERE, "spring-1") == "delivered"
    assert claim(book, "https://other.example/", "spring-1") == claim(book, THERE, "spring-2") == "ours"


def test_what_was_given_up_can_be_sent_at_once(home):
    book = open_engine()
    assert [claim(book, THERE, "a"), claim(book, THERE, "a")] == ["ours", "another's"]
    give_up(book, THERE, "a")
    assert claim(book, THERE, "a") == "ours"


def test_a_claim_of_a_killed_sender_is_free_after_a_while(home, monkeypatch):
    book = open_engine()
    claim(book, THERE, "a")
    monkeypatch.setattr(deliveries, "STALE", timedelta(0))
    assert claim(book, THERE, "a") == "ours"


def test_of_eight_senders_at_once_one_sends(home):
    def send(_):
        book = open_engine()
        whose = claim(book, THERE, "a")
        book.dispose()
        return whose

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == ["another's"] * 7 + ["ours"]
