"""A database is brought up to date once, step by step, and never half."""

import pytest
import sqlalchemy as sa

from churn.errors import RequestRefused, Unavailable
from churn.store import migrations as steps
from churn.store.customers import lists_scored, remember_mapping, remembered_mapping
from churn.store.database import looking, open_engine, writing
from churn.store.tables import LISTS, STEPS_DONE

on_both = pytest.mark.usefixtures("either_book")


def rows_of(engine, table):
    with looking(engine) as connection:
        return [tuple(row) for row in connection.execute(sa.select(table))]


def test_a_new_book_has_every_step_done_and_lies_in_the_home(home):
    engine = open_engine()
    assert rows_of(engine, STEPS_DONE) == [(n + 1,) for n in range(len(steps.STEPS))]
    assert (home / "data" / "book.db").is_file()


@on_both
def test_opening_again_carries_out_no_step_twice(home):
    remember_mapping(open_engine(), "layout", {"Kunde": "customerID"})
    assert remembered_mapping(open_engine(), "layout") == {"Kunde": "customerID"}


@on_both
def test_a_step_that_fails_leaves_the_book_as_it_was(home, monkeypatch):
    open_engine().dispose()

    def broken(connection):
        connection.exec_driver_sql("CREATE TABLE half (a INTEGER)")
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(steps, "STEPS", (*steps.STEPS, broken))
        with pytest.raises(Unavailable):
            open_engine()
    engine = open_engine()
    assert not sa.inspect(engine).has_table("half")
    assert len(rows_of(engine, STEPS_DONE)) == len(steps.STEPS)


@on_both
def test_a_later_step_is_added_to_an_older_book(home, monkeypatch):
    open_engine().dispose()
    monkeypatch.setattr(steps, "STEPS", (*steps.STEPS, lambda c: c.exec_driver_sql("CREATE TABLE later (a INTEGER)")))
    engine = open_engine()
    assert sa.inspect(engine).has_table("later")
    assert rows_of(engine, STEPS_DONE)[-1] == (len(steps.STEPS),)


@on_both
def test_a_newer_book_is_left_alone(home):
    engine = open_engine()
    with writing(engine) as connection:
        connection.execute(STEPS_DONE.insert().values(step=999))
    with pytest.raises(RequestRefused, match="newer version"):
        open_engine()


@on_both
def test_a_book_of_before_worth_was_marked_keeps_its_lists_and_marks_none_of_them(home):
    row = {"list": "a", "model": "m", "version": "v1", "scored": "2026", "source": "a.csv", "tiers": "{}"}
    book = open_engine()
    with writing(book) as connection:
        connection.exec_driver_sql("ALTER TABLE lists DROP COLUMN worth_basis")
        connection.execute(sa.delete(STEPS_DONE).where(STEPS_DONE.c.step > 6))
        connection.execute(sa.insert(LISTS).values(**row, rows=1, leavers=0.5, value_at_risk=9.0))
    book.dispose()
    (kept,) = lists_scored(open_engine())
    assert (kept.source, kept.value_at_risk, kept.worth_basis) == ("a.csv", 9.0, None)
