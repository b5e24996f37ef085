"""The database opens, has room for several writers, and survives a kill."""

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from churn import Workspace
from churn.errors import Damaged, RequestRefused
from churn.store.customers import remember_mapping, remembered_mapping
from churn.store.database import MOST_OPEN, looking, open_engine, shared_book
from churn.store.tables import MAPPINGS
from tests.either_book import hang_up_on_others

on_both = pytest.mark.usefixtures("either_book")


def rows_of(engine, table):
    with looking(engine) as connection:
        return [tuple(row) for row in connection.execute(sa.select(table))]


@on_both
def test_eight_writers_at_once_all_find_room(home):
    def write(number):
        engine = open_engine()
        for turn in range(5):
            remember_mapping(engine, f"layout {number}", {f"heading {turn}": "ours"})
        engine.dispose()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert len(rows_of(open_engine(), MAPPINGS)) == 40


@on_both
def test_a_writer_killed_half_way_leaves_nothing_behind_and_locks_nobody_out(home):
    code = (
        "import os, signal; from churn.store.database import *; from churn.store.tables import MAPPINGS\n"
        "with writing(open_engine()) as c:\n"
        "    c.execute(MAPPINGS.insert(), {'layout': 'l', 'theirs': 't', 'ours': 'o', 'confirmed': ''})\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    engine = open_engine()
    remember_mapping(engine, "l", {"a": "b"})
    assert [row[:3] for row in rows_of(engine, MAPPINGS)] == [("l", "a", "b")]


def test_a_damaged_book_is_named_and_not_opened(home):
    (home / "data").mkdir()
    (home / "data" / "book.db").write_bytes(b"this is no database, and longer than a header of one hundred bytes" * 4)
    with pytest.raises(Damaged, match="damaged"):
        open_engine()


def test_a_disk_that_takes_nothing_is_told_at_once(home):
    open_engine().dispose()
    code = (
        "import resource, time; from churn.store.database import open_engine\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); began = time.monotonic()\n"
        "try: open_engine()\n"
        "except Exception as problem: print(type(problem).__name__, time.monotonic() - began < 5)\n"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, check=False, capture_output=True, text=True)
    assert done.stdout == "Unavailable True\n", done.stderr


def test_churn_book_names_another_database(home, monkeypatch, tmp_path):
    monkeypatch.setenv("CHURN_BOOK", f"sqlite:///{tmp_path / 'other.db'}")
    open_engine().dispose()
    assert (tmp_path / "other.db").is_file()
    monkeypatch.setenv("CHURN_BOOK", "no address")
    with pytest.raises(RequestRefused, match="CHURN_BOOK"):
        open_engine()


@pytest.fixture
def engines_made(monkeypatch):
    """Every engine that is made from now on."""
    made, create = [], sa.create_engine
    monkeypatch.setattr(sa, "create_engine", lambda *words, **more: made.append(create(*words, **more)) or made[-1])
    return made


@on_both
def test_all_questions_to_a_home_share_one_engine(home, engines_made):
    workspace = Workspace(home)
    for _ in range(3):
        workspace.access.audit()
        workspace.access.api_keys()
    assert len(engines_made) == 1


@on_both
def test_threads_that_ask_at_once_share_one_engine_and_lose_nothing(home):
    def write(number):
        engine = shared_book(home)
        for turn in range(5):
            remember_mapping(engine, f"layout {number}", {f"heading {turn}": "ours"})
        return engine

    with ThreadPoolExecutor(8) as pool:
        used = set(pool.map(write, range(8)))
    assert shared_book(home) in used
    assert len(rows_of(shared_book(home), MAPPINGS)) == 40


@pytest.mark.parametrize("again", ["deleted", "replaced"])
def test_a_home_that_was_deleted_or_replaced_is_opened_anew(tmp_path, monkeypatch, again):
    monkeypatch.delenv("CHURN_BOOK", raising=False)
    home, other = tmp_path / "home", tmp_path / "other"
    remember_mapping(shared_book(home), "l", {"theirs": "before"})
    remember_mapping(shared_book(other), "l", {"theirs": "after"})
    shutil.rmtree(home)
    if again == "replaced":
        shutil.copytree(other, home)
    assert remembered_mapping(shared_book(home), "l") == ({"theirs": "after"} if again == "replaced" else {})
    assert remembered_mapping(shared_book(other), "l") == {"theirs": "after"}


def test_a_book_that_does_not_open_is_tried_again(home):
    (home / "data").mkdir()
    (home / "data" / "book.db").write_bytes(b"this is no database, and longer than a header of one hundred bytes" * 4)
    with pytest.raises(Damaged):
        shared_book(home)
    (home / "data" / "book.db").unlink()
    assert rows_of(shared_book(home), MAPPINGS) == []


@on_both
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
def test_a_forked_child_opens_its_own_connections(home):
    mine = shared_book(home)
    remember_mapping(mine, "parent", {"theirs": "ours"})
    child = os.fork()
    if not child:
        try:
            engine = shared_book(home)
            remember_mapping(engine, "child", remembered_mapping(engine, "parent"))
            os._exit(0 if engine is not mine else 3)
        finally:
            os._exit(4)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert shared_book(home) is mine
    assert remembered_mapping(mine, "child") == {"theirs": "ours"}


@pytest.mark.parametrize("either_book", ["postgresql"], indirect=True)
def test_a_server_that_was_restarted_is_asked_again_without_a_word(home, either_book):
    remember_mapping(shared_book(home), "l", {"theirs": "ours"})
    hang_up_on_others()
    assert remembered_mapping(shared_book(home), "l") == {"theirs": "ours"}


def test_only_so_many_books_stay_open(tmp_path, monkeypatch):
    monkeypatch.delenv("CHURN_BOOK", raising=False)
    first = shared_book(tmp_path / "0")
    engines = [shared_book(tmp_path / str(number)) for number in range(1, MOST_OPEN + 1)]
    assert [shared_book(tmp_path / str(number)) for number in range(1, MOST_OPEN + 1)] == engines
    assert first.pool.checkedin() == 0
    assert shared_book(tmp_path / "0") is not first
