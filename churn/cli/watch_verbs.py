"""Verbs that watch: drift, retrain."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from churn.cli.list_words import add_list_words, add_model_words, said_of, source_of
from churn.cli.printing import Printer, notice_lines, table_lines
from churn.cli.verbs import Answer, verb
from churn.desk.counter import Desk
from churn.desk.watch.watch_files import refuse_other_endings

if TYPE_CHECKING:
    from churn.watching.drift_report import DriftReport

RETRAIN_ADVISED = 3
MOST_SHOWN = 8


def _drift_words(words: ArgumentParser) -> None:
    add_list_words(words)
    add_model_words(words)
    words.add_argument(
        "--report", metavar="FILE", help="also write everything found: .json, or .html to read and print"
    )
    words.add_argument(
        "--aside", action="store_true", help="only look: nothing is kept, so it counts for no later list"
    )
    words.add_argument(
        "--challenger",
        metavar="V",
        help="a version (or NAME@V) that scores the same customers in the shadow (default: the newest one trained "
        "after the live one; `none` for nobody)",
    )
    words.add_argument("--trial", type=float, default=0.0, metavar="SHARE", help="share of customers it serves, by key")
    words.add_argument("--trial-name", metavar="T", default="trial", help="another name draws other customers")
    words.add_argument("--split", metavar="OUT.csv", help="write which model serves whom, with both probabilities")


@verb(
    "drift",
    "say whether a list, or the model, has moved, and whether to retrain",
    _drift_words,
    example="drift data/samples/telco_today.csv --report drift_report.html",
)
def drift(asked: Namespace, printer: Printer) -> Answer:
    """Hold a list against the model; exit 3 when a retrain is advised."""
    desk, files = Desk(asked.home), [Path(f) if f else None for f in (asked.report, asked.split)]
    refuse_other_endings(*files)
    found = desk.drift(
        source_of(asked),
        model=asked.model,
        keep=not asked.aside,
        challenger=asked.challenger,
        trial=asked.trial,
        trial_name=asked.trial_name,
        heard=printer.progress,
        **said_of(asked),
    )
    written = desk.write_watched(found, *files)
    told, advised = found.as_json(), found.report.verdict == "retrain"
    return Answer(told, (*_lines(found.report, told), *written), RETRAIN_ADVISED if advised else 0)


def _lines(report: DriftReport, told: dict) -> tuple[str, ...]:
    moved = [[c.size, c.why] for c in report.columns if c.moved][:MOST_SHOWN]
    return (
        report.advice.why,
        report.score.why,
        *([told["shadow"]["accord"]["why"]] if "shadow" in told else []),
        *notice_lines(report.notices),
        *(["", *table_lines(["size", "what moved"], moved)] if moved else []),
    )


def _retrain_words(words: ArgumentParser) -> None:
    add_list_words(words, "a list in which it is known who left")
    add_model_words(words)
    words.add_argument(
        "--when",
        choices=["always", "advised"],
        default="always",
        help="`advised` learns only where the list advises a retrain, for a scheduler (default always)",
    )
    words.add_argument("--quick", action="store_true", help="fewer candidates, one 5-fold check; said on the card")
    words.add_argument("--seed", type=int, metavar="S", help="the seed of every draw (default 0)")


@verb(
    "retrain",
    "watch a list, learn from it, and let the new version go live only if it is better",
    _retrain_words,
    example="retrain data/samples/telco_customers.csv --when advised",
)
def retrain(asked: Namespace, printer: Printer) -> Answer:
    """Drift, train, gate, promote; one command for a scheduler."""
    found = Desk(asked.home).retrain(
        source_of(asked),
        model=asked.model,
        said=said_of(asked),
        when=asked.when,
        progress=printer.progress,
        quick=asked.quick,
        seed=asked.seed,
    )
    report, told = found.watched.report, found.as_json()
    if not found.trained:
        return Answer(told, (found.why, *notice_lines(report.notices)))
    made = f"{told['model']} {told['version']}"
    learnt = f"{made}: {found.trained.trained.report.summary}"
    live = f"{made} is live now." if found.promoted else f"{made} is kept beside the live version."
    return Answer(told, (report.advice.why, learnt, f"{found.why} {live}", *notice_lines(report.notices)))
