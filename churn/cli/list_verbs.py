"""Verbs about lists: check, score, explain, whatif."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from churn.cli.list_words import STDIN, add_list_words, add_model_words, said_of, source_of
from churn.cli.printing import Printer, notice_lines, table_lines
from churn.cli.verbs import Answer, verb
from churn.desk.counter import Desk
from churn.desk.listing.lists import ScoredFile
from churn.desk.single.answers import comparison_json, explained_json, shown_points
from churn.errors import MissingColumns, RequestRefused
from churn.files import write_text
from churn.intake.understanding.asking import pair_of
from churn.scoring.supposing import Step
from churn.showing.words.amounts import Amounts
from churn.showing.words.worth_words import over

if TYPE_CHECKING:
    from churn.scoring.explaining import Explanation


def _check_words(words: ArgumentParser) -> None:
    add_list_words(words)
    words.add_argument("-o", metavar="CLEAN.csv", dest="output", help="write the rows as they were read, as text")
    words.add_argument(
        "--template", metavar="T.csv", help="where needed columns are missing: write a small list that has them all"
    )


@verb("check", "say what is understood of a list", _check_words, example="check data/samples/telco_messy.csv")
def check(asked: Namespace, printer: Printer) -> Answer:
    """Show the columns, what was repaired and which lines were set aside."""
    try:
        reading = Desk(asked.home).check(source_of(asked), **said_of(asked))
    except MissingColumns as problem:
        if asked.template:
            write_text(Path(asked.template), problem.template)
        raise
    if asked.output:
        from churn.intake.reading import write_clean

        write_clean(reading, Path(asked.output))
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
def score(asked: Namespace, printer: Printer) -> Answer:
    """Score a list of any length to a file, in its own order."""
    if asked.engine:
        return _scored_on_cluster(asked)
    piped = asked.output == STDIN

    def heard(rows: int, total: int | None) -> None:
        printer.progress(rows / total if total else 0.0, f"{rows:,} customers scored")

    done = Desk(asked.home).score_file(
        source_of(asked),
        sys.stdout.buffer if piped else Path(asked.output),
        model=asked.model,
        said=said_of(asked),
        top=asked.top,
        keep=asked.keep,
        everybody=asked.everybody,
        progress=heard,
    )
    return Answer() if piped else _told(done, asked.output)


def _scored_on_cluster(asked: Namespace) -> Answer:
    """The same on many machines, from Parquet files to a folder of them."""
    if STDIN in (asked.list, asked.output):
        raise RequestRefused("A cluster cannot read or write a pipe.", "Name files that its workers see.")
    done = Desk(asked.home).score_on_cluster(
        asked.list,
        Path(asked.output),
        engine=asked.engine,
        model=asked.model,
        said=said_of(asked),
        top=asked.top,
        keep=asked.keep,
        everybody=asked.everybody,
    )
    return _told(done, asked.output)


def _told(done: ScoredFile, output: str) -> Answer:
    tiers = ", ".join(f"{n:,} {tier}" for tier, n in done.tiers.items())
    lines = [f"{done.rows:,} customers scored by {done.model} {done.version}: {tiers}.", *notice_lines(done.notices)]
    if done.value_horizon:
        said = f"value_at_risk counts the margin {over(done.value_horizon, assumed=done.value_assumed)}"
        lines.append(f"{said}{f', in {done.currency}' if done.currency else ''}.")
    return Answer(done.as_json(), (*lines, f"Written to {output}."))


def _explain_words(words: ArgumentParser) -> None:
    add_list_words(words)
    words.add_argument("key", metavar="KEY", help="the customer's key, or the row number in a list without one")
    add_model_words(words)


@verb("explain", "say why one customer may leave", _explain_words, example="explain data/samples/telco_today.csv KEY")
def explain(asked: Namespace, printer: Printer) -> Answer:
    """Show the score, what raises and lowers it, and the nearest changes that would lower it."""
    found = Desk(asked.home).explain(source_of(asked), asked.key, model=asked.model, **said_of(asked))
    told = found.explanation
    lines = [
        f"{asked.key}: {told.probability:.1%} likely to leave ({told.tier}); a typical customer {told.typical:.1%}.",
        *_at_risk_line(told),
        *(f"  {shown_points(r.points)}  {r.text}" for r in (*told.raising, *told.lowering)),
    ]
    if found.changes:
        lines += ["", "Nearest changes; associations, not promises:", *(f"  {c.text}" for c in found.changes)]
    return Answer(explained_json(found), tuple(lines))


def _at_risk_line(told: Explanation) -> tuple[str, ...]:
    """The money at risk with this customer, over how long; nothing where it is not known."""
    if told.value_at_risk is None:
        return ()
    money, time = Amounts(told.currency).money(told.value_at_risk), over(told.value_horizon, assumed=told.value_assumed)
    return (f"Value at risk {time}: {money}.",)


def _step_lines(step: Step) -> list[str]:
    follows = [f"         with it {name}: {then}" for name, (_, then) in step.follows.items()]
    return [f"  {step.points:+6.1f}  {step.label}: {step.text}", *follows]


def _whatif_words(words: ArgumentParser) -> None:
    _explain_words(words)
    words.add_argument("changes", metavar="COL=VALUE", nargs="+", help="a column and its new value (repeatable)")


@verb(
    "whatif",
    "say what a customer's score would be if something changed",
    _whatif_words,
    example="whatif data/samples/telco_today.csv KEY 'Contract=One year'",
)
def what_if(asked: Namespace, printer: Printer) -> Answer:
    """Show the score before and after."""
    changes = dict(pair_of(pair, "COL=VALUE") for pair in asked.changes)
    found = Desk(asked.home).what_if(source_of(asked), asked.key, changes, model=asked.model, **said_of(asked))
    before, after = found.before, found.after
    lines = (
        f"{asked.key}: {before.probability:.1%} ({before.tier}) would be {after.probability:.1%} ({after.tier}).",
        *(line for step in found.steps for line in _step_lines(step)),
        "What customers like that have in common, not what a change would cause.",
        *notice_lines(found.notices),
    )
    return Answer(comparison_json(found), lines)
