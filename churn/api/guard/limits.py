"""How much one request may bring: the body is counted as it comes in, whatever its header claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn.api.guard.refusals import TooLarge, refusal

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 100_000
MOST_NAMES = 2_000
MOST_CELLS = 4_000_000  # customers × names: 40 columns of the most customers there may be
MOST_OBJECTS = 4 * MOST_ROWS


class BodyLimit:
    """Refuses larger bodies under the given first parts of a path; the dashboard's uploads are not its business."""

    def __init__(self, app: ASGIApp, prefixes: frozenset[str], most: int = MOST_BYTES) -> None:
        self.app = app
        self.prefixes = prefixes
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a body that says it is too large before it is read, and any other once it is."""
        if not is_under(scope, self.prefixes):
            await self.app(scope, receive, send)
            return
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if stated.isdigit() and int(stated) > self.most:
            problem = too_many_bytes(self.most)
            await refusal(413, problem.message, problem.fix)(scope, receive, send)
            return
        await self.app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise too_many_bytes(self.most)
            return message

        return counting


def is_under(scope: Scope, prefixes: frozenset[str]) -> bool:
    """Whether a call over HTTP goes to one of these first parts of a path."""
    return scope["type"] == "http" and scope["path"].split("/")[1:2] != [] and scope["path"].split("/")[1] in prefixes


def too_many_bytes(most: int) -> TooLarge:
    """The refusal of a body that is too large."""
    return TooLarge(f"A request holds at most {most >> 20} MB.", "Send the customers in several requests.")


def refuse_rows(customers: Sized) -> None:
    """Refuse more customers than one request may bring."""
    if len(customers) > MOST_ROWS:
        raise too_many_rows()


def refuse_wide(customers: Sequence[Mapping[str, Any]]) -> None:
    """Refuse customers whose names together would make too large a table, before one is made."""
    names: set[str] = set()
    for fields in customers:
        names.update(fields)
        if len(names) > MOST_NAMES:
            raise TooLarge(f"A request holds at most {MOST_NAMES:,} names of columns.", "Leave out what is not needed.")
    if len(names) * len(customers) > MOST_CELLS:
        raise too_many_cells()


def too_many_cells() -> TooLarge:
    """The refusal of a table that would be too large, although neither its customers nor its columns are too many."""
    said = f"A request holds at most {MOST_CELLS:,} cells, customers × columns."
    return TooLarge(said, "Send the customers in several requests, or leave out columns.")


def too_many_rows() -> TooLarge:
    """The refusal of too many customers."""
    return TooLarge(f"A request holds at most {MOST_ROWS:,} customers.", "Send them in several requests.")
