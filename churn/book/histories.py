"""The history of one customer: scores, campaigns and outcomes, as the book holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from churn.book.connections import looking
from churn.book.tables import CAMPAIGNS, LAST_SEEN, MEMBERS, OUTCOMES


@dataclass(frozen=True)
class Happening:
    """One thing the book knows of a customer.

    what    `scored`, `treat`, `holdout`, `left` or `stayed`
    where   the campaign, or the model and its version
    action  what the customer was offered
    """

    date: str
    what: str
    where: str
    action: str = ""
    probability: float | None = None
    tier: str = ""


def history_of(engine: sa.Engine, key: str, model: str) -> tuple[Happening, ...]:
    """Everything the book holds of a customer of this model's business, the latest first."""
    with looking(engine) as connection:
        found = [*_scores(connection, key, model), *_campaigns(connection, key, model)]
        found += _outcomes(connection, key, model)
    return tuple(sorted(found, key=lambda h: (h.date, h.what), reverse=True))


def _scores(connection: sa.Connection, key: str, model: str) -> list[Happening]:
    columns = (LAST_SEEN.c[n] for n in ("scored", "model", "version", "tier", "probability"))
    query = sa.select(*columns).where(LAST_SEEN.c.key == key, LAST_SEEN.c.model == model)
    return [
        Happening(row["scored"][:10], "scored", f"{row['model']} {row['version']}", "", row["probability"], row["tier"])
        for row in connection.execute(query).mappings()
    ]


def _campaigns(connection: sa.Connection, key: str, model: str) -> list[Happening]:
    columns: tuple[Any, ...] = (CAMPAIGNS.c.made, *(MEMBERS.c[n] for n in ("campaign", "arm", "planned_action")))
    more = (MEMBERS.c.probability, MEMBERS.c.tier)
    joined = MEMBERS.join(CAMPAIGNS, CAMPAIGNS.c.campaign == MEMBERS.c.campaign)
    query = sa.select(*columns, *more).select_from(joined)
    rows = connection.execute(query.where(MEMBERS.c.key == key, CAMPAIGNS.c.model == model)).mappings()
    return [
        Happening(r["made"][:10], r["arm"], r["campaign"], r["planned_action"], r["probability"], r["tier"])
        for r in rows
    ]


def _outcomes(connection: sa.Connection, key: str, model: str) -> list[Happening]:
    joined = OUTCOMES.join(CAMPAIGNS, CAMPAIGNS.c.campaign == OUTCOMES.c.campaign)
    query = sa.select(OUTCOMES.c.came, OUTCOMES.c.outcome, OUTCOMES.c.campaign).select_from(joined)
    known = OUTCOMES.c.outcome.is_not(None)
    rows = connection.execute(query.where(OUTCOMES.c.key == key, CAMPAIGNS.c.model == model, known)).mappings()
    return [Happening(r["came"][:10], "left" if r["outcome"] else "stayed", r["campaign"]) for r in rows]
