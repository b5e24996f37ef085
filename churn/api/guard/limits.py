"""How much one request may bring: the body is counted as it comes in, whatever its header claims."""

from __future__ import annotations

from collections.abc import Sized

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn.api.guard.refusals import TooLarge, refusal

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 100_000


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


def too_many_rows() -> TooLarge:
    """The refusal of too many customers."""
    return TooLarge(f"A request holds at most {MOST_ROWS:,} customers.", "Send them in several requests.")
