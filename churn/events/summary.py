"""A Summary: raw events as one row per customer, as of a date, with who left when a horizon is given."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from churn.events.customers.activity import active_block
from churn.events.customers.members import member_block
from churn.events.customers.payments import payment_block
from churn.events.customers.population import customers
from churn.events.customers.visits import visit_blocks
from churn.events.engines.engine import DEFAULT, arrays
from churn.events.engines.engine_urls import opened
from churn.events.leaving.labels import departed, returned
from churn.events.leaving.returns import Window, proposed_window
from churn.events.log.entries import Source
from churn.events.log.ledger import Ledger, open_ledger
from churn.events.log.silences import Outage, outages
from churn.events.recipe.features import Block, Cut, columns_of, joined
from churn.events.recipe.recipes import Recipe
from churn.events.sampling import Drawn, drawn_sample
from churn.files import whole_file
from churn.notices import Notice
from churn.schema import Column, Schema

LEFT, STAYED = "left", "stayed"
AS_OF = "as_of"


@dataclass(frozen=True)
class Summary:
    """The customer table, or the file it was written to, and what should be known about it.

    leavers, stayers  only with a horizon;  window  only where leaving means silence
    silent            days on which the whole log was silent before the date; `filled` says whether they were filled in
    """

    schema: Schema
    rows: int
    as_of: date
    horizon: int | None
    table: pa.Table | None = None
    path: Path | None = None
    leavers: int | None = None
    stayers: int | None = None
    window: Window | None = None
    silent: tuple[Outage, ...] = ()
    filled: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def whole(self) -> pa.Table:
        """The rows, from memory or from the file they were written to."""
        import pyarrow.parquet as pq

        return self.table if self.table is not None else pq.read_table(self.path)


def summarise(
    tables: Mapping[str, Source],
    recipe: Recipe,
    *,
    as_of: date,
    horizon: int | None = None,
    engine: str = DEFAULT,
    output: str | os.PathLike[str] | None = None,
    named: Mapping[str, Mapping[str, str]] | None = None,
    fill_silence: bool = False,
    complete_to: date | None = None,
    sample: int | None = None,
) -> Summary:
    """One row per customer from the events before a date, and who left within the horizon after it.

    tables        the recipe's table names, each with a file, folder or pattern
    output        a Parquet file to write, whole or not at all; without it the table comes back in memory
    named         columns whose heading the recipe does not know: {table: {part: heading}}
    fill_silence  count days on which the whole log was silent as active for those active around them
    sample        keep at most about so many customers, drawn by their keys
    """
    with opened(engine) as running:
        ledger = open_ledger(running, tables, recipe, named=named, complete_to=complete_to)
        asked: dict[str, Any] = {"output": output, "fill_silence": fill_silence, "sample": sample}
        return summary_of(ledger, as_of=as_of, horizon=horizon, **asked)


def summary_of(
    ledger: Ledger,
    *,
    as_of: date,
    horizon: int | None = None,
    output: str | os.PathLike[str] | None = None,
    fill_silence: bool = False,
    sample: int | None = None,
) -> Summary:
    """The same from tables that are already open, so that several dates cost one reading."""
    at = Cut(ledger.day_of(as_of, horizon), ledger.recipe.windows)
    silent = outages(ledger.main.days, ledger.main.counts, at.day) if ledger.recipe.rule == "inactivity" else ()
    blocks = blocks_of(ledger, at, silent if fill_silence else ())
    table, counted = rows_of(ledger, blocks, at, horizon)
    schema, drawn = _schema(ledger.recipe, blocks, horizon), None
    if sample is not None:
        outcome = ledger.recipe.outcome if horizon is not None else None
        table, drawn = drawn_sample(ledger.engine, table, ledger.recipe.key, outcome, sample)
    found, rows, leavers = _written(ledger, table, _noted(ledger.recipe, schema, drawn), schema, output)
    return Summary(
        schema=schema,
        rows=rows,
        as_of=as_of,
        horizon=horizon,
        table=found,
        path=Path(output) if output else None,
        leavers=leavers,
        stayers=None if leavers is None else rows - leavers,
        window=_window(ledger, blocks[0], at),
        silent=silent,
        filled=fill_silence and bool(silent),
        notices=(
            *ledger.notices,
            *(n for b in blocks for n in b.notices),
            *counted,
            *_silence_told(silent, fill_silence),
            *_silence_ahead(ledger, at, horizon),
            *((drawn.notice,) if drawn else ()),
        ),
    )


def rows_of(ledger: Ledger, blocks: Sequence[Block], at: Cut, horizon: int | None) -> tuple[Any, tuple[Notice, ...]]:
    """The finished rows as one expression, and how many people are left out of them, with the reason."""
    people, counted = customers(ledger, blocks[0], at, horizon)
    return _outcome(ledger, joined(people, blocks), at, horizon), counted


def blocks_of(ledger: Ledger, at: Cut, silent: tuple[Outage, ...]) -> list[Block]:
    """The blocks of all tables, that of the main table first."""
    blocks: list[Block] = []
    for table in sorted(ledger.recipe.tables, key=lambda t: t is not ledger.recipe.main):
        if table.name in ledger.members:
            named = ledger.named.get(table.name, {})
            blocks.append(member_block(ledger.engine, table, ledger.members[table.name], at, named))
        elif table.shape == "payments" and table.name in ledger.logs:
            blocks.append(payment_block(ledger.engine, ledger.logs[table.name], at))
        elif table.name in ledger.logs:
            log = ledger.logs[table.name]
            blocks += [
                active_block(ledger.engine, log, at, silent if log is ledger.main else ()),
                *visit_blocks(ledger.engine, log, at),
            ]
    return blocks


def _outcome(ledger: Ledger, table: Any, at: Cut, horizon: int | None) -> Any:
    """The finished rows in the order of their keys: key as text, the date, the outcome, the features."""
    import ibis

    recipe, first = ledger.recipe, {}
    if horizon is not None:
        inactive = recipe.rule == "inactivity"
        hit = (
            returned(ledger.main, at.day, horizon) if inactive else departed(ledger.main, at.day, horizon, recipe.grace)
        )
        hit = hit.select(hit_key="key")
        table = table.left_join(hit, table.key == hit.hit_key)
        words = (LEFT, STAYED) if inactive else (STAYED, LEFT)
        first = {recipe.outcome: ibis.ifelse(table.hit_key.isnull(), *words)}
        table = table.mutate(**first).drop("hit_key")
    rest = [c for c in table.columns if c not in ("key", *first)]
    as_of = ibis.date(str(np.datetime64(at.day, "D")))
    return table.select(
        **{recipe.key: table.key.cast("string"), AS_OF: as_of}, **{c: table[c] for c in (*first, *rest)}
    ).order_by(recipe.key)


def _schema(recipe: Recipe, blocks: Sequence[Block], horizon: int | None) -> Schema:
    meaning = f"Left within {horizon or recipe.horizon} days of the date"
    return Schema(
        (
            Column(recipe.key, kind="text", role="key", meaning="The customer's own number"),
            Column(AS_OF, kind="date", role="date", meaning="The date the row is true for; later events are not used"),
            *_outcome_column(recipe, meaning if horizon else None),
            *columns_of(blocks),
        )
    )


def _outcome_column(recipe: Recipe, meaning: str | None) -> tuple[Column, ...]:
    words: dict[str, Any] = {"levels": (STAYED, LEFT), "positive": (LEFT,), "meaning": meaning or ""}
    return (Column(recipe.outcome, kind="category", role="outcome", **words),) if meaning else ()


def written_whole(table: pa.Table, output: Source) -> None:
    """Write a customer table that is in memory to a Parquet file, whole or not at all."""
    import pyarrow.parquet as pq

    with whole_file(output) as path:
        pq.write_table(table, path)


def _noted(recipe: Recipe, schema: Schema, drawn: Drawn | None) -> str:
    """Our own words in the file: what its columns mean, and whether it holds everybody."""
    return json.dumps(
        {"recipe": recipe.title, "columns": schema.as_json()} | ({"sample": asdict(drawn)} if drawn else {})
    )


def _written(
    ledger: Ledger, table: Any, note: str, schema: Schema, output: Source | None
) -> tuple[pa.Table | None, int, int | None]:
    """Write the rows, count them, and hand them back unless a file was asked for."""
    import pyarrow.parquet as pq

    engine = ledger.engine
    if output:
        with whole_file(output) as path:
            engine.write(table, path, note, near=ledger.recipe.key)
            rows, leavers = _counts(path, schema)
        return None, rows, leavers
    path = engine.folder / "summary.parquet"
    engine.write(table, path, note, near=ledger.recipe.key)
    rows, leavers = _counts(path, schema)
    return pq.read_table(path), rows, leavers


def _counts(path: Path, schema: Schema) -> tuple[int, int | None]:
    import pyarrow.parquet as pq

    outcome = schema.outcome
    with pq.ParquetFile(path) as file:
        if outcome is None:
            return file.metadata.num_rows, None
        words = file.read(columns=[outcome.name])[outcome.name].value_counts()
    found = {word["values"]: word["counts"] for word in words.to_pylist()}  # read_table() would import pandas for this
    return sum(found.values()), found.get(LEFT, 0)


def _window(ledger: Ledger, main: Block, at: Cut) -> Window | None:
    if ledger.recipe.rule != "inactivity":
        return None
    seen = main.rows.filter(main.rows["last"].notnull())
    got = arrays(ledger.engine, seen.select(longest=seen.longest.fill_null(0), silence=at.day - seen["last"]))
    return proposed_window(got["longest"], got["silence"])


def _silence_ahead(ledger: Ledger, at: Cut, horizon: int | None) -> tuple[Notice, ...]:
    """A warning when the log was silent within the horizon: nobody could show that they stayed."""
    if horizon is None or ledger.recipe.rule != "inactivity":
        return ()
    lost = outages(ledger.main.days, ledger.main.counts, at.day + horizon)
    days = sum(max(0, o.last - max(o.first, at.day) + 1) for o in lost)
    text = f"The whole log was silent on {_days(days)} of the horizon: leavers may be counted too high."
    return (Notice("warning", text, count=days),) if days else ()


def _silence_told(silent: tuple[Outage, ...], filled: bool) -> tuple[Notice, ...]:
    if not silent:
        return ()
    days = sum(o.last - o.first + 1 for o in silent)
    named = ", ".join(str(o) for o in silent[:5])
    what = "they were filled in" if filled else "they count as silence of every customer; filling them in can be tried"
    return (
        Notice(
            "info" if filled else "warning", f"The whole log was silent on {_days(days)} ({named}): {what}.", count=days
        ),
    )


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
