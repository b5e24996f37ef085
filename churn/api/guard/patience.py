"""How long a request may take: to be sent, and to be answered."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from churn.api.guard.limits import is_under
from churn.api.guard.refusals import TooSlow, refusal

SENDING = 30.0  # seconds in which a body has to arrive
WORKING = 120.0  # seconds after which nobody waits for an answer any more


class Patience:
    """Ends requests that arrive or are answered too slowly, so that they hold up nobody else."""

    def __init__(self, app: ASGIApp, prefixes: frozenset[str]) -> None:
        self.app = app
        self.prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a request its time."""
        if not is_under(scope, self.prefixes):
            await self.app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(WORKING):
                await self.app(scope, _in_time(receive), sending)
        except TimeoutError:
            if started:
                raise
            said = f"This took longer than {WORKING:.0f} s, so it was given up."
            await refusal(503, said, "Send fewer customers at once.")(scope, receive, send)


def _in_time(receive: Receive) -> Receive:
    until = asyncio.get_running_loop().time() + SENDING
    whole = False

    async def receiving() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError as problem:
            raise TooSlow(f"The request did not arrive within {SENDING:.0f} s.", "Send it again.") from problem
        whole = not message.get("more_body", False)
        return message

    return receiving
