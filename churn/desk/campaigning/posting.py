"""Sending outside: signed messages to an address the operator named, tried again with growing pauses.

Every message carries three headers, so that a receiver can trust it and can drop a repeat:

    X-Holdfast-Timestamp   seconds since 1970, of this try
    X-Holdfast-Signature   `sha256=` and the HMAC-SHA256, by the shared secret, of timestamp + "." + body
    Idempotency-Key        the same for every try of the same message
"""

from __future__ import annotations

import hmac
import os
import random
import time
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from churn.errors import ChurnError, RequestRefused, Unavailable

ADDRESSES, SECRET = "CHURN_PUSH_URL", "CHURN_PUSH_SECRET"
SHORTEST = 16  # letters of a secret
LONGEST_PAUSE = 30.0
WORTH_ANOTHER_TRY = (408, 425, 429)


@dataclass(frozen=True)
class Parcel:
    """One message: its content (JSON), and the key by which the receiver knows it again."""

    key: str
    content: bytes


@dataclass(frozen=True)
class Poster:
    """Where messages go, what they are signed with, and how patiently they are sent.

    tries       how often one message is tried before it counts as not delivered
    pause       seconds before the second try; each further pause is twice as long
    timeout     seconds to wait for an answer
    """

    address: str
    secret: str = field(repr=False)
    tries: int = 5
    pause: float = 1.0
    timeout: float = 10.0

    @property
    def where(self) -> str:
        """The receiver as it may be shown: without the path, which often holds a token."""
        return shown(self.address)

    def send(self, parcel: Parcel) -> None:
        """Send one message, or say why it could not be delivered."""
        for turn in range(1, self.tries + 1):
            answer = _tried(self._request(parcel), self.timeout)
            if answer.good:
                return
            if not answer.passing or turn == self.tries:
                raise self._undelivered(answer, turn)
            time.sleep(answer.pause or _pause(self.pause, turn))

    def _request(self, parcel: Parcel) -> Request:
        moment = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Holdfast",
            "Idempotency-Key": parcel.key,
            "X-Holdfast-Timestamp": moment,
            "X-Holdfast-Signature": f"sha256={signature(self.secret, moment, parcel.content)}",
        }
        return Request(self.address, data=parcel.content, headers=headers, method="POST")

    def _undelivered(self, answer: _Answer, turn: int) -> ChurnError:
        tried = f" after {turn} tries" if turn > 1 else ""
        if answer.passing:
            return Unavailable(f"{self.where} {answer.words}{tried}.", "See whether it is up, then send again.")
        return RequestRefused(f"{self.where} {answer.words}.", "Check its address and what it expects.")


def poster_for(address: str | None = None, *, setting: str = ADDRESSES) -> Poster:
    """The poster to an address that the operator has named in a setting; to the only one when none is asked for."""
    named = named_addresses(setting)
    if not named:
        raise RequestRefused("Nothing may be sent outside yet.", f"Who runs Holdfast names the address in {setting}.")
    if not address and len(named) > 1:
        raise RequestRefused(f"{setting} names several addresses.", "Say which of them to send to.")
    wanted = address or named[0]
    if wanted not in named:
        raise RequestRefused(
            f"{urlsplit(wanted).hostname or 'That'} is not an address that may be sent to.",
            f"Who runs Holdfast can add it to {setting}.",
        )
    return Poster(_checked(wanted, setting), _secret())


def shown(address: str) -> str:
    """An address as it may be shown: without its path, which often holds a token, and without a name in it."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.hostname}{port}"


def named_addresses(setting: str = ADDRESSES) -> tuple[str, ...]:
    """The addresses the operator has named."""
    return tuple(os.environ.get(setting, "").replace(",", " ").split())


def signature(secret: str, moment: str, content: bytes) -> str:
    """What a receiver works out again to be sure that a message is ours and was not changed on its way."""
    return hmac.new(secret.encode(), moment.encode() + b"." + content, "sha256").hexdigest()


@dataclass(frozen=True)
class _Answer:
    """What came of one try; `passing` where another try may go better, after a pause the receiver may have named."""

    words: str = ""
    good: bool = False
    passing: bool = True
    pause: float = 0.0


class _StaysPut(HTTPRedirectHandler):
    """Follows no redirect: customers' rows go where the operator said and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        """Refuse every redirect."""


def _tried(request: Request, timeout: float) -> _Answer:
    try:
        with build_opener(_StaysPut).open(request, timeout=timeout):
            return _Answer(good=True)
    except HTTPError as problem:
        with problem:
            passing = problem.code >= 500 or problem.code in WORTH_ANOTHER_TRY
            named = problem.headers.get("Retry-After", "")
            pause = min(float(named), LONGEST_PAUSE) if named.isascii() and named.isdigit() else 0.0
            return _Answer(f"answered {problem.code}", passing=passing, pause=pause)
    except (OSError, HTTPException) as problem:
        reason = problem.reason if isinstance(problem, URLError) else problem
        late = isinstance(reason, TimeoutError)
        return _Answer(f"did not answer within {timeout:g} seconds" if late else "could not be reached")


def _pause(first: float, turn: int) -> float:
    """Twice as long after every try; a little off, so that many senders do not come back at the same moment."""
    return min(first * 2.0 ** (turn - 1), LONGEST_PAUSE) * random.uniform(0.8, 1.2)


def _checked(address: str, setting: str) -> str:
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not address.isascii():
        raise RequestRefused(f"{setting} holds something that is no address.", "Write it as https://host/path.")
    return address


def _secret() -> str:
    secret = os.environ.get(SECRET, "")
    if len(secret) < SHORTEST:
        raise RequestRefused(
            "Nothing is sent unsigned.", f"Who runs Holdfast sets {SECRET}, a word of {SHORTEST} letters or more."
        )
    return secret
