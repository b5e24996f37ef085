"""What came back: outcomes per customer of a campaign, and what was measured with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from churn.book.connections import looking, writing
from churn.book.merging import merge_rows
from churn.book.tables import MEASURED, OUTCOMES


@dataclass(frozen=True)
class Measurement:
    """A campaign's lift as it was measured: when first and last, from which file, and what it taught."""

    campaign: str
    first: str
    latest: str
    list: str
    lift: Mapping[str, Any]
    learnt: Sequence[Mapping[str, Any]] = ()


def record_measurement(engine: sa.Engine, found: Measurement, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Keep a measurement and the outcomes behind it; measuring again replaces both but not the day of the first."""
    with writing(engine) as connection:
        query = sa.select(MEASURED.c.first).where(MEASURED.c.campaign == found.campaign)
        first = connection.execute(query).scalar() or found.first
        row = {"campaign": found.campaign, "first": first, "latest": found.latest, "list": found.list}
        merge_rows(
            connection, MEASURED, [{**row, "lift": json.dumps(found.lift), "learnt": json.dumps(list(found.learnt))}]
        )
        connection.execute(OUTCOMES.delete().where(OUTCOMES.c.campaign == found.campaign))
        merge_rows(connection, OUTCOMES, ({**o, "campaign": found.campaign, "came": found.latest} for o in outcomes))


def measured_so_far(engine: sa.Engine) -> dict[str, Measurement]:
    """What was measured so far, by campaign."""
    with looking(engine) as connection:
        rows = connection.execute(sa.select(MEASURED).order_by(MEASURED.c.first, MEASURED.c.campaign)).mappings()
        read = ({**row, "lift": json.loads(row["lift"]), "learnt": json.loads(row["learnt"])} for row in rows)
        return {row["campaign"]: Measurement(**row) for row in read}


def outcomes_of(engine: sa.Engine, campaign: str) -> list[dict[str, Any]]:
    """The outcomes kept of a campaign: key, outcome (1 left, 0 stayed), contacted and accepted where known."""
    columns = (OUTCOMES.c[name] for name in ("key", "outcome", "contacted", "accepted"))
    query = sa.select(*columns).where(OUTCOMES.c.campaign == campaign).order_by(OUTCOMES.c.key)
    with looking(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
