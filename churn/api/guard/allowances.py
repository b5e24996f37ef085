"""How often one caller may ask: so many requests a second in the long run, twice as many in a burst."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from churn.api.guard.refusals import refusal

MOST_CALLERS = 10_000


@dataclass
class Allowance:
    """What each caller has left: `rate` comes back every second, up to `burst`."""

    rate: float
    burst: float
    left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait_of(self, caller: str) -> float:
        """Take one from a caller's allowance; the seconds until there is one again, 0 where there was one."""
        now = time.monotonic()
        had, at = self.left.pop(caller, (self.burst, now))
        has = min(self.burst, had + (now - at) * self.rate)
        self.left[caller] = (has - 1.0 if has >= 1.0 else has, now)
        if len(self.left) > MOST_CALLERS:
            self.left.popitem(last=False)
        return 0.0 if has >= 1.0 else (1.0 - has) / self.rate


class Rates:
    """Refuses who asks too often, and says when to ask again; a caller is a key, a person or this machine."""

    def __init__(self, app: ASGIApp, rate: float) -> None:
        self.app = app
        self.allowance = Allowance(rate, 2.0 * rate) if rate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count requests that somebody was let in for; what is open to all is not counted."""
        who = scope.get("state", {}).get("who")
        if self.allowance is not None and who is not None:
            wait = self.allowance.wait_of(f"{who.by} {who.name}")
            if wait:
                await too_often(wait)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def too_often(wait: float) -> JSONResponse:
    """The refusal of who asks too often."""
    seconds = max(1, math.ceil(wait))
    said = f"Too many requests: ask again in {seconds} s."
    return refusal(429, said, "Send many customers in one /predict/batch.", **{"Retry-After": str(seconds)})
