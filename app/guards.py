"""What stands in front of the dashboard, however it was started."""

from __future__ import annotations

from starlette.middleware import Middleware

from churn.api.guard.known_hosts import KnownHosts
from churn.desk.access.entrance import entrance_from


def guards() -> list[Middleware]:
    """The guards a request meets before the dashboard, the first one first."""
    return [Middleware(KnownHosts, hosts=entrance_from().hosts)]
