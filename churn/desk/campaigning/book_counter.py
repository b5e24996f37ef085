"""The part of the counter that asks what the score book holds, and takes customers out of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from churn.desk.access.access_counter import AccessCounter
from churn.desk.business import playbooks

if TYPE_CHECKING:
    from churn.book.last_seen import ListRecord
    from churn.desk.campaigning.erasing import Forgotten


class BookCounter(AccessCounter):
    """Which lists the book knows, and how a customer is forgotten."""

    def lists_scored(self) -> tuple[ListRecord, ...]:
        """The lists kept in the book, the latest first."""
        from churn.book.last_seen import lists_scored

        with playbooks.the_book(self.home) as book:
            return lists_scored(book)

    def forget(self, key: str) -> Forgotten:
        """Remove one customer everywhere anything is kept."""
        from churn.desk.campaigning.erasing import forgotten

        with self.acting("forget", "one customer"):
            found = forgotten(self.home, key)
            return replace(found, rows=found.rows + self.recorder.forget(key))

    def forget_before(self, day: str) -> Forgotten:
        """Remove what is known of customers from before a day (as 2026-01-31)."""
        from churn.desk.campaigning.erasing import forgotten_before

        with self.acting("forget", f"everybody before {day}"):
            return forgotten_before(self.home, day)
