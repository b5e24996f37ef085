"""Rows wait in files until the database has them: none is lost, none is written twice, none stops the others."""

import json
import os
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from churn.errors import Unavailable
from churn.store.access import audit_entries
from churn.store.customers import last_seen
from churn.store.database import open_engine
from churn.store.outbox import REFUSED, Outbox
from tests.other_processes import ROOT

NOTED = {"id": "a1", "at": "2026-03-02", "who": "ann", "role": "admin", "by": "key", "act": "promote", "what": "x@v2"}


def seen(key="a", scored="2026-03-02T09:00:00.1+00:00", **changes):
    row = {"model": "x", "key": key, "version": "v1", "scored": scored, "list": "api", "tier": "High"}
    return json.dumps({**row, "features": '{"tenure": 3.0}', "probability": 0.5, **changes})


@pytest.fixture
def spool(tmp_path):
    made = Outbox(tmp_path / "spool")
    yield made
    made.close()


def test_what_waits_is_carried_into_the_book_and_gone_from_the_disk(home, spool):
    assert spool.add("seen", [seen("a"), seen("b")]) and spool.add("audit", [json.dumps(NOTED)])
    assert spool.waiting() > 300
    assert (spool.carry(open_engine()), spool.waiting(), spool.carry(open_engine())) == (3, 0, 0)
    assert last_seen(open_engine(), "b").features == {"tenure": 3.0}
    assert audit_entries(open_engine())[0].what == "x@v2"


def test_many_customers_in_one_line_are_carried_and_forgotten_one_by_one(home, spool):
    features = {"tenure": [1.0, 2.0, None], "plan": ["a", None, None]}
    many = {"key": ["a", "b", "c"], "tier": ["High", "Low", "Low"], "probability": [0.5, 0.1, 0.1]}
    spool.add("seen", [seen(**many, features=features)])
    assert (spool.forget("a"), spool.carry(open_engine())) == (1, 1)
    assert [last_seen(open_engine(), key) and last_seen(open_engine(), key).features for key in "abc"] == [
        None,
        {"tenure": 2.0},
        None,
    ]


def test_what_is_known_from_later_stays(home, spool):
    spool.add("seen", [seen(scored="2026-03-02T10", probability=0.9), seen(scored="2026-03-02T09", probability=0.1)])
    spool.carry(open_engine())
    spool.add("seen", [seen(scored="2026-03-01", probability=0.2)])
    spool.carry(open_engine())
    assert last_seen(open_engine(), "a").probability == 0.9


def test_what_a_killed_process_left_is_carried_by_the_next(home, tmp_path, spool):
    code = (
        "import os, signal, sys; from pathlib import Path; from churn.store.outbox import Outbox\n"
        f"Outbox(Path(sys.argv[1])).add('seen', [{seen()!r}]); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(spool.folder)], cwd=ROOT, check=False)
    assert (done.returncode, spool.carry(open_engine())) == (-signal.SIGKILL, 1)


def test_the_file_of_a_living_process_is_left_alone(home, spool):
    spool.add("seen", [seen()])
    assert Outbox(spool.folder).carry(open_engine()) == 0
    assert spool.carry(open_engine()) == 1


def test_a_book_that_is_away_leaves_everything_where_it_is(home, spool):
    def hung_up(*_):
        raise Unavailable("The database does not answer.")

    book = open_engine()
    spool.add("seen", [seen()])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("churn.store.outbox.looking", hung_up)
        with pytest.raises(Unavailable):
            spool.carry(book)
    assert (spool.add("seen", [seen("b")]), spool.carry(book)) == (True, 2)


def test_no_more_waits_than_may(home, tmp_path):
    small = Outbox(tmp_path / "small", most=300)
    assert [small.add("seen", [seen()]) for _ in range(3)] == [True, False, False]
    assert small.carry(open_engine()) == 1
    assert small.add("seen", [seen()])
    small.close()


def test_a_folder_that_cannot_be_written_takes_nothing(tmp_path):
    (tmp_path / "spool").write_text("a file where the folder should be")
    assert Outbox(tmp_path / "spool").add("seen", [seen()]) is False


def test_a_line_that_was_cut_is_left_out(home, spool):
    spool.folder.mkdir()
    (spool.folder / "1-1.jsonl").write_text(json.dumps({"kind": "seen", "row": json.loads(seen())}) + '\n{"kind": "se')
    assert spool.carry(open_engine()) == 1


def test_what_the_book_refuses_is_set_aside_and_holds_up_nothing(home, spool):
    spool.folder.mkdir()
    (spool.folder / "0-1.jsonl").write_text(json.dumps({"kind": "seen", "row": json.loads(seen(tier=None))}) + "\n")
    spool.add("seen", [seen("b")])
    assert spool.carry(open_engine()) == 1
    assert [p.name for p in spool.folder.iterdir()] == [f"0-1{REFUSED}"]


def test_a_book_whose_disk_is_full_refuses_nothing_for_good(home, spool):
    book = open_engine()
    spool.add("seen", [seen(str(n), features="x" * 5000) for n in range(50)])
    full = sa.create_engine(book.url)
    sa.event.listen(full, "connect", lambda line, _: line.execute("PRAGMA max_page_count = 1"))
    with pytest.raises(Unavailable, match="full"):
        spool.carry(full)
    assert (list(spool.folder.glob(f"*{REFUSED}")), spool.carry(book)) == ([], 50)


def test_a_line_the_disk_had_half_the_room_for_spoils_no_other(home, spool, monkeypatch):
    spool.add("seen", [seen("a")])
    write = os.write
    with monkeypatch.context() as cramped:
        cramped.setattr(os, "write", lambda file, text: write(file, text[:20]))
        assert spool.add("seen", [seen("b")]) is False
    assert (spool.add("seen", [seen("c")]), spool.carry(open_engine())) == (True, 2)


def test_a_forgotten_customer_waits_nowhere(home, spool):
    spool.add("seen", [seen("a"), seen("b")])
    assert (spool.forget("a"), spool.carry(open_engine())) == (1, 1)
    assert last_seen(open_engine(), "a") is None


def test_the_files_are_for_their_owner_alone(spool):
    spool.add("seen", [seen()])
    assert spool.path.stat().st_mode & 0o777 == 0o600
