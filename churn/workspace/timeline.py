"""A business week by week: how many of each list are expected to leave, and whose risk rose since the list before.

Both lists are scored by the model that is live now, so a difference is the customer's and not the model's. Points are
those of the reasons: what moves a customer from the list before to this one adds up to the difference in risk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from churn.notices import do, many
from churn.scoring.reasons import build_groups, compute_column_points, sum_by_group
from churn.scoring.wording import capital
from churn.workspace.businesses import wording_of
from churn.workspace.kept_lists import lists_of
from churn.workspace.store import has_store, open_store

if TYPE_CHECKING:
    from churn.workspace.lists import ScoredCustomers

MOST = 8  # customers named whose risk rose or fell most
WORTH_A_LOOK = 1.0  # points: a customer who moved less has not moved
Z95 = 1.959963984540054


@dataclass(frozen=True)
class TimelinePoint:
    """One list of a business: the day it speaks of, and the share of its customers expected to leave.

    low, high   between which the share lies by chance alone, 95 times of 100
    """

    day: str
    name: str
    customers: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class CustomerMove:
    """A customer on both lists: the risk then and now, and what moved most of the difference.

    points   how many points of a hundred the risk rose (fell, if negative)
    why      the reason whose points changed most that way, with its points then and now
    """

    key: str
    before: float
    now: float
    points: float
    why: str


@dataclass(frozen=True)
class ListMoves:
    """What became of the customers of an earlier list.

    rose, fell   those who moved most, the largest move first
    """

    before: str
    day: str
    stayed_on: int
    new: int
    gone: int
    risen: int
    fallen: int
    rose: tuple[CustomerMove, ...]
    fell: tuple[CustomerMove, ...]

    @property
    def sentence(self) -> str:
        """The same in a sentence."""
        on, new, gone = (do(count, "is", "are") for count in (self.stayed_on, self.new, self.gone))
        return (
            f"{many(self.stayed_on, 'customer')} {on} on both lists: the risk of {self.risen:,} rose by a point or "
            f"more, that of {self.fallen:,} fell. {self.new:,} {new} new, {self.gone:,} {gone} not on it any more."
        )


def timeline(home: Path, business: str, until: str = "") -> tuple[TimelinePoint, ...]:
    """Every list that a business keeps, by day, as it was scored last.

    until   the fingerprint of the list to end with; empty for all
    """
    from churn.store.customers import lists_scored

    if not has_store(home):
        return ()
    with open_store(home) as store:
        records = lists_scored(store, most=1000, model=business)
    days = {kept.list: kept.day for kept in lists_of(home, business)}
    points: dict[str, TimelinePoint] = {}
    for record in reversed(records):  # the latest score of a list last
        day = days.get(record.list)
        if record.rows and day is not None and (record.list == until or day < days.get(until, "9999")):
            share = record.leavers / record.rows
            around = Z95 * (share * (1 - share) / record.rows) ** 0.5
            points[record.list] = TimelinePoint(
                day, record.source, record.rows, share, max(0.0, share - around), min(1.0, share + around)
            )
    return tuple(sorted(points.values(), key=lambda point: (point.day, point.name)))


def compare_lists(home: Path, now: ScoredCustomers, before: ScoredCustomers, day: str) -> ListMoves:
    """Whose risk rose and fell since an earlier list, scored by the same model."""
    keys, earlier = _keys(now), {key: place for place, key in enumerate(_keys(before))}
    both = [(place, earlier[key]) for place, key in enumerate(keys) if key in earlier]
    here, there = np.array(both, int).reshape(-1, 2).T
    change = 100 * (now.probability[here] - before.probability[there])
    order = np.argsort(-change, kind="stable")
    up = [i for i in order[:MOST] if change[i] >= WORTH_A_LOOK]
    down = [i for i in order[::-1][:MOST] if change[i] <= -WORTH_A_LOOK]
    some = [*up, *down]
    moves = _moves(home, now, before, here[some], there[some])
    return ListMoves(
        before.reading.source,
        day,
        len(both),
        len(keys) - len(both),
        len(earlier) - len(both),
        int((change >= WORTH_A_LOOK).sum()),
        int((change <= -WORTH_A_LOOK).sum()),
        moves[: len(up)],
        moves[len(up) :],
    )


def _moves(
    home: Path, now: ScoredCustomers, before: ScoredCustomers, here: np.ndarray, there: np.ndarray
) -> tuple[CustomerMove, ...]:
    model, wording = now.model, wording_of(now.model, home)
    groups, keys = build_groups(model.schema, model.encoder), _keys(now)
    then, today = (
        sum_by_group(compute_column_points(model, scored.contributions[rows]), groups)
        for scored, rows in ((before, there), (now, here))
    )
    found = []
    for column, (place, earlier) in enumerate(zip(here.tolist(), there.tolist(), strict=True)):
        was, is_ = float(before.probability[earlier]), float(now.probability[place])
        shift = (today - then)[:, column]
        most = int(np.argmax(shift if is_ >= was else -shift))
        label = capital(wording.group_label(groups[most].name))
        why = f"{label}: {then[most, column]:+.0f} points then, {today[most, column]:+.0f} now".replace("-", "−")
        found.append(CustomerMove(keys[place], was, is_, 100 * (is_ - was), why))
    return tuple(found)


def _keys(scored: ScoredCustomers) -> list[str]:
    table = scored.scored.table
    return [str(key) for key in table.column(0).cast(pa.string()).to_pylist()]


def as_columns(moves: Sequence[CustomerMove]) -> dict[str, list[Any]]:
    """The moves as columns of a table."""
    return {name: [getattr(move, name) for move in moves] for name in ("key", "before", "now", "points", "why")}
