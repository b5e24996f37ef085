"""The book opens, is brought up to date once, and survives several writers and a kill."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from churn.book import tables
from churn.book.remembered import remember_mapping, remembered_mapping
from churn.book.tables import MAPPINGS, STEPS_DONE, looking, open_book, writing
from churn.errors import Damaged, RequestRefused, Unavailable

on_both = pytest.mark.usefixtures("either_book")


def rows_of(engine, table):
    with looking(engine) as connection:
        return [tuple(row) for row in connection.execute(sa.select(table))]


def test_a_new_book_has_every_step_done_and_lies_in_the_home(home):
    engine = open_book()
    assert rows_of(engine, STEPS_DONE) == [(n + 1,) for n in range(len(tables.STEPS))]
    assert (home / "data" / "book.db").is_file()


@on_both
def test_opening_again_carries_out_no_step_twice(home):
    remember_mapping(open_book(), "layout", {"Kunde": "customerID"})
    assert remembered_mapping(open_book(), "layout") == {"Kunde": "customerID"}


@on_both
def test_a_step_that_fails_leaves_the_book_as_it_was(home, monkeypatch):
    open_book().dispose()

    def broken(connection):
        connection.exec_driver_sql("CREATE TABLE half (a INTEGER)")
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(tables, "STEPS", (*tables.STEPS, broken))
        with pytest.raises(Unavailable):
            open_book()
    engine = open_book()
    assert not sa.inspect(engine).has_table("half")
    assert len(rows_of(engine, STEPS_DONE)) == len(tables.STEPS)


@on_both
def test_a_later_step_is_added_to_an_older_book(home, monkeypatch):
    open_book().dispose()
    monkeypatch.setattr(tables, "STEPS", (*tables.STEPS, lambda c: c.exec_driver_sql("CREATE TABLE later (a INTEGER)")))
    engine = open_book()
    assert sa.inspect(engine).has_table("later")
    assert rows_of(engine, STEPS_DONE)[-1] == (len(tables.STEPS),)


@on_both
def test_a_newer_book_is_left_alone(home):
    engine = open_book()
    with writing(engine) as connection:
        connection.execute(STEPS_DONE.insert().values(step=999))
    with pytest.raises(RequestRefused, match="newer version"):
        open_book()


@on_both
def test_eight_writers_at_once_all_find_room(home):
    def write(number):
        engine = open_book()
        for turn in range(5):
            remember_mapping(engine, f"layout {number}", {f"heading {turn}": "ours"})
        engine.dispose()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert len(rows_of(open_book(), MAPPINGS)) == 40


@on_both
def test_a_writer_killed_half_way_leaves_nothing_behind_and_locks_nobody_out(home):
    code = (
        "import os, signal; from churn.book.tables import *\n"
        "with writing(open_book()) as c:\n"
        "    c.execute(MAPPINGS.insert(), {'layout': 'l', 'theirs': 't', 'ours': 'o', 'confirmed': ''})\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, check=False)
    assert done.returncode == -signal.SIGKILL
    engine = open_book()
    remember_mapping(engine, "l", {"a": "b"})
    assert [row[:3] for row in rows_of(engine, MAPPINGS)] == [("l", "a", "b")]


def test_a_damaged_book_is_named_and_not_opened(home):
    (home / "data").mkdir()
    (home / "data" / "book.db").write_bytes(b"this is no database, and longer than a header of one hundred bytes" * 4)
    with pytest.raises(Damaged, match="damaged"):
        open_book()


def test_churn_book_names_another_database(home, monkeypatch, tmp_path):
    monkeypatch.setenv("CHURN_BOOK", f"sqlite:///{tmp_path / 'other.db'}")
    open_book().dispose()
    assert (tmp_path / "other.db").is_file()
    monkeypatch.setenv("CHURN_BOOK", "no address")
    with pytest.raises(RequestRefused, match="CHURN_BOOK"):
        open_book()
