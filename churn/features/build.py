"""A sample of the customers, for logs with more of them than one machine learns from: the same on every engine.

Who is drawn follows from the key alone (the first digits of its MD5), so that a repeated run draws the same customers;
within leavers and within stayers the same share is drawn. What was drawn of what is stated in the file and on the card.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import RequestRefused
from churn.features.activity import active_block
from churn.features.customers import member_block, select_customers, visit_blocks
from churn.features.definitions import Cut, EventBlock, block_columns, join_blocks
from churn.features.engines.base import DEFAULT, NOTE, Engine, fetch_arrays
from churn.features.engines.urls import open_engine
from churn.features.labels import Window, find_departed, find_returned, propose_window
from churn.features.ledger import Ledger, Outage, find_outages, open_ledger
from churn.features.logs import Source
from churn.features.payments import payment_block
from churn.features.recipe import Recipe
from churn.files import whole_file
from churn.notices import Notice
from churn.schema import Column, Schema

LEAST = 1_000  # fewer customers are worth keeping whole
DIGITS = 4  # of the MD5: 65,536 equal parts, so that a class is met to within 1/65,536 of it


@dataclass(frozen=True)
class CustomerSample:
    """How many customers were drawn, of how many."""

    rows: int
    of: int

    def __str__(self) -> str:
        return f"{self.rows:,} of {self.of:,} customers, drawn by key, with the same share of leavers"

    @property
    def notice(self) -> Notice:
        """What a person should know of the table."""
        return Notice("info", f"A sample: {self}.", count=self.rows)


def draw_sample(
    engine: Engine, table: Any, key: str, outcome: str | None, most: int
) -> tuple[Any, CustomerSample | None]:
    """At most about so many customers of the finished table; all of them where there are no more."""
    if most < LEAST:
        raise RequestRefused(f"A sample of {most:,} customers is too small.", f"Ask for {LEAST:,} or more.")
    marked = engine.kept(table.mutate(part=_md5()(table[key]).substr(0, DIGITS)), near=key)
    by = [marked[outcome]] if outcome else []
    counted = engine.rows(marked.group_by([*by, marked.part]).agg(number=marked.count())).to_pylist()
    total = sum(row["number"] for row in counted)
    if total <= most:
        return marked.drop("part").order_by(key), None
    last = {name: _last_part(counted, outcome, name, most / total) for name in {r.get(outcome) for r in counted}}
    chosen = None
    for name, part in sorted(last.items(), key=str):
        inside = marked.part <= part if outcome is None else (marked[outcome] == name) & (marked.part <= part)
        chosen = inside if chosen is None else chosen | inside
    rows = sum(row["number"] for row in counted if row["part"] <= last[row.get(outcome)])
    return marked.filter(chosen).drop("part").order_by(key), CustomerSample(rows, total)


MADE_UP = "made_up"


def mark_made_up(path: Path) -> None:
    """Note in a customer table that the logs it was made from are samples of made-up customers."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    note = {**(table.schema.metadata or {}), NOTE.encode(): json.dumps({**note_in(path), MADE_UP: True}).encode()}
    write_customer_table(table.replace_schema_metadata(note), path)


def note_in(source: Path | bytes) -> dict[str, Any]:
    """Our own words in a Parquet file; nothing where it is none, or not ours."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(pa.BufferReader(source) if isinstance(source, bytes) else source)
        words = json.loads((schema.metadata or {}).get(NOTE.encode(), b"{}"))
    except (OSError, ValueError, pa.ArrowException):
        return {}
    return words if isinstance(words, dict) else {}


def read_sample_note(path: Path) -> str | None:
    """What a table's own file says of how it was drawn; nothing where it is whole, or not ours."""
    found = note_in(path).get("sample")
    return str(CustomerSample(found["rows"], found["of"])) if found else None


def _last_part(counted: list[dict[str, Any]], outcome: str | None, name: Any, share: float) -> str:
    """The last part of a class that is taken, so that the share is met as nearly as whole parts allow."""
    own = sorted((r["part"], r["number"]) for r in counted if outcome is None or r[outcome] == name)
    wanted, seen, last = share * sum(number for _, number in own), 0, ""
    for part, number in own:
        if seen + number / 2 > wanted:
            break
        seen, last = seen + number, part
    return last


def _md5() -> Any:
    import ibis

    @ibis.udf.scalar.builtin
    def md5(text: str) -> str:  # type: ignore[empty-body]
        """The engine's own function of that name."""

    return md5


