"""Who asks, and what they may do: one noun for a person at the dashboard and for a program with a key.

    role      scope   may
    viewer    read    look: models, columns, last scores, campaigns, monitoring
    analyst   score   … and bring lists: score, plan, export, push, measure, train (the gate decides what goes live)
    admin     admin   … and decide for all: promote, roll back, set the playbook, keys, forget, read the audit trail

A person has a role, a key has a scope; they are two words for the same ladder. Screens and routes ask `may`, the
workspace insists with `must` before anything is changed, so a door that forgets to ask opens nothing.
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import os
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from churn.errors import ChurnError, NotAllowed, NotSignedIn, RequestRefused
from churn.workspace.store import has_store, now, open_store

if TYPE_CHECKING:
    from churn.store.access import Entry, KeyRow

ROLES = ("viewer", "analyst", "admin")
SCOPES = ("read", "score", "admin")

ACTS = {
    "look": "viewer",
    "score": "analyst",
    "plan": "analyst",
    "export": "analyst",
    "push": "analyst",
    "measure": "analyst",
    "train": "analyst",
    "business": "analyst",
    "promote": "admin",
    "rollback": "admin",
    "playbook": "admin",
    "keys": "admin",
    "forget": "admin",
    "audit": "admin",
}

By = Literal["terminal", "local", "key", "sign-in", "proxy"]


@dataclass(frozen=True)
class Principal:
    """Somebody who asks: `name` as the audit trail shows it, `role`, and how they are known (`by`)."""

    name: str
    role: str
    by: By

    @property
    def scope(self) -> str:
        """The role in the word that keys use."""
        return SCOPES[ROLES.index(self.role)]

    def may(self, act: str) -> bool:
        """Whether this role is enough for an act."""
        return ROLES.index(self.role) >= ROLES.index(ACTS[act])

    def to_environment(self) -> dict[str, str]:
        """What a job that is started for this who is told, so that it has their name and their rights."""
        return {"CHURN_ASKED_BY": self.name, "CHURN_ASKED_ROLE": self.role, "CHURN_ASKED_THROUGH": self.by}

    def must(self, act: str) -> None:
        """Refuse an act this role is not enough for, saying which one is."""
        if not self.may(act):
            raise NotAllowed(
                f"{self.name} may not do this: it takes the role {ACTS[act]} (keys: scope {scope_of(ACTS[act])}).",
                "Ask an admin for it.",
            )


THIS_MACHINE = Principal("this machine", "admin", "local")
ANYBODY = Principal("anybody", "admin", "local")  # from elsewhere, where the operator lets everybody in


def local_user() -> Principal:
    """Whoever runs this program: the account has the files anyway, so it may do everything.

    A job that the dashboard starts for somebody carries their name and role, and may what they may.
    """
    if not (name := os.environ.get("CHURN_ASKED_BY")):
        return Principal(_account(), "admin", "terminal")
    role, through = os.environ.get("CHURN_ASKED_ROLE", ""), os.environ.get("CHURN_ASKED_THROUGH", "")
    known: By = next((by for by in get_args(By) if by == through), "terminal")
    return Principal(name, role if role in ROLES else "viewer" if role else "admin", known)


def scope_of(role: str) -> str:
    """The scope of a key that may what this role may."""
    return SCOPES[ROLES.index(role)]


def role_of(scope: str) -> str:
    """The role that a key of this scope has."""
    if scope not in SCOPES:
        raise RequestRefused(f"{scope!r} is no scope of a key.", f"Choose one of: {', '.join(SCOPES)}.")
    return ROLES[SCOPES.index(scope)]


def _account() -> str:
    """The account's name; in a container the number may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"account {os.getuid()}" if hasattr(os, "getuid") else "unknown account"


# Who may enter: what the operator has set about people, proxies and names of this host.
#
# CHURN_ADMINS, CHURN_ANALYSTS, CHURN_VIEWERS   addresses, `@domain` or `*`, divided by commas: who has which role
# CHURN_PROXY_HEADER       the header in which a proxy names the person it has signed in, such as X-Forwarded-
# Email
# CHURN_TRUSTED_PROXIES    addresses of proxies whose headers count (default: this machine)
# CHURN_HOSTS              names under which this server answers, beside localhost; `*` for any
# CHURN_OPEN               `yes` lets in whoever can reach the server, as an admin and without signing in
# CHURN_RATE               requests a second that one caller may make in the long run (default 1,000; 0: no limit)


LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_LISTS = {"admin": "CHURN_ADMINS", "analyst": "CHURN_ANALYSTS", "viewer": "CHURN_VIEWERS"}
RATE = 1000.0
_ONE_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+")


@dataclass(frozen=True)
class AuthSettings:
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

    def person(self, address: str, by: By = "sign-in") -> Principal:
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
        return Principal(name, role, by)

    def behind_proxy(self, peer: str, header: str | None) -> Principal | None:
        """The person that a trusted proxy names; None where no proxy is set or this is not one of them."""
        if not self.proxy_header or not self.trusts(peer) or not header:
            return None
        return self.person(header, "proxy")

    def nobody(self, *, here: bool = True, has_keys: bool = False) -> Principal:
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


