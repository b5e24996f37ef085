"""Spares the tests the waiting for the disk: a power cut is nothing that they can try, a killed process they do."""

import os

import pytest

from churn.store import database as connections


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk():
    """Files and SQLite books of this process are not flushed to the disk; processes that tests start do flush."""
    settings = connections._settings

    def without_flushing(connection, record):
        settings(connection, record)
        connection.execute("PRAGMA synchronous=OFF").close()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda file: None)
        patched.setattr(connections, "_settings", without_flushing)
        yield


@pytest.fixture(autouse=True)
def no_book_left_open():
    """Each test opens its books anew, and leaves none open."""
    yield
    connections.close_books()
