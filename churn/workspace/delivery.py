"""What leaves: campaigns sent to the operator's addresses, each message once; and customers who are forgotten."""

from __future__ import annotations

import hmac
import json
import os
import random
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pyarrow as pa

from churn.campaigns.export import campaign_records, campaign_table
from churn.errors import ChurnError, RequestRefused, Unavailable
from churn.store.campaigns import arms_given
from churn.store.customers import forget, forget_before
from churn.workspace.campaigns import PlannedCampaign
from churn.workspace.kept_lists import forget_in_lists, remove_orphans
from churn.workspace.store import open_store

if TYPE_CHECKING:
    import sqlalchemy as sa

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


def open_poster(address: str | None = None, *, setting: str = ADDRESSES) -> Poster:
    """The poster to an address that the operator has named in a setting; to the only one when none is asked for."""
    named = allowed_addresses(setting)
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


def allowed_addresses(setting: str = ADDRESSES) -> tuple[str, ...]:
    """The addresses the operator has named."""
    return tuple(os.environ.get(setting, "").replace(",", " ").split())


def places_to_push() -> dict[str, str]:
    """Where campaigns may be sent, each address under the name it may be shown by."""
    return {shown(address): address for address in allowed_addresses()}


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


# Messages are sent once: the database remembers what was delivered, and a repeat goes on where it stopped.


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


def deliver(home: Path, poster: Poster, parcels: Iterable[Parcel]) -> Delivery:
    """Send what has not arrived yet, in order; where one cannot be delivered, the rest waits for the next try."""
    sent, before = 0, 0
    with open_store(home) as store:
        for parcel in parcels:
            if _sent(store, poster, parcel, arrived=sent + before):
                sent += 1
            else:
                before += 1
    return Delivery(poster.where, sent, before)


def _sent(store: sa.Engine, poster: Poster, parcel: Parcel, *, arrived: int) -> bool:
    """Whether the message went out now; False where it had arrived before."""
    from churn.store.campaigns import claim, give_up, note_delivered

    whose = claim(store, poster.address, parcel.key)
    if whose == "delivered":
        return False
    if whose == "another's":
        raise Unavailable("Somebody else is sending the same just now.", "Wait some minutes, then send again.")
    try:
        poster.send(parcel)
    except BaseException as problem:
        give_up(store, poster.address, parcel.key)
        if not isinstance(problem, ChurnError):
            raise
        raise type(problem)(problem.message, f"{problem.fix}{_so_far(arrived)}") from problem
    note_delivered(store, poster.address, parcel.key)
    return True


def _so_far(arrived: int) -> str:
    return f" {arrived:,} messages had arrived; they are not sent again." if arrived else ""


# A campaign pushed to the operator's CRM: the rows of its file as signed messages, shown first, then sent once.


AT_ONCE = 500  # customers in one message


@dataclass(frozen=True)
class Outline:
    """What would be sent, before anything is: to whom, in how many messages, which columns, and the first customer."""

    where: str
    messages: int
    customers: int
    columns: tuple[str, ...]
    first: dict[str, Any]

    @property
    def words(self) -> str:
        """The same in a sentence."""
        return (
            f"{self.customers:,} customers would go to {self.where} in {self.messages:,} signed "
            f"message{'s' * (self.messages != 1)}, each with: {', '.join(self.columns)}. Nothing was sent."
        )

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return asdict(self)


def outline_push(planned: PlannedCampaign, address: str | None = None, columns: Sequence[str] | None = None) -> Outline:
    """What sending a campaign would do, without sending anything."""
    poster, table = open_poster(address), campaign_table(planned.campaign, columns)
    first = campaign_records(table.slice(0, 1))
    messages = -(-table.num_rows // AT_ONCE)
    return Outline(poster.where, messages, table.num_rows, tuple(table.column_names), first[0] if first else {})


def push_campaign(
    home: Path, planned: PlannedCampaign, address: str | None = None, columns: Sequence[str] | None = None
) -> Delivery:
    """Send an exported campaign to an address the operator named; what has arrived before is not sent again."""
    poster, table = open_poster(address), campaign_table(planned.campaign, columns)
    _kept_as_planned(home, planned)
    return deliver(home, poster, _parcels(planned.campaign.name, table))


def _kept_as_planned(home: Path, planned: PlannedCampaign) -> None:
    """Refuse rows whose arms the database does not hold: they could never be measured."""
    table, name = planned.campaign.table, planned.campaign.name
    with open_store(home) as store:
        given = arms_given(store, name)
    if any(given.get(str(key)) != arm for key, arm in zip(table[planned.basis.key], table["arm"], strict=True)):
        raise RequestRefused(f"The campaign {name} is not kept like this yet.", "Export it first, then send it.")


def _parcels(name: str, table: pa.Table) -> Iterator[Parcel]:
    count = -(-table.num_rows // AT_ONCE)
    for number in range(count):
        rows = campaign_records(table.slice(number * AT_ONCE, AT_ONCE))
        words = {"kind": "campaign", "campaign": name, "message": number + 1, "messages": count, "customers": rows}
        content = json.dumps(words, ensure_ascii=False, allow_nan=False).encode()
        # With its content in the key, a list that has changed is a new message and the same list is the same.
        yield Parcel(f"{name}-{number + 1}-{sha256(content).hexdigest()[:16]}", content)


# Forgetting: a customer removed from the database and from what was left lying about.


DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Forgotten:
    """What went: rows of the database, and lists that an interrupted job had left behind.

    lists   kept lists that the customer stood in and was taken out of, or that went whole
    """

    rows: int
    files: int
    lists: int = 0

    @property
    def words(self) -> str:
        """The same in a sentence, with what nobody but the person can remove."""
        went = (
            f"{self.rows} rows about this customer were removed."
            if self.rows
            else "The database holds nothing of them."
        )
        lists = f" {self.files} uploaded lists that a job had left behind went too." if self.files else ""
        kept = f" They were taken out of {self.lists} kept list{'s' * (self.lists != 1)}." if self.lists else ""
        return (
            f"{went}{lists}{kept} Models hold no customer; files that were downloaded or sent are not ours to remove."
        )

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return asdict(self)


def forget_customer(home: Path, key: str) -> Forgotten:
    """Remove one customer everywhere we keep anything."""
    changed = forget_in_lists(home, key)
    with open_store(home) as store:
        return Forgotten(forget(store, key), _left_behind(home), changed)


def forget_before_day(home: Path, day: str) -> Forgotten:
    """Remove what is known of customers from before a day, whoever they are; sums and lifts stay."""
    try:
        date.fromisoformat(day if DAY.fullmatch(day) else "")
    except ValueError:
        raise RequestRefused(f"{day!r} is not a day.", "Write it as 2026-01-31.") from None
    with open_store(home) as store:
        rows = forget_before(store, day)
    return Forgotten(rows, _left_behind(home), remove_orphans(home))


def _left_behind(home: Path) -> int:
    """Lists that were uploaded for work which ended without tidying up, as after a power cut; returns how many went."""
    lists = [path for path in (home / "data" / "jobs").glob("*/list*") if not _still_works(path.parent)]
    for path in lists:
        path.unlink(missing_ok=True)
    return len(lists)


def _still_works(folder: Path) -> bool:
    with suppress(OSError, ValueError):
        os.kill(int((folder / "pid").read_text()), 0)
        return True
    return False