def auth_settings(settings: Mapping[str, str] | None = None) -> AuthSettings:
    """The settings as they stand in the environment; a number that is none is refused by name."""
    known = os.environ if settings is None else settings
    people = tuple((role, _words(known.get(name, "").lower())) for role, name in _LISTS.items())
    return AuthSettings(
        people=people,
        proxy_header=known.get("CHURN_PROXY_HEADER", "").strip().lower(),
        proxies=_words(known.get("CHURN_TRUSTED_PROXIES", "")) or AuthSettings.proxies,
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


# API keys: made, shown once, known again by the hash of their secret, and revoked.
#
# A key reads `hf_ID_SECRET`. The secret is 32 random bytes, so one round of SHA-256 is enough: there is no word
# to guess.


MARK = "hf"
FRESH = 2.0  # seconds after which a key that was made or revoked elsewhere counts here
_NOBODY = hashlib.sha256(b"nobody").hexdigest()


def new_key(name: str, scope: str, made_by: str) -> tuple[KeyRow, str]:
    """A new key as the database keeps it, and as its owner gets it: the only moment the secret is seen."""
    from churn.store.access import KeyRow

    role_of(scope)
    called = " ".join(name.split())
    if not called or len(called) > 64 or not called.isprintable():
        raise RequestRefused("The key needs a name of 1 to 64 characters.", "Name what will use it, for example crm.")
    number, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    row = KeyRow(number, called, scope, hashed(secret), now(), made_by)
    return row, f"{MARK}_{number}_{secret}"


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


@dataclass
class ApiKeyStore:
    """The keys of a home as a server holds them: looked up again every two seconds, so that a revoked one ends.

    While the database does not answer, the keys known before go on counting.
    """

    home: Path
    rows: dict[str, KeyRow] | None = None
    looked: float = field(default=float("-inf"))
    looking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def empty(self) -> bool:
        """Whether no key is in use, so that nobody can be asked for one."""
        return all(row.revoked for row in self._known().values())

    @property
    def due(self) -> bool:
        """Whether the keys have to be looked up again."""
        return time.monotonic() - self.looked >= FRESH

    def holder(self, key: str) -> Principal:
        """Who holds this key; a wrong one is refused, and takes as long as a right one."""
        mark, _, rest = key.strip().partition("_")
        number, _, secret = rest.partition("_")
        row = self._known().get(number)
        same = hmac.compare_digest(hashed(secret), row.hash if row else _NOBODY)
        if not (same and row and not row.revoked and mark == MARK):
            raise NotSignedIn("This API key is not known here.", "Check it, or ask an admin for a new one.")
        return Principal(f"key {row.name}", role_of(row.scope), "key")

    def holder_of(self, number: str) -> Principal:
        """Who holds the key of this number, while it is in use; for somebody who has shown the key before."""
        row = self._known().get(number)
        if row is None or row.revoked:
            raise NotSignedIn("This API key is not in use any more.", "Ask an admin for a new one.")
        return Principal(f"key {row.name}", role_of(row.scope), "key")

    def look_up(self) -> None:
        """Read the keys from the database, one caller at a time; who knows some already does not wait for another."""
        if not self.looking.acquire(blocking=self.rows is None):
            return
        try:
            self.rows = {row.id: row for row in self._in_book()}
        except ChurnError:
            if self.rows is None:
                raise
        finally:
            self.looking.release()
        self.looked = time.monotonic()

    def _in_book(self) -> tuple[KeyRow, ...]:
        if not has_store(self.home):
            return ()
        from churn.store.access import key_rows

        with open_store(self.home) as store:
            return key_rows(store)

    def _known(self) -> dict[str, KeyRow]:
        if self.rows is None or self.due:
            self.look_up()
        return self.rows or {}


# Who is signed in at this server: with an API key, or by the address that was printed when it started.
#
# A browser that has signed in holds a word nobody can guess; what it stands for is known here and nowhere else,
# so it ends with the server, when its key is revoked, or when its owner signs out.


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

    def begin(self, word: str, ring: ApiKeyStore, *, here: bool) -> tuple[str, Principal]:
        """Sign in with a key or the printed word, which counts at this machine only; gives the browser's own word."""
        if here and hmac.compare_digest(word.strip().encode("utf-8", "replace"), self.token.encode()):
            return self._kept(SignIn("", time.time())), THIS_MACHINE
        who = ring.holder(word)
        return self._kept(SignIn(word.strip().split("_")[1], time.time())), who

    def who(self, word: str, ring: ApiKeyStore, *, here: bool) -> Principal | None:
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


def audit_json(entries: tuple[Entry, ...]) -> list[dict[str, Any]]:
    """The audit trail as the doors answer it."""
    return [{name: value for name, value in vars(entry).items() if name != "id"} for entry in entries]
