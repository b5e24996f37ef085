"""A score is kept beside the request; a database that is away delays the record, and nothing is lost."""

import time
from types import SimpleNamespace

import pytest

from churn import Workspace
from churn.workspace import recorder as recording
from churn.workspace.recorder import FOLDER, Recorder, records_of

AWAY = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def scored(key="a", **features):
    return SimpleNamespace(key=key, model="telco@v1", tier="High", probability=0.5, features=features or {"tenure": 3})


def arrived(home, key="a", seconds=10.0):
    until = time.monotonic() + seconds
    while (found := Workspace(home).customers.last_seen(key)) is None and time.monotonic() < until:
        time.sleep(0.02)
    return found


@pytest.fixture
def recorder(home, monkeypatch):
    monkeypatch.setattr(recording, "GATHER", 0.01)
    monkeypatch.setattr(recording, "RETRY", 0.05)
    made = Recorder(home)
    yield made
    made.close()


def test_a_score_is_in_the_book_a_moment_later(home, recorder):
    assert recorder.keep("seen", list(records_of(scored(), "api"))) == "kept"
    assert arrived(home).features == {"tenure": 3}
    assert (recorder.waiting(), recorder.lost) == (0, 0)


def test_while_the_book_is_away_the_record_is_delayed_and_comes_when_it_is_back(home, recorder, monkeypatch):
    monkeypatch.setenv("CHURN_BOOK", AWAY)
    recorder.keep("seen", list(records_of(scored(), "api")))
    while not recorder.away:
        time.sleep(0.01)
    assert recorder.keep("seen", list(records_of(scored("b"), "api"))) == "delayed"
    assert recorder.waiting() > 0
    monkeypatch.delenv("CHURN_BOOK")
    assert arrived(home, "a").key == "a" and arrived(home, "b").key == "b"


def test_what_a_stopped_process_left_is_carried_by_the_next(home, recorder, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setenv("CHURN_BOOK", AWAY)
        first = Recorder(home)
        first.keep("seen", list(records_of(scored(), "api")))
        first.close()
    assert recorder.left_over
    recorder.begin()
    assert arrived(home)


def test_closing_carries_what_is_left(home, monkeypatch):
    monkeypatch.setattr(recording, "GATHER", 60.0)
    recorder = Recorder(home)
    recorder.keep("seen", list(records_of(scored(), "api")))
    recorder.close()
    assert Workspace(home).customers.last_seen("a") and not list((home / FOLDER).iterdir())


def test_where_the_disk_takes_nothing_rows_wait_in_memory_up_to_a_number(home, recorder, monkeypatch):
    monkeypatch.setattr(recording, "IN_MEMORY", 1)
    monkeypatch.setattr(recorder, "carry", lambda: False)
    monkeypatch.setattr(recorder.spool, "add", lambda kind, rows: False)
    said = [recorder.keep("seen", list(records_of(scored(key), "api"))) for key in "ab"]
    assert (said, recorder.lost, len(recorder.in_memory)) == (["kept", "lost"], 1, 1)
    monkeypatch.undo()
    recorder.carry()
    assert Workspace(home).customers.last_seen("a")


def test_many_customers_wait_in_memory_one_by_one(home, own_telco, monkeypatch):
    counterpart = Workspace(own_telco).online.scorer(("customerID", "tenure"))
    many = counterpart.many([{"customerID": f"c{n}", "tenure": n} for n in range(3)])
    recorder = Recorder(home)
    monkeypatch.setattr(recorder, "carry", lambda: True)
    monkeypatch.setattr(recorder.spool, "add", lambda kind, rows: False)
    recorder.keep_scores(many, "api")
    assert (len(recorder.in_memory), recorder.forget("c1"), len(recorder.in_memory)) == (3, 1, 2)


def test_a_forgotten_customer_is_not_brought_back(home, recorder, monkeypatch):
    monkeypatch.setattr(recorder, "carry", lambda: True)
    recorder.in_memory.append(("seen", next(records_of(scored(), "api"))))
    recorder.keep("seen", [*records_of(scored(), "api"), *records_of(scored("b"), "api")])
    assert (recorder.forget("a"), recorder.forget("a")) == (2, 0)


def test_an_act_is_noted_when_the_book_is_back(home, monkeypatch):
    workspace = Workspace(home)
    with monkeypatch.context() as patched:
        patched.setenv("CHURN_BOOK", AWAY)
        workspace.note("promote", "telco@v2")
        workspace.recorder.close()
    Workspace(home).note("rollback", "telco")
    assert {entry.act for entry in Workspace(home).access.audit()} == {"promote", "rollback"}
