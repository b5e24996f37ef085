"""Outcomes at the counter: who left among the customers of watched lists, and how well the model had said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from churn.book.watch_log import WatchRecord
from churn.errors import ListRefused, RequestRefused
from churn.learning.versions.known_outcomes import known_outcomes
from churn.learning.versions.model import Model
from churn.money.customer_worth import stakes
from churn.money.playbook import Playbook
from churn.notices import Notice
from churn.watching.expected_profit import decoded_table
from churn.watching.realised import (
    FEWEST_CUSTOMERS,
    Followed,
    Performance,
    borne_out,
    followed_list,
    performance_of,
    together,
)
from churn.watching.watch import Look

if TYPE_CHECKING:
    import sqlalchemy as sa

WINDOW = 3  # lists a rolling number is taken over
# New outcomes count from half the share an even one of the rolling lists has: from 400 after two bad lists of 1,000,
# from 100 after two of 250. A sound list after them is then called bad in 1 to 3 of 200 cases; harm that still goes on
# (profit 5 % lower) is noticed in 98 of 100 cases with 400 outcomes, in 88 with 240, in 41 with 100.
AN_EVEN_SHARE = 0.5
CONTACT_DAYS = 90  # a customer contacted so shortly before a list tells of the campaign, not of the model


@dataclass(frozen=True)
class Known:
    """What is known of how the model did.

    performance  over the last few lists together, where outcomes are new; None where there is nothing new to judge by
    lists        how it did on each earlier list that learnt something new
    own          how it did on this list, where the list itself says who left
    """

    performance: Performance | None = None
    lists: Mapping[str, tuple[WatchRecord, Performance]] = field(default_factory=dict)
    own: Performance | None = None
    notices: tuple[Notice, ...] = ()


def outcomes_in(look: Look) -> np.ndarray:
    """Per sampled customer 1 left, 0 stayed, NaN not known, by the list's own outcome column where it has one."""
    if look.sketch.carried is None:
        return np.full(len(look.probability), np.nan)
    return known_outcomes(look.model, look.sketch.carried)


def keys_in(look: Look) -> list[str] | None:
    """The keys of the sampled customers; None where the list has no key."""
    key, carried = look.model.schema.key, look.sketch.carried
    if key is None or carried is None or key.name not in carried.column_names:
        return None
    return carried.column(key.name).cast(pa.string()).to_pylist()


def followed_of(look: Look, playbook: Playbook, name: str) -> Followed:
    """The sampled customers with what acting on their scores brings if they leave and if they stay."""
    model, p, nobody = look.model, look.probability, np.zeros(len(look.probability))
    value = model.schema.value.name if model.schema.value else ""
    bill = look.scored[:, model.encoder.names.index(value)] if value in model.encoder.names else None
    try:
        given = stakes(p, bill, playbook, column=value)
        return followed_list(name, given, nobody, playbook=playbook, columns=decoded_table(model.encoder, look.scored))
    except RequestRefused:
        return Followed(name, p, nobody)


def unlearnt(look: Look, left: np.ndarray) -> np.ndarray:
    """The same outcomes without those of customers the model has learnt from: on them it must look good."""
    return np.where(look.model.reference.has_learnt(look.scored), np.nan, left)


def some_of(followed: Followed, left: np.ndarray) -> Followed:
    """The customers of a list whose outcome is known."""
    known = ~np.isnan(left)
    parts = (None if part is None else part[known] for part in (followed.if_leaves, followed.if_stays))
    return Followed(followed.name, followed.probability[known], left[known], *parts)


def followed_rows(record: WatchRecord, rows: Sequence[Mapping[str, Any]], contacted: frozenset[str]) -> Followed:
    """The customers of a list of the book whose outcome is known and who were left alone."""
    alone = [row for row in rows if row["outcome"] is not None and row["key"] not in contacted]
    money = all(row["if_leaves"] is not None for row in alone) and bool(alone)

    def column(name: str) -> np.ndarray:
        return np.array([row[name] for row in alone], float)

    parts = (column("if_leaves"), column("if_stays")) if money else (None, None)
    return Followed(record.source, column("probability"), column("outcome"), *parts)


def how_it_did(
    book: sa.Engine | None, look: Look, own: Followed, earlier: Sequence[WatchRecord], news: Sequence[WatchRecord]
) -> Known:
    """How the model did, where this list or outcomes that came with it say something new.

    earlier  the lists this version scored, the latest last; `news` those whose customers' outcomes just became known
    """
    fresh = {r.list for r in news if r.version == look.model.version}
    if book is None or not (fresh or len(own.left)):
        lists: list[tuple[WatchRecord, Followed]] = []
    else:
        late = [r for i, r in enumerate(earlier) if r.list in fresh or i >= len(earlier) - WINDOW]
        lists = [(r, _from_book(book, look.model, r)) for r in late]
    judged = {r.list: (r, _judged(look.model, f)) for r, f in lists if r.list in fresh}
    here = _judged(look.model, own)
    said = [told for _, told in (*(j for _, j in judged.values()), here) if isinstance(told, Notice)]
    found = {name: (r, p) for name, (r, (p, _)) in judged.items() if p is not None}
    span = [f for f in (*(f for _, f in lists), own) if len(f.left)][-WINDOW:]
    news_in = sum(len(f.left) for r, f in lists if r.list in fresh) + len(own.left)
    rolling = _over(look.model, span) if span and _adds_something(span, news_in) else None
    return Known(rolling, found, here[0], tuple(said))


def _over(model: Model, span: Sequence[Followed]) -> Performance | None:
    """How the model did over some lists together, with the signs that the newest of them bears out."""
    found, _ = _judged(model, together(span))
    return found and borne_out(model, found, together(_newest(span)))


def _newest(span: Sequence[Followed]) -> Sequence[Followed]:
    """The last list, with as many before it as it takes for their outcomes to say something."""
    wanted = _enough(span)
    first = next(i for i in reversed(range(len(span))) if sum(len(f.left) for f in span[i:]) >= wanted)
    return span[first:]


def _adds_something(span: Sequence[Followed], news: int) -> bool:
    """Whether new outcomes weigh enough among those rolled together: a few must not repeat what older ones said."""
    return news >= _enough(span)


def _enough(span: Sequence[Followed]) -> float:
    return min(FEWEST_CUSTOMERS, AN_EVEN_SHARE * sum(len(f.left) for f in span) / WINDOW)


def _from_book(book: sa.Engine, model: Model, record: WatchRecord) -> Followed:
    """The customers of an earlier list whose outcome is known, without those contacted shortly before it or since."""
    from churn.book.watched_customers import customers_of

    return followed_rows(record, customers_of(book, record, known=True), contacted_near(book, model, record.at))


def contacted_near(book: sa.Engine, model: Model, moment: str) -> frozenset[str]:
    """Who was contacted shortly before a list was scored, or later."""
    from churn.book.watched_customers import contacted_since

    since = date.fromisoformat(moment[:10]) - timedelta(days=CONTACT_DAYS)
    return contacted_since(book, model.name, since.isoformat())


def _judged(model: Model, followed: Followed) -> tuple[Performance | None, Notice | None]:
    """How the model did on a list, or why that cannot be told yet; neither where no outcome is known."""
    if not len(followed.left):
        return None, None
    try:
        return performance_of(model, followed), None
    except ListRefused as problem:
        return None, Notice("info", f"{problem.message} {problem.fix}")