# A Summary: raw events as one row per customer, as of a date, with who left when a horizon is given.


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
    with open_engine(engine) as running:
        ledger = open_ledger(running, tables, recipe, named=named, complete_to=complete_to)
        asked: dict[str, Any] = {"output": output, "fill_silence": fill_silence, "sample": sample}
        return summarise_ledger(ledger, as_of=as_of, horizon=horizon, **asked)


def summarise_ledger(
    ledger: Ledger,
    *,
    as_of: date,
    horizon: int | None = None,
    output: str | os.PathLike[str] | None = None,
    fill_silence: bool = False,
    sample: int | None = None,
) -> Summary:
    """The same from tables that are already open, so that several dates cost one reading."""
    at = Cut(ledger.parse_day(as_of, horizon), ledger.recipe.windows)
    silent = find_outages(ledger.main.days, ledger.main.counts, at.day) if ledger.recipe.rule == "inactivity" else ()
    blocks = build_blocks(ledger, at, silent if fill_silence else ())
    table, counted = build_rows(ledger, blocks, at, horizon)
    schema, drawn = _schema(ledger.recipe, blocks, horizon), None
    if sample is not None:
        outcome = ledger.recipe.outcome if horizon is not None else None
        table, drawn = draw_sample(ledger.engine, table, ledger.recipe.key, outcome, sample)
    found, rows, leavers = _write_rows(ledger, table, _file_note(ledger.recipe, schema, drawn), schema, output)
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
            *_silence_notice(silent, fill_silence),
            *_future_silence_notice(ledger, at, horizon),
            *((drawn.notice,) if drawn else ()),
        ),
    )


def build_rows(
    ledger: Ledger, blocks: Sequence[EventBlock], at: Cut, horizon: int | None
) -> tuple[Any, tuple[Notice, ...]]:
    """The finished rows as one expression, and how many people are left out of them, with the reason."""
    people, counted = select_customers(ledger, blocks[0], at, horizon)
    return _add_outcome(ledger, join_blocks(people, blocks), at, horizon), counted


def build_blocks(ledger: Ledger, at: Cut, silent: tuple[Outage, ...]) -> list[EventBlock]:
    """The blocks of all tables, that of the main table first."""
    blocks: list[EventBlock] = []
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


