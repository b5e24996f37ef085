"""Verbs that make lists: sample makes them up, summarise makes them from event logs."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path
from typing import Any

from churn.cli.list_words import pair_of
from churn.cli.printing import Printer, notice_lines
from churn.cli.verbs import Answer, verb
from churn.desk.counter import Desk
from churn.desk.single.answers import summary_json
from churn.errors import RequestRefused
from churn.files import write_text

COMPILED = "sql:"  # an engine of this kind is only spoken to, never asked


def _sample_words(words: ArgumentParser) -> None:
    words.add_argument(
        "name", metavar="PROFILE", help="the business: telco, bank, product, music, shop, general, offer"
    )
    words.add_argument("--rows", type=int, metavar="CUSTOMERS", help="how many customers (default: the business's own)")
    words.add_argument("--seed", type=int, metavar="S", help="another seed, other customers")
    words.add_argument(
        "--plant",
        action="append",
        default=[],
        metavar="FAULT",
        help="`leak`, or `drift:COL=0.3` for a column that has moved (repeatable)",
    )
    words.add_argument("-o", metavar="FILE|DIR", dest="output", required=True, help="a .csv, a .parquet or a folder")


@verb("sample", "make up a business's customers, for demos and tests", _sample_words, example="sample telco -o demo/")
def sample(asked: Namespace, printer: Printer) -> Answer:
    """Write synthetic customers with a known truth."""

    def heard(done: int, total: int) -> None:
        printer.progress(done / total, f"{done:,} customers made")

    files = Desk(asked.home).sample(
        asked.name, Path(asked.output), rows=asked.rows, seed=asked.seed, plant=asked.plant, progress=heard
    )
    lines = (*(f"{path}" for path in files), "Synthetic: no real person is in these files.")
    return Answer({"files": [str(path) for path in files], "synthetic": True}, lines)


def _summarise_words(words: ArgumentParser) -> None:
    words.add_argument(
        "tables", metavar="NAME=FILE", nargs="+", help="a table of the recipe and its file, folder or pattern"
    )
    words.add_argument("--recipe", metavar="P", required=True, help="the business whose recipe to follow")
    words.add_argument("--as-of", metavar="DATE", required=True, help="the date to look back from, as 2026-05-01")
    words.add_argument("--horizon", type=int, metavar="DAYS", help="say who left within so many days after the date")
    words.add_argument(
        "--dates", type=int, default=1, metavar="N", help="learn from N dates: this one and earlier ones"
    )
    words.add_argument("--step", type=int, metavar="DAYS", help="days between the dates (default: the horizon)")
    words.add_argument(
        "--fill-silence",
        choices=("no", "try", "yes"),
        default="no",
        help="days on which the whole log was silent: leave them, fill them in, or try what filling does to quality",
    )
    words.add_argument(
        "--engine",
        metavar="URL",
        help="duckdb://?memory=2GB&threads=2&spill=DIR (the default, with settings), spark://HOST:PORT, local[2], "
        "postgresql://… (then NAME=TABLE), or sql:DIALECT to write the query instead of the table",
    )
    words.add_argument("--sample", type=int, metavar="N", help="keep about N customers, drawn by key, to learn from")
    words.add_argument("-o", metavar="TABLE.parquet", dest="output", required=True, help="the table to write")


@verb(
    "summarise",
    "turn event logs into one row per customer, as of a date",
    _summarise_words,
    example="summarise events=data/samples/shop_events.parquet --recipe shop --as-of 2026-06-01 -o shop.parquet",
)
def summarise(asked: Namespace, printer: Printer) -> Answer:
    """Write the customer table; with a horizon, with who left."""
    tables = dict(pair_of(pair, "NAME=FILE") for pair in asked.tables)
    if asked.engine and asked.engine.startswith(COMPILED):
        return _compiled(asked, tables)
    when = {"as_of": _day(asked.as_of), "horizon": asked.horizon, "dates": asked.dates, "step": asked.step}
    tried = _tried(asked, tables, when) if asked.fill_silence == "try" else None
    found = Desk(asked.home).summarise(
        tables,
        asked.recipe,
        **when,
        fill_silence=asked.fill_silence == "yes",
        engine=asked.engine,
        sample=asked.sample,
        output=Path(asked.output),
    )
    answer = summary_json(found) | ({"filling": tried.as_json()} if tried else {})
    lines = (*_told(found, asked.dates), *([f"Filling silent days in: {tried.sentence}"] if tried else []))
    return Answer(answer, (*lines, *notice_lines(found.notices), f"Written to {asked.output}."))


def _tried(asked: Namespace, tables: dict[str, str], when: dict[str, Any]) -> Any:
    if asked.horizon is None:
        raise RequestRefused("Trying needs known outcomes.", "Give the horizon, too.")
    return Desk(asked.home).try_filling(tables, asked.recipe, **when, engine=asked.engine)


def _told(found: Any, dates: int) -> list[str]:
    what = "customers" if dates == 1 else f"rows, one for each customer and each of up to {dates} dates,"
    lines = [f"{found.rows:,} {what} as of {found.as_of}, {len(found.schema.features)} columns to learn from."]
    if found.leavers is not None:
        lines.append(f"{found.leavers:,} left within {found.horizon} days, {found.stayers:,} stayed.")
    if found.window is not None:
        lines.append(found.window.sentence)
    return lines


def _compiled(asked: Namespace, tables: dict[str, str]) -> Answer:
    """Write the query for a warehouse; it is not run."""
    dialect = asked.engine.removeprefix(COMPILED)
    when: dict[str, Any] = {"as_of": _day(asked.as_of), "horizon": asked.horizon}
    query = Desk(asked.home).query_for(dialect, tables, asked.recipe, **when)
    write_text(asked.output, query)
    told = {"dialect": dialect, "written": asked.output, "run": False, "notices": []}
    return Answer(told, (f"Compiled for {dialect}, not run.", f"Written to {asked.output}."))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise RequestRefused(f"{text!r} is no date.", "Write it as 2026-05-01.") from problem
