"""Training tables: the same summary at several shifted dates, one below the other, every row true for its own date.

One date shows one season only; several show the model how the same customers looked before, with outcomes that are
known by now. The latest date comes first. A customer can stand in the table once for each date.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from churn.errors import RequestRefused
from churn.events.engines.engine import DEFAULT
from churn.events.engines.engine_urls import opened
from churn.events.log.entries import Source
from churn.events.log.ledger import Ledger, open_ledger
from churn.events.recipe.recipes import Recipe
from churn.events.summary import Summary, summary_of, written_whole
from churn.notices import Notice


@dataclass(frozen=True)
class Effect:
    """What filling in silent days changed, in counts; what it does to a model's quality only training both can tell.

    changed  for each column, in how many customers it is another value now
    """

    days: int
    customers: int
    touched: int
    changed: Mapping[str, int]
    leavers_before: int | None
    leavers_after: int | None


def training_dates(latest: date, *, dates: int, step: int) -> tuple[date, ...]:
    """The latest date and those before it, a step of days apart."""
    if dates < 1 or step < 1:
        raise RequestRefused(f"{dates} dates, {step} days apart, make no table.", "Give one or more of each.")
    return tuple(latest - timedelta(days=step * i) for i in range(dates))


def training_table(
    tables: Mapping[str, Source],
    recipe: Recipe,
    *,
    horizon: int,
    dates: int = 3,
    step: int | None = None,
    latest: date | None = None,
    engine: str = DEFAULT,
    output: str | os.PathLike[str] | None = None,
    named: Mapping[str, Mapping[str, str]] | None = None,
    fill_silence: bool = False,
) -> Summary:
    """One row per customer and date with known outcomes; by default up to the latest date whose outcome is certain."""
    with opened(engine) as running:
        ledger = open_ledger(running, tables, recipe, named=named)
        last = latest or ledger.latest_known(horizon)
        chosen = training_dates(last, dates=dates, step=step or horizon)
        parts = [
            summary_of(ledger, as_of=d, horizon=horizon, fill_silence=fill_silence) for d in _covered(ledger, chosen)
        ]
    return _stacked(parts, output, len(chosen) - len(parts))


def both_ways(
    tables: Mapping[str, Source],
    recipe: Recipe,
    *,
    horizon: int,
    dates: int = 3,
    step: int | None = None,
    latest: date | None = None,
    engine: str = DEFAULT,
) -> tuple[Summary, Summary]:
    """The training table as it is, and the same with silent days filled in, from one reading; refused without any."""
    with opened(engine) as running:
        ledger = open_ledger(running, tables, recipe)
        chosen = training_dates(latest or ledger.latest_known(horizon), dates=dates, step=step or horizon)
        plain, filled = (
            [summary_of(ledger, as_of=d, horizon=horizon, fill_silence=f) for d in _covered(ledger, chosen)]
            for f in (False, True)
        )
    if not any(p.filled for p in filled):
        raise RequestRefused(
            "The log was silent on no day before these dates: there is nothing to fill in.", "Leave filling off."
        )
    return _stacked(plain, None, len(chosen) - len(plain)), _stacked(filled, None, len(chosen) - len(filled))


def fill_effect(
    tables: Mapping[str, Source],
    recipe: Recipe,
    *,
    as_of: date,
    horizon: int | None = None,
    engine: str = DEFAULT,
    named: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Summary, Summary, Effect]:
    """The summary as it is, the summary with silent days filled in, and what differs between them."""
    with opened(engine) as running:
        ledger = open_ledger(running, tables, recipe, named=named)
        plain, filled = (summary_of(ledger, as_of=as_of, horizon=horizon, fill_silence=f) for f in (False, True))
    return plain, filled, _effect(plain, filled)


def _covered(ledger: Ledger, chosen: tuple[date, ...]) -> list[date]:
    """The dates that have anything before them; at least the latest is asked for, and refused if it has not."""
    return [d for i, d in enumerate(chosen) if not i or d > ledger.first]


def _stacked(parts: list[Summary], output: str | os.PathLike[str] | None, left_out: int) -> Summary:
    first = parts[0]
    table = pa.concat_tables([p.whole for p in parts])
    notices = list(dict.fromkeys(n for p in parts for n in p.notices))
    if left_out:
        notices.append(
            Notice("info", f"{left_out} earlier dates lie before the data and were left out.", count=left_out)
        )
    if output:
        written_whole(table, output)
    return replace(
        first,
        rows=table.num_rows,
        table=None if output else table,
        path=Path(output) if output else None,
        leavers=sum(p.leavers or 0 for p in parts),
        stayers=sum(p.stayers or 0 for p in parts),
        notices=tuple(notices),
    )


def _effect(plain: Summary, filled: Summary) -> Effect:
    import pyarrow.compute as pc

    old, new, key = plain.whole, filled.whole, plain.schema.columns[0].name
    both = set(old[key].to_pylist()) & set(new[key].to_pylist())
    before, after = (t.filter(pc.is_in(t[key], pa.array(sorted(both)))) for t in (old, new))
    differs = {n: _differs(before[n], after[n]) for n in before.column_names}
    anyhow = [any(row) for row in zip(*differs.values(), strict=True)]
    return Effect(
        days=sum(o.last - o.first + 1 for o in plain.silent),
        customers=len(both),
        touched=sum(anyhow),
        changed={n: sum(d) for n, d in differs.items() if any(d)},
        leavers_before=plain.leavers,
        leavers_after=filled.leavers,
    )


def _differs(before: pa.ChunkedArray, after: pa.ChunkedArray) -> list[bool]:
    return [a != b for a, b in zip(before.to_pylist(), after.to_pylist(), strict=True)]
