"""Who may enter: what the operator has set about people, proxies and names of this host.

CHURN_ADMINS, CHURN_ANALYSTS, CHURN_VIEWERS   addresses, `@domain` or `*`, divided by commas: who has which role
CHURN_PROXY_HEADER       the header in which a proxy names the person it has signed in, such as X-Forwarded-Email
CHURN_TRUSTED_PROXIES    addresses of proxies whose headers count (default: this machine)
CHURN_HOSTS              names under which this server answers, beside localhost; `*` for any
CHURN_OPEN               `yes` lets in whoever can reach the server, as an admin and without signing in
CHURN_RATE               requests a second that one caller may make in the long run (default 1,000; 0: no limit)
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from churn.desk.access.who import ANYBODY, THIS_MACHINE, By, Who
from churn.errors import NotAllowed, NotSignedIn, RequestRefused

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_LISTS = {"admin": "CHURN_ADMINS", "analyst": "CHURN_ANALYSTS", "viewer": "CHURN_VIEWERS"}
RATE = 1000.0
_ONE_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+")


@dataclass(frozen=True)
class Entrance:
    """The operator's settings at the door."""

    people: tuple[tuple[str, tuple[str, ...]], ...] = ()
    proxy_header: str = ""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    hosts: tuple[str, ...] = LOCAL_HOSTS
    rate: float = RATE
    open: bool = False

    @property
    def asks_to_sign_in(self) -> bool:
        """Whether people have to say who they are; off until somebody was given a role or a proxy was named."""
        return bool(self.proxy_header) or any(named for _, named in self.people)

    def person(self, address: str, by: By = "sign-in") -> Who:
        """The person with this address, with the highest role the settings give; a stranger is refused."""
        name = address.strip().lower()
        if not name:
            raise NotSignedIn("Nobody is signed in.", "Sign in first.")
        if not _ONE_ADDRESS.fullmatch(name):
            raise NotSignedIn("The sign-in does not name one address.", "Sign in again; if this stays, tell an admin.")
        role = next((role for role, named in self.people if _names(named, name)), None)
        if role is None:
            raise NotAllowed(
                f"{name} is signed in but has no role here.",
                "Ask an admin to add this address to CHURN_VIEWERS, CHURN_ANALYSTS or CHURN_ADMINS.",
            )
        return Who(name, role, by)

    def behind_proxy(self, peer: str, header: str | None) -> Who | None:
        """The person that a trusted proxy names; None where no proxy is set or this is not one of them."""
        if not self.proxy_header or not self.trusts(peer) or not header:
            return None
        return self.person(header, "proxy")

    def nobody(self, *, here: bool = True, has_keys: bool = False) -> Who:
        """Who somebody is that says nothing: whoever sits at this machine, unless people have to sign in.

        here      they are at this machine, see `sign_ins.is_here`
        has_keys  there are API keys, so that everybody can be asked for one
        """
        if self.asks_to_sign_in:
            raise NotSignedIn("Nobody is signed in.", "Sign in, or send an API key.")
        if self.open:
            return THIS_MACHINE if here else ANYBODY
        if has_keys:
            raise NotSignedIn("Nobody is signed in.", "Sign in with an API key.")
        if not here:
            raise NotSignedIn("Only this machine may come in as long as there is no key.", "Ask an admin for one.")
        return THIS_MACHINE

    def refuse_without_sign_in(self, host: str, *, has_keys: bool, has_provider: bool = False) -> None:
        """Refuse to serve others where none of them could sign in, unless it is open on purpose."""
        if self.open and self.asks_to_sign_in:
            raise RequestRefused(
                "CHURN_OPEN lets everybody in, while people with roles are to sign in.",
                "Set CHURN_OPEN, or CHURN_ADMINS and its like, not both.",
            )
        named = any(people for _, people in self.people)
        if self.open or has_keys or (named and (self.proxy_header or has_provider)) or is_this_machine_alone(host):
            return
        raise RequestRefused(
            f"Other machines can reach {host}, and nobody could sign in there.",
            "Make an API key, set CHURN_ADMINS and how people sign in, or set CHURN_OPEN=yes to let everybody in.",
            options=("verb keys add me --scope admin",),
        )

    def caller(self, peer: str, forwarded: str) -> str:
        """The address a request comes from: what a trusted proxy says, else the connection's own."""
        return forwarded if forwarded and self.trusts(peer) else peer

    def trusts(self, peer: str) -> bool:
        """Whether what this address says about others counts."""
        try:
            address = ip_address(peer)
        except ValueError:
            return peer in self.proxies
        return any(address in ip_network(one, strict=False) for one in self.proxies if _is_network(one))


def entrance_from(settings: Mapping[str, str] | None = None) -> Entrance:
    """The settings as they stand in the environment; a number that is none is refused by name."""
    known = os.environ if settings is None else settings
    people = tuple((role, _words(known.get(name, "").lower())) for role, name in _LISTS.items())
    return Entrance(
        people=people,
        proxy_header=known.get("CHURN_PROXY_HEADER", "").strip().lower(),
        proxies=_words(known.get("CHURN_TRUSTED_PROXIES", "")) or Entrance.proxies,
        hosts=(*LOCAL_HOSTS, *_words(known.get("CHURN_HOSTS", ""))),
        rate=_rate(known.get("CHURN_RATE", "")),
        open=_yes(known.get("CHURN_OPEN", "")),
    )


def _names(named: tuple[str, ...], address: str) -> bool:
    return "*" in named or address in named or any(n.startswith("@") and address.endswith(n) for n in named)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip()))


def one_name(sent: Sequence[str]) -> str:
    """What a proxy's header says; sent twice it may be a caller's own, so it counts for nobody."""
    if len(sent) > 1:
        raise NotSignedIn("The sign-in does not name one address.", "Sign in again; if this stays, tell an admin.")
    return sent[0] if sent else ""


def _yes(text: str) -> bool:
    said = text.strip().lower()
    if said not in ("", "no", "yes"):
        raise RequestRefused("CHURN_OPEN is neither yes nor no.", "Set it to yes, or leave it out.")
    return said == "yes"


def is_this_machine_alone(host: str) -> bool:
    """Whether a server that listens on this address can be reached from this machine only."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _rate(text: str) -> float:
    try:
        rate = float(text) if text.strip() else RATE
    except ValueError:
        rate = -1.0
    if not 0.0 <= rate < 1e9:
        raise RequestRefused("CHURN_RATE is no number of requests a second.", "Set it to a number, or 0 for no limit.")
    return rate


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
