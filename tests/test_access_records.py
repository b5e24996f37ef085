"""Who did what, and the keys that programs ask with, as the database keeps them."""

from dataclasses import replace

import pytest

from churn.errors import NotFound, RequestRefused
from churn.store.access import Entry, KeyRow, audit_entries, keep_key, key_rows, revoke_key, write_entry
from churn.store.database import open_engine

# The audit trail shows the latest act first, and the same act once.


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


# Keys are kept by their hash; a name means one key at a time; a revoked one stays to be read.


CRM = KeyRow("0a1b", "crm", "score", "f" * 64, "2026-03-02T09:00:00+00:00", "ann")


def test_a_key_is_kept_and_found(home):
    book = open_engine()
    keep_key(book, CRM)
    assert key_rows(book) == (CRM,)


def test_a_revoked_key_stays_in_the_book_and_frees_its_name(home):
    book = open_engine()
    keep_key(book, CRM)
    with pytest.raises(RequestRefused, match="a key called 'crm' already"):
        keep_key(book, replace(CRM, id="ffff"))
    revoke_key(book, "crm", "2026-03-03")
    keep_key(book, replace(CRM, id="ffff", made="2026-03-04"))
    assert key_rows(book) == (replace(CRM, revoked="2026-03-03"), replace(CRM, id="ffff", made="2026-03-04"))


def test_a_key_that_is_not_there_or_ended_already_is_told(home):
    book = open_engine()
    keep_key(book, CRM)
    revoke_key(book, "0a1b", "2026-03-03")
    with pytest.raises(NotFound, match="no key '0a1b' in use"):
        revoke_key(book, "0a1b", "2026-03-04")
