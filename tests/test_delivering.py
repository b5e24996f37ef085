"""Sending goes on where it stopped: what arrived is not sent again."""

from dataclasses import replace

import pytest

from churn.errors import RequestRefused, Unavailable
from churn.store.campaigns import claim
from churn.store.database import open_engine
from churn.workspace.delivery import Delivery, Parcel, deliver, open_poster
from tests.receiver import receiving

pytestmark = pytest.mark.usefixtures("either_book")

THREE = [Parcel(f"p{n}", b"{}") for n in (1, 2, 3)]


def poster():
    return replace(open_poster(), pause=0.001, tries=2)


def test_a_second_sending_sends_nothing(home, monkeypatch):
    with receiving(monkeypatch) as receiver:
        first, again = (deliver(home, poster(), THREE) for _ in range(2))
    assert (first.sent, again) == (3, Delivery(first.where, 0, 3))
    assert receiver.keys() == ["p1", "p2", "p3"]
    assert again.words.endswith("nothing was sent twice.")


def test_after_a_failure_the_next_try_goes_on_where_it_stopped(home, monkeypatch):
    with receiving(monkeypatch, 200, 500, 500) as receiver:
        with pytest.raises(Unavailable, match="1 messages had arrived; they are not sent again"):
            deliver(home, poster(), THREE)
        done = deliver(home, poster(), THREE)
    assert (done.sent, done.before) == (2, 1)
    assert receiver.keys() == ["p1", "p2", "p2", "p2", "p3"]


def test_a_refused_message_can_be_sent_again_once_the_receiver_is_put_right(home, monkeypatch):
    with receiving(monkeypatch, 401) as receiver:
        with pytest.raises(RequestRefused, match="answered 401"):
            deliver(home, poster(), THREE)
        assert deliver(home, poster(), THREE).sent == 3
    assert receiver.keys() == ["p1", "p1", "p2", "p3"]


def test_what_another_is_sending_is_left_to_them(home, monkeypatch):
    with receiving(monkeypatch) as receiver:
        claim(open_engine(), poster().address, "p1")
        with pytest.raises(Unavailable, match="Somebody else is sending the same just now"):
            deliver(home, poster(), THREE)
    assert receiver.got == []