def _add_outcome(ledger: Ledger, table: Any, at: Cut, horizon: int | None) -> Any:
    """The finished rows in the order of their keys: key as text, the date, the outcome, the features."""
    import ibis

    recipe, first = ledger.recipe, {}
    if horizon is not None:
        inactive = recipe.rule == "inactivity"
        hit = (
            find_returned(ledger.main, at.day, horizon)
            if inactive
            else find_departed(ledger.main, at.day, horizon, recipe.grace)
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


def _schema(recipe: Recipe, blocks: Sequence[EventBlock], horizon: int | None) -> Schema:
    meaning = f"Left within {horizon or recipe.horizon} days of the date"
    return Schema(
        (
            Column(recipe.key, kind="text", role="key", meaning="The customer's own number"),
            Column(AS_OF, kind="date", role="date", meaning="The date the row is true for; later events are not used"),
            *_outcome_column(recipe, meaning if horizon else None),
            *block_columns(blocks),
        )
    )


def _outcome_column(recipe: Recipe, meaning: str | None) -> tuple[Column, ...]:
    words: dict[str, Any] = {"levels": (STAYED, LEFT), "positive": (LEFT,), "meaning": meaning or ""}
    return (Column(recipe.outcome, kind="category", role="outcome", **words),) if meaning else ()


def write_customer_table(table: pa.Table, output: Source) -> None:
    """Write a customer table that is in memory to a Parquet file, whole or not at all."""
    import pyarrow.parquet as pq

    with whole_file(output) as path:
        pq.write_table(table, path)


def _file_note(recipe: Recipe, schema: Schema, drawn: CustomerSample | None) -> str:
    """Our own words in the file: what its columns mean, and whether it holds everybody."""
    return json.dumps(
        {"recipe": recipe.title, "columns": schema.as_json()} | ({"sample": asdict(drawn)} if drawn else {})
    )


def _write_rows(
    ledger: Ledger, table: Any, note: str, schema: Schema, output: Source | None
) -> tuple[pa.Table | None, int, int | None]:
    """Write the rows, count them, and hand them back unless a file was asked for."""
    import pyarrow.parquet as pq

    engine = ledger.engine
    if output:
        with whole_file(output) as path:
            engine.write(table, path, note, near=ledger.recipe.key)
            rows, leavers = _count_rows(path, schema)
        return None, rows, leavers
    path = engine.folder / "summary.parquet"
    engine.write(table, path, note, near=ledger.recipe.key)
    rows, leavers = _count_rows(path, schema)
    return pq.read_table(path), rows, leavers


def _count_rows(path: Path, schema: Schema) -> tuple[int, int | None]:
    import pyarrow.parquet as pq

    outcome = schema.outcome
    with pq.ParquetFile(path) as file:
        if outcome is None:
            return file.metadata.num_rows, None
        words = file.read(columns=[outcome.name])[outcome.name].value_counts()
    found = {word["values"]: word["counts"] for word in words.to_pylist()}  # read_table() would import pandas for this
    return sum(found.values()), found.get(LEFT, 0)


def _window(ledger: Ledger, main: EventBlock, at: Cut) -> Window | None:
    if ledger.recipe.rule != "inactivity":
        return None
    seen = main.rows.filter(main.rows["last"].notnull())
    got = fetch_arrays(ledger.engine, seen.select(longest=seen.longest.fill_null(0), silence=at.day - seen["last"]))
    return propose_window(got["longest"], got["silence"])


def _future_silence_notice(ledger: Ledger, at: Cut, horizon: int | None) -> tuple[Notice, ...]:
    """A warning when the log was silent within the horizon: nobody could show that they stayed."""
    if horizon is None or ledger.recipe.rule != "inactivity":
        return ()
    lost = find_outages(ledger.main.days, ledger.main.counts, at.day + horizon)
    days = sum(max(0, o.last - max(o.first, at.day) + 1) for o in lost)
    text = f"The whole log was silent on {_days(days)} of the horizon: leavers may be counted too high."
    return (Notice("warning", text, count=days),) if days else ()


def _silence_notice(silent: tuple[Outage, ...], filled: bool) -> tuple[Notice, ...]:
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


# Training tables: the same summary at several shifted dates, one below the other, every row true for its own date.
#
# One date shows one season only; several show the model how the same customers looked before, with outcomes that
# are known by now. The latest date comes first. A customer can stand in the table once for each date.


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
    with open_engine(engine) as running:
        ledger = open_ledger(running, tables, recipe, named=named)
        last = latest or ledger.latest_known(horizon)
        chosen = training_dates(last, dates=dates, step=step or horizon)
        parts = [
            summarise_ledger(ledger, as_of=d, horizon=horizon, fill_silence=fill_silence)
            for d in _dates_with_data(ledger, chosen)
        ]
    return _stack_summaries(parts, output, len(chosen) - len(parts))


def training_tables_both_ways(
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
    with open_engine(engine) as running:
        ledger = open_ledger(running, tables, recipe)
        chosen = training_dates(latest or ledger.latest_known(horizon), dates=dates, step=step or horizon)
        plain, filled = (
            [
                summarise_ledger(ledger, as_of=d, horizon=horizon, fill_silence=f)
                for d in _dates_with_data(ledger, chosen)
            ]
            for f in (False, True)
        )
    if not any(p.filled for p in filled):
        raise RequestRefused(
            "The log was silent on no day before these dates: there is nothing to fill in.", "Leave filling off."
        )
    return _stack_summaries(plain, None, len(chosen) - len(plain)), _stack_summaries(
        filled, None, len(chosen) - len(filled)
    )


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
    with open_engine(engine) as running:
        ledger = open_ledger(running, tables, recipe, named=named)
        plain, filled = (summarise_ledger(ledger, as_of=as_of, horizon=horizon, fill_silence=f) for f in (False, True))
    return plain, filled, _effect(plain, filled)


def _dates_with_data(ledger: Ledger, chosen: tuple[date, ...]) -> list[date]:
    """The dates that have anything before them; at least the latest is asked for, and refused if it has not."""
    return [d for i, d in enumerate(chosen) if not i or d > ledger.first]


def _stack_summaries(parts: list[Summary], output: str | os.PathLike[str] | None, left_out: int) -> Summary:
    first = parts[0]
    table = pa.concat_tables([p.whole for p in parts])
    notices = list(dict.fromkeys(n for p in parts for n in p.notices))
    if left_out:
        notices.append(
            Notice("info", f"{left_out} earlier dates lie before the data and were left out.", count=left_out)
        )
    if output:
        write_customer_table(table, output)
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
