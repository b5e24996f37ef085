"""Messages leave the house once: the book remembers what was delivered, and a repeat goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.desk.business.playbooks import the_book
from churn.desk.campaigning.posting import Parcel, Poster
from churn.errors import ChurnError, Unavailable

if TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True)
class Delivery:
    """What came of sending: to whom, how many messages arrived now, and how many had arrived before."""

    where: str
    sent: int
    before: int

    @property
    def words(self) -> str:
        """The same in a sentence."""
        if not self.sent:
            return f"{self.where} has everything already: nothing was sent twice."
        known = f"; {self.before:,} had arrived before" if self.before else ""
        return f"{self.sent:,} message{'s' * (self.sent > 1)} arrived at {self.where}{known}."

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return dict(vars(self))


def delivered(home: Path, poster: Poster, parcels: Iterable[Parcel]) -> Delivery:
    """Send what has not arrived yet, in order; where one cannot be delivered, the rest waits for the next try."""
    sent, before = 0, 0
    with the_book(home) as book:
        for parcel in parcels:
            if _sent(book, poster, parcel, arrived=sent + before):
                sent += 1
            else:
                before += 1
    return Delivery(poster.where, sent, before)


def _sent(book: sa.Engine, poster: Poster, parcel: Parcel, *, arrived: int) -> bool:
    """Whether the message went out now; False where it had arrived before."""
    from churn.book.deliveries import claim, give_up, note_delivered

    whose = claim(book, poster.address, parcel.key)
    if whose == "delivered":
        return False
    if whose == "another's":
        raise Unavailable("Somebody else is sending the same just now.", "Wait some minutes, then send again.")
    try:
        poster.send(parcel)
    except BaseException as problem:
        give_up(book, poster.address, parcel.key)
        if not isinstance(problem, ChurnError):
            raise
        raise type(problem)(problem.message, f"{problem.fix}{_so_far(arrived)}") from problem
    note_delivered(book, poster.address, parcel.key)
    return True


def _so_far(arrived: int) -> str:
    return f" {arrived:,} messages had arrived; they are not sent again." if arrived else ""
