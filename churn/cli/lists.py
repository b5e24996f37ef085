"""Verbs about lists: check, score, explain, whatif."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import churn
from churn.cli.main import (
    STDIN,
    Answer,
    Printer,
    add_list_words,
    add_model_words,
    notice_lines,
    said_of,
    source_of,
    table_lines,
    verb,
)
from churn.errors import MissingColumns, RequestRefused
from churn.files import write_text

if TYPE_CHECKING:
    from churn.scoring.reasons import Explanation
    from churn.scoring.whatif import WhatIfStep
    from churn.workspace.lists import ScoredFile


def _check_words(words: ArgumentParser) -> None:
    add_list_words(words)
    words.add_argument("-o", metavar="CLEAN.csv", dest="output", help="write the rows as they were read, as text")
    words.add_argument(
        "--template", metavar="T.csv", help="where needed columns are missing: write a small list that has them all"
    )


@verb("check", "say what is understood of a list", _check_words, example="check data/samples/telco_messy.csv")
def check(args: Namespace, printer: Printer) -> Answer:
    """Show the columns, what was repaired and which lines were set aside."""
    try:
        reading = churn.Workspace(args.home).lists.check(source_of(args), **said_of(args))
    except MissingColumns as problem:
        if args.template:
            write_text(Path(args.template), problem.template)
        raise
    if args.output:
        from churn.intake.reader import write_clean

        write_clean(reading, Path(args.output))
    columns = [[c.name, c.kind, c.role, c.meaning] for c in reading.schema.columns]
    lines = [
        f"{reading.rows:,} rows read as {reading.profile}; {len(reading.set_aside)} set aside.",
        *notice_lines(reading.notices),
        *(f"    line {s.line}: {s.why}" for s in reading.set_aside[:20]),
        "",
        *table_lines(["column", "kind", "role", "meaning"], columns),
    ]
    return Answer(reading.as_json(), tuple(lines))


def _score_words(words: ArgumentParser) -> None:
    add_list_words(words)
    add_model_words(words)
    words.add_argument("--top", type=int, default=3, metavar="K", help="how many reasons per customer (default 3)")
    words.add_argument("--keep", action="store_true", help="carry the columns of the list along")
    words.add_argument(
        "--everybody", action="store_true", help="also score customers of whom the list says that they left"
    )
    words.add_argument(
        "-o",
        metavar="OUT",
        dest="output",
        required=True,
        help="where to write: .csv, .parquet or .xlsx; `-` is CSV on stdout; with --engine a folder of Parquet parts",
    )
    words.add_argument(
        "--engine", metavar="URL", help="score Parquet on a cluster: spark://HOST:PORT, or local[2] for two cores here"
    )


@verb("score", "say who may leave and why", _score_words, example="score data/samples/telco_today.csv -o scored.csv")
def score(args: Namespace, printer: Printer) -> Answer:
    """Score a list of any length to a file, in its own order."""
    if args.engine:
        return _scored_on_cluster(args)
    piped = args.output == STDIN

    def heard(rows: int, total: int | None) -> None:
        printer.progress(rows / total if total else 0.0, f"{rows:,} customers scored")

    done = churn.Workspace(args.home).lists.score_file(
        source_of(args),
        sys.stdout.buffer if piped else Path(args.output),
        model=args.model,
        **said_of(args),
        top=args.top,
        keep=args.keep,
        everybody=args.everybody,
        progress=heard,
    )
    return Answer() if piped else _scored_lines(done, args.output)


def _scored_on_cluster(args: Namespace) -> Answer:
    """The same on many machines, from Parquet files to a folder of them."""
    if STDIN in (args.list, args.output):
        raise RequestRefused("A cluster cannot read or write a pipe.", "Name files that its workers see.")
    done = churn.Workspace(args.home).lists.score_on_cluster(
        args.list,
        Path(args.output),
        engine=args.engine,
        model=args.model,
        **said_of(args),
        top=args.top,
        keep=args.keep,
        everybody=args.everybody,
    )
    return _scored_lines(done, args.output)


def _scored_lines(done: ScoredFile, output: str) -> Answer:
    tiers = ", ".join(f"{n:,} {tier}" for tier, n in done.tiers.items())
    lines = [f"{done.rows:,} customers scored by {done.model} {done.version}: {tiers}.", *notice_lines(done.notices)]
    if done.value_horizon:
        from churn.money.amounts import describe_horizon

        said = f"value_at_risk counts the margin {describe_horizon(done.value_horizon, assumed=done.value_assumed)}"
        lines.append(f"{said}{f', in {done.currency}' if done.currency else ''}.")
    return Answer(done.as_json(), (*lines, f"Written to {output}."))


def _explain_words(words: ArgumentParser) -> None:
    add_list_words(words)
    words.add_argument("key", metavar="KEY", help="the customer's key, or the row number in a list without one")
    add_model_words(words)


@verb("explain", "say why one customer may leave", _explain_words, example="explain data/samples/telco_today.csv KEY")
def explain(args: Namespace, printer: Printer) -> Answer:
    """Show the score, what raises and lowers it, and the nearest changes that would lower it."""
    from churn.workspace.customers import explained_json, shown_points

    found = churn.Workspace(args.home).customers.explain(source_of(args), args.key, model=args.model, **said_of(args))
    told = found.explanation
    lines = [
        f"{args.key}: {told.probability:.1%} likely to leave ({told.tier}); a typical customer {told.typical:.1%}.",
        *_at_risk_line(told),
        *(f"  {shown_points(r.points)}  {r.text}" for r in (*told.raising, *told.lowering)),
    ]
    if found.changes:
        lines += ["", "Nearest changes; associations, not promises:", *(f"  {c.text}" for c in found.changes)]
    return Answer(explained_json(found), tuple(lines))


def _at_risk_line(explanation: Explanation) -> tuple[str, ...]:
    """The money at risk with this customer, over how long; nothing where it is not known."""
    if explanation.value_at_risk is None:
        return ()
    from churn.money.amounts import Amounts, describe_horizon

    money, time = (
        Amounts(explanation.currency).money(explanation.value_at_risk),
        describe_horizon(explanation.value_horizon, assumed=explanation.value_assumed),
    )
    return (f"Value at risk {time}: {money}.",)


def _step_lines(step: WhatIfStep, points: float) -> list[str]:
    follows = [f"         with it {name}: {then}" for name, (_, then) in step.follows.items()]
    return [f"  {points:+6.1f}  {step.label}: {step.text}", *follows]


def _whatif_words(words: ArgumentParser) -> None:
    _explain_words(words)
    words.add_argument("changes", metavar="COL=VALUE", nargs="+", help="a column and its new value (repeatable)")


@verb(
    "whatif",
    "say what a customer's score would be if something changed",
    _whatif_words,
    example="whatif data/samples/telco_today.csv KEY 'Contract=One year'",
)
def what_if(args: Namespace, printer: Printer) -> Answer:
    """Show the score before and after."""
    from churn.options import pair_of
    from churn.workspace.customers import comparison_json

    changes = dict(pair_of(pair, "COL=VALUE") for pair in args.changes)
    found = churn.Workspace(args.home).customers.what_if(
        source_of(args), args.key, changes, model=args.model, **said_of(args)
    )
    before, after = found.before, found.after
    from churn.money.amounts import parts_that_add_up

    shown = parts_that_add_up([step.points for step in found.steps], 1)
    lines = (
        f"{args.key}: {before.probability:.1%} ({before.tier}) would be {after.probability:.1%} ({after.tier}).",
        *(line for step, points in zip(found.steps, shown, strict=True) for line in _step_lines(step, points)),
        "What customers like that have in common, not what a change would cause.",
        *notice_lines(found.notices),
    )
    return Answer(comparison_json(found), lines)


# Verbs that make lists: sample makes them up, summarise makes them from event logs.


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
def sample(args: Namespace, printer: Printer) -> Answer:
    """Write synthetic customers with a known truth."""

    def heard(done: int, total: int) -> None:
        printer.progress(done / total, f"{done:,} customers made")

    from churn.workspace.files import written_sample

    files = written_sample(
        args.name, Path(args.output), rows=args.rows, seed=args.seed, plant=args.plant, progress=heard
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
def summarise(args: Namespace, printer: Printer) -> Answer:
    """Write the customer table; with a horizon, with who left."""
    from churn.options import pair_of
    from churn.workspace.customers import summary_json

    tables = dict(pair_of(pair, "NAME=FILE") for pair in args.tables)
    if args.engine and args.engine.startswith(COMPILED):
        return _compiled(args, tables)
    when = {"as_of": _day(args.as_of), "horizon": args.horizon, "dates": args.dates, "step": args.step}
    tried = _tried(args, tables, when) if args.fill_silence == "try" else None
    found = churn.Workspace(args.home).logs.summarise(
        tables,
        args.recipe,
        **when,
        fill_silence=args.fill_silence == "yes",
        engine=args.engine,
        sample=args.sample,
        output=Path(args.output),
    )
    answer = summary_json(found) | ({"filling": tried.as_json()} if tried else {})
    lines = (*_summary_lines(found, args.dates), *([f"Filling silent days in: {tried.sentence}"] if tried else []))
    return Answer(answer, (*lines, *notice_lines(found.notices), f"Written to {args.output}."))


def _tried(args: Namespace, tables: dict[str, str], when: dict[str, Any]) -> Any:
    if args.horizon is None:
        raise RequestRefused("Trying needs known outcomes.", "Give the horizon, too.")
    return churn.Workspace(args.home).logs.try_filling(tables, args.recipe, **when, engine=args.engine)


def _summary_lines(found: Any, dates: int) -> list[str]:
    what = "customers" if dates == 1 else f"rows, one for each customer and each of up to {dates} dates,"
    lines = [f"{found.rows:,} {what} as of {found.as_of}, {len(found.schema.features)} columns to learn from."]
    if found.leavers is not None:
        lines.append(f"{found.leavers:,} left within {found.horizon} days, {found.stayers:,} stayed.")
    if found.window is not None:
        lines.append(found.window.sentence)
    return lines


def _compiled(args: Namespace, tables: dict[str, str]) -> Answer:
    """Write the query for a warehouse; it is not run."""
    dialect = args.engine.removeprefix(COMPILED)
    when: dict[str, Any] = {"as_of": _day(args.as_of), "horizon": args.horizon}
    query = churn.Workspace(args.home).logs.query(dialect, tables, args.recipe, **when)
    write_text(args.output, query)
    told = {"dialect": dialect, "written": args.output, "run": False, "notices": []}
    return Answer(told, (f"Compiled for {dialect}, not run.", f"Written to {args.output}."))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise RequestRefused(f"{text!r} is no date.", "Write it as 2026-05-01.") from problem
