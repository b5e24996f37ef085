"""The book opens, has room for several writers, and survives a kill."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from churn.errors import Damaged, RequestRefused
from churn.store.customers import remember_mapping
from churn.store.database import looking, open_engine
from churn.store.tables import MAPPINGS

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
