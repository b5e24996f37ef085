"""The audit trail shows the latest act first, and the same act once."""

from dataclasses import replace

from churn.store.access import Entry, audit_entries, write_entry
from churn.store.database import open_engine

PROMOTED = Entry("a1", "2026-03-02T09:00:00.000001", "ann", "admin", "sign-in", "promote", "shop@v2")


def test_the_latest_act_comes_first(home):
    book = open_engine()
    later = replace(PROMOTED, id="a0", at="2026-03-02T09:00:00.000002", act="rollback")
    for entry in (PROMOTED, later):
        write_entry(book, entry)
    assert audit_entries(book) == (later, PROMOTED)
    assert audit_entries(book, most=1) == (later,)


def test_an_act_that_is_written_twice_stays_one(home):
    book = open_engine()
    write_entry(book, PROMOTED)
    write_entry(book, PROMOTED)
    assert audit_entries(book) == (PROMOTED,)
