"""Who is signed in at this server: with an API key, or by the address that was printed when it started.

A browser that has signed in holds a word nobody can guess; what it stands for is known here and nowhere else, so it
ends with the server, when its key is revoked, or when its owner signs out.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

from churn.desk.access.who import THIS_MACHINE, Who
from churn.errors import NotSignedIn

if TYPE_CHECKING:
    from churn.desk.access.key_rings import KeyRing

COOKIE = "holdfast"
LASTS = 30 * 24 * 3600  # seconds a browser stays signed in
MOST = 10_000
# What proxies add to a request they pass on; none of them can be relied on to come from one, all of them tell that
# the person is not at this machine.
FORWARDED = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "cf-connecting-ip"}
    | {"x-original-forwarded-for", "x-envoy-external-address", "x-appengine-user-ip", "fastly-client-ip"}
)


@dataclass(frozen=True)
class SignIn:
    """One browser: the key it signed in with, empty for the printed address, and when."""

    key: str
    at: float


@dataclass
class SignIns:
    """All browsers that are signed in at this server, and the word of the printed address."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    known: OrderedDict[str, SignIn] = field(default_factory=OrderedDict)

    def begin(self, word: str, ring: KeyRing, *, here: bool) -> tuple[str, Who]:
        """Sign in with a key or the printed word, which counts at this machine only; gives the browser's own word."""
        if here and hmac.compare_digest(word.strip().encode("utf-8", "replace"), self.token.encode()):
            return self._kept(SignIn("", time.time())), THIS_MACHINE
        who = ring.holder(word)
        return self._kept(SignIn(word.strip().split("_")[1], time.time())), who

    def who(self, word: str, ring: KeyRing, *, here: bool) -> Who | None:
        """Who this browser is; None where it is not signed in, or not any more."""
        found = self.known.get(word)
        if found is None or time.time() - found.at > LASTS:
            return None
        if not found.key:
            return THIS_MACHINE if here else None
        try:
            return ring.holder_of(found.key)
        except NotSignedIn:
            return None

    def end(self, word: str) -> None:
        """Sign a browser out."""
        self.known.pop(word, None)

    def _kept(self, found: SignIn) -> str:
        word = secrets.token_urlsafe(32)
        self.known[word] = found
        while len(self.known) > MOST:
            self.known.popitem(last=False)
        return word


def is_here(peer: str, headers: Collection[str] | Mapping[str, str]) -> bool:
    """Whether a request comes from this machine itself: not from another one, and not through a proxy.

    headers  the names of its headers, in small letters
    """
    return is_this_machine(peer) and not any(n in FORWARDED or n.startswith("x-forwarded") for n in headers)


def is_this_machine(peer: str) -> bool:
    """Whether a connection comes from this machine; what has no network address comes from within."""
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return True


SIGN_INS = SignIns()
