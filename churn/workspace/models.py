"""Models: trained, compared with the champion, kept; searches for better settings that can go on."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from churn.errors import ChurnError, ListRefused, RequestRefused, Unavailable
from churn.files import LONGEST_NAME, checked_name, name_from
from churn.intake.checks import OutcomeCounts, refuse_empty
from churn.intake.reader import Reading
from churn.intake.sources import Source
from churn.notices import Notice
from churn.options import TrainOptions, read_options_in
from churn.profiles import GENERAL, Profile, read_profile
from churn.schema import Schema, schema_from
from churn.training.outcome import (
    MOST_CLASSES,
    describe_single_outcome,
    find_outcome_column,
    fold_word,
    read_outcome,
    single_valued_outcome_columns,
    spellings_of,
)
from churn.workspace.playbooks import active_playbook

if TYPE_CHECKING:
    from churn.money.playbook import Playbook
    from churn.training.gate import GateVerdict
    from churn.training.model import Model
    from churn.training.prepare import Leak
    from churn.training.train import TrainingResult

FOLDER = Path("data") / "searches"
KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Search:
    """One search on disk: a line for every trial, written as soon as it is known. It holds settings, no customers."""

    path: Path

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Every trial that was written whole; a line cut short by a kill is passed over."""
        text = self.path.read_text(encoding="utf-8") if self.path.is_file() else ""
        for line in text.splitlines():
            with suppress(ValueError):
                yield json.loads(line)

    def append(self, trial: dict[str, Any], /) -> None:
        """Write one more trial through to the disk; a torn line before it stays a line of its own."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            torn = self.path.is_file() and not self.path.read_bytes().endswith(b"\n")
            with self.path.open("a", encoding="utf-8") as file:
                file.write(("\n" if torn else "") + json.dumps(trial) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            raise Unavailable(
                f"The search could not be kept in {self.path.parent.name}: {problem.strerror or problem}.",
                "Free some space or choose another home; the trials written before are kept.",
            ) from problem


def search_for(home: Path, fingerprint: str) -> Search:
    """The search on one list with one seed, begun or not; those nobody went on with for a month are removed."""
    folder = home / FOLDER
    for path in folder.glob("*.jsonl"):
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)
    return Search(folder / f"{checked_name(fingerprint, 'search')}.jsonl")


# Models: trained, judged against the champion, kept kept, promoted and rolled back.


Promotion = Literal["auto", "yes", "no"]
Progress = Callable[[float, str], None]
ROLES = ("key", "outcome", "value", "date")
HOW = ("positive", "drop", "drop_class", "suspects", "quick", "tune", "aim", "seed", "break_even", "threshold")


@dataclass(frozen=True)
class TrainedVersion:
    """A model kept, and whether it went live and why."""

    model: Model
    trained: TrainingResult
    verdict: GateVerdict

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {
            "model": self.model.name,
            "version": self.model.version,
            "promoted": self.verdict.promoted,
            "why": self.verdict.why,
            "leaderboard": list(self.trained.leaderboard),
            "report": self.trained.report.as_json(),
            "leaks": [leak.as_json() for leak in self.trained.leaks],
            "seconds": round(self.trained.seconds, 1),
            "notices": [n.as_json() for n in self.trained.notices],
        }


def train_version(
    home: Path,
    source: Source,
    *,
    name: str | None = None,
    promotion: Promotion = "auto",
    track: str | None = None,
    progress: Progress = lambda share, text: None,
    options: TrainOptions,
) -> TrainedVersion:
    """Learn from a list with outcomes, save the version, and let it go live if it is better (or if told to)."""
    from churn.training.registry import promote, save, title_of
    from churn.training.tracking import log_training, open_experiment
    from churn.training.train import train
    from churn.workspace.businesses import find_business, is_made_up

    title, made_up = " ".join((name or "").split()), is_made_up(source)
    asked: dict[str, Any] = dict.fromkeys((*ROLES, *HOW)) | dict(options)
    reading = _labelled(home, source, options)
    profile = read_profile(reading.profile, home)
    roles: dict[str, Any] = {role: reading_name(reading, asked[role]) for role in ROLES}
    settled = _settled_roles(reading, roles)
    if title:
        name = name_from(find_business(home, title))
        _refuse_demo_beside_own(home, name, made_up=made_up)
        _refuse_another_business(home, name, settled)
    else:
        name, title = _default_name(home, reading, settled, made_up=made_up)
    how = {word: asked[word] for word in HOW if asked.get(word) is not None}
    ledger = open_experiment(track, name) if track is not None else None
    offers = playbook_for_training(home, name, profile)
    how |= {"playbook": offers, "searches": partial(search_for, home)}
    trained = _with_sample(train(reading, name=name, progress=progress, **roles, **how), source)
    _refuse_another_business(home, name, trained.model.schema)
    champion_now = _reigning(home, name)
    verdict = _judged(trained, champion_now, reading, promotion)
    compared = {**verdict.as_json(), "champion": champion_now.version if champion_now else None}
    title = title if title != name else title_of(home, name)
    named = {"title": title} if title != name else {}
    lineage = {**trained.model.lineage, **named, "profile": profile.name, "list": reading.fingerprint, "gate": compared}
    lineage |= {"made_up": True} if made_up else {}
    # What was noticed about the training list is told now and on the card; it says nothing of lists scored later.
    if not profile.currency and (marked := marked_currency(reading, trained.model)):
        lineage["currency"] = marked
    pages = _pages(trained, profile.currency or lineage.get("currency", ""))
    model = save(home, replace(trained.model, lineage=lineage, notices=()), pages=pages)
    if verdict.promoted:
        promote(home, model.name, model.version, why=verdict.why)
    told = log_training(ledger, model, pages, {"promoted": str(verdict.promoted).lower(), "why": verdict.why})
    return TrainedVersion(model, _with_notice(trained, told), verdict)


def marked_currency(reading: Reading, model: Model) -> str:
    """The currency marked in the value column, else the only one marked anywhere in the list; "" for none."""
    value, marks = model.schema.value, set(reading.currencies.values())
    own = reading.currencies.get(value.name, "") if value else ""
    return own or (marks.pop() if len(marks) == 1 else "")


def _with_sample(trained: TrainingResult, source: Source) -> TrainingResult:
    """The card repeats that the list is a sample, where the list itself says so."""
    if not isinstance(source, Path) or source.suffix != ".parquet":
        return trained
    from churn.features.build import read_sample_note

    said = read_sample_note(source)
    lineage = {**trained.model.lineage, "sample": said} if said else trained.model.lineage
    return replace(trained, model=replace(trained.model, lineage=lineage))


def _with_notice(trained: TrainingResult, notice: Notice | None) -> TrainingResult:
    return trained if notice is None else replace(trained, notices=(*trained.notices, notice))


def reading_name(reading: Reading, theirs: str | None) -> str | None:
    """The checked table's name for a heading a person named, which may be the file's own."""
    if theirs is None or theirs in reading.schema.by_name:
        return theirs
    found = next((m.ours for m in reading.matches if m.theirs == theirs), None)
    if found is None:
        raise RequestRefused(f"There is no column {theirs!r}.", f"The columns are: {', '.join(reading.schema.names)}.")
    return found


def _labelled(home: Path, source: Source, options: TrainOptions) -> Reading:
    """The list read for learning; without a profile that fits, the columns named take their roles."""
    from churn.workspace.lists import read_checked

    asked: Mapping[str, Any] = options
    roles = {role: asked[role] for role in ROLES if asked.get(role)}
    words = {**read_options_in(options), "roles": roles, "positive": tuple(options.get("positive") or ())}
    reading = read_checked(home, source, words)
    refuse_empty(column for column, rule in reading.broken if rule == "empty")
    return reading


def playbook_for_training(home: Path, name: str, profile: Profile) -> Playbook:
    """The offers in force for the business that is learnt about."""
    return active_playbook(home, name, profile=profile.name).playbook


def _default_name(home: Path, reading: Reading, settled: Schema, *, made_up: bool) -> tuple[str, str]:
    """The profile's name, else the file's, with its title; a number behind it where that is another business's."""
    if reading.profile != GENERAL:
        name, title = reading.profile, reading.profile
    else:
        stem = Path(reading.source).stem.strip()
        name = name_from(re.sub(r"[_.]+", "-", stem.lower()))
        title = name if stem.isascii() else stem
    for number in count(1):
        behind = "" if number == 1 else f"-{number}"
        tried = f"{name[: LONGEST_NAME - len(behind)]}{behind}"
        if not _another_business(home, tried, settled) and not _demo_beside_own(home, tried, made_up=made_up):
            break
    return tried, tried if title == name else f"{title}{behind.replace('-', ' ')}"


def _settled_roles(reading: Reading, roles: Mapping[str, Any]) -> Schema:
    """The list's columns with the outcome and the key that will be learnt with."""
    schema = reading.schema
    settled = {"outcome": find_outcome_column(reading.table, schema, roles.get("outcome")), "key": roles.get("key")}
    for role in ("outcome", "key"):
        named = settled[role]
        if named is None:
            continue
        before = getattr(schema, role)
        if before is not None and before.name != named:
            schema = schema.having(before.name, role="ignored")
        schema = schema.having(named, role=role)
    return schema


def _another_business(home: Path, name: str, new: Schema) -> str:
    """Why the model of that name, if there is one, is of another business than these columns; "" where it is not."""
    from churn.training.gate import business_mismatch
    from churn.training.registry import live_manifest

    words = live_manifest(home, name)
    return business_mismatch(new, schema_from(words["schema"])) if words else ""


def _refuse_another_business(home: Path, name: str, new: Schema) -> None:
    """Refuse to learn a version that could not score the customers of the model it would stand beside."""
    from churn.training.registry import title_of

    if why := _another_business(home, name, new):
        raise RequestRefused(
            f"{title_of(home, name)} is the model of another business: {why}.",
            "Give this model another name, or none.",
        )


def _demo_beside_own(home: Path, name: str, *, made_up: bool) -> str:
    """Why a list must not be learnt from under a name, since made-up and real customers never share one; else ""."""
    from churn.training.registry import DEMO, title_of, versions
    from churn.workspace.businesses import is_demo

    there, demo = bool(versions(home, name)), is_demo(home, name)
    if demo and not made_up:
        if there:
            return f"{title_of(home, name)} is the demo's model, which learns from made-up customers"
        return f"Names that begin with {DEMO} are the demo's, which learns from made-up customers"
    if made_up and there and not demo:
        return f"{title_of(home, name)} learnt from customers of your own, and this sample's are made up"
    return ""


def _refuse_demo_beside_own(home: Path, name: str, *, made_up: bool) -> None:
    if why := _demo_beside_own(home, name, made_up=made_up):
        raise RequestRefused(f"{why}.", "Learn from this list under another name.")


def _pages(trained: TrainingResult, currency: str) -> dict[str, str]:
    """The model card and its plots, as pages that need nothing else."""
    from churn.money.amounts import Amounts
    from churn.reports.model_card import card_pages

    return card_pages(trained.model, Amounts(currency))


def _judged(trained: TrainingResult, champion: Model | None, reading: Reading, promotion: Promotion) -> GateVerdict:
    """What the gate says of the new model beside the champion; a person who decided has the last word."""
    from churn.training.gate import run_gate

    verdict = run_gate(trained.model, trained.unseen, champion, reading.table)
    if promotion == "no":
        return replace(verdict, promoted=False, why="Kept beside the champion, as asked.")
    if promotion == "yes":
        return replace(verdict, promoted=True, why="Promoted because a person asked for it.")
    return verdict


def _reigning(home: Path, name: str) -> Model | None:
    """The champion, where one is live and can be opened; a damaged one cannot defend its place."""
    from churn.training.registry import champion, load_live

    if champion(home, name) is None:
        return None
    try:
        return load_live(home, name)
    except ChurnError:
        return None


# Standings: how good a version is, in people and money, and how it compares with the version that was live.


WAYS = ("money", "f1", "recall 0.79", "recall 0.9", "recall 0.925")
BETTER = ("roc_auc", "logloss", "f1")


@dataclass(frozen=True)
class OperatingPoint:
    """What one way of choosing the threshold means, for the customers the model was checked on.

    how        the way: money, f1, "recall 0.9", "list 500"
    gain       what treating everybody from there on would bring them all together; None without a playbook
    chosen     whether this is the threshold in use
    """

    how: str
    threshold: float
    contacted: int
    caught: int
    missed: int
    bothered: int
    gain: float | None
    chosen: bool


@dataclass(frozen=True)
class Candidate:
    """One candidate of the contest.

    ranks     how often it ranks a leaver above a stayer
    reached   of 100 leavers, how many it would have contacted; of 100 contacted, how many left
    """

    name: str
    champion: bool
    ranks: float
    logloss: float
    precision: float
    recall: float
    f1: float
    accuracy: float
    seconds: float
    milliseconds: float


@dataclass(frozen=True)
class ChampionComparison:
    """A version beside the one that was live when it was trained, on the same customers that neither had seen.

    Advantages are the newcomer's, with 95 % intervals; calibration, cost and ranking (ROC-AUC, with its interval) are
    given for both. Versions of before that was kept have no ranking.
    """

    champion: str | None
    promoted: bool
    why: str
    customers: int
    loss: Mapping[str, float]
    profit: Mapping[str, float]
    calibration: Mapping[str, float]
    cost: Mapping[str, float]
    ranking: Mapping[str, Mapping[str, float]]


def operating_points(model: Model) -> tuple[OperatingPoint, ...]:
    """Every way of choosing the threshold, in people and money, the shortest list first."""
    report = model.report
    customers, leavers = _checked(report)
    ways = [how for how in report["points"] if how != "chosen"]
    found = [_reach(model, how, report["points"][how], (customers, leavers)) for how in ways]
    return tuple(sorted(found, key=lambda r: r.contacted))


def leaderboard_of(model: Model) -> tuple[Candidate, ...]:
    """Every candidate on the same unseen customers, the best first."""
    words = ("precision", "recall", "f1", "accuracy", "seconds", "milliseconds", "logloss")
    rows = model.report["leaderboard"]
    return tuple(
        Candidate(row["name"], row["champion"], row["roc_auc"], **{word: row[word] for word in words}) for row in rows
    )


def compare_with_champion(model: Model) -> ChampionComparison | None:
    """How the version did against the one that was live; None for versions of before this was kept."""
    gate = model.lineage.get("gate")
    if not gate:
        return None
    words = ("champion", "promoted", "why", "customers", "loss", "profit", "calibration", "cost")
    return ChampionComparison(**{word: gate[word] for word in words}, ranking=gate.get("ranking", {}))


def _reach(model: Model, how: str, point: Mapping[str, float], seen: tuple[int, int]) -> OperatingPoint:
    customers, leavers = seen
    contacted, caught = round(point["contacted"] * customers), round(point["recall"] * leavers)
    return OperatingPoint(
        how=how,
        threshold=point["threshold"],
        contacted=contacted,
        caught=caught,
        missed=leavers - caught,
        bothered=contacted - caught,
        gain=_gain(model.report["earnings"]["curve"], point["contacted"], customers),
        chosen=how == model.thresholds.how,
    )


def _gain(curve: Any, share: float, customers: int) -> float | None:
    """What treating the riskiest share brings, read off the profit curve."""
    if not curve:
        return None
    shares, _, by_risk = np.array(curve, dtype=float).T
    return float(np.interp(share, shares, by_risk) * customers)


def _checked(report: Mapping[str, Any]) -> tuple[int, int]:
    """How many customers the version was checked on, and how many of them left."""
    confusion = report["confusion"]
    return sum(confusion.values()), confusion["caught"] + confusion["missed"]


# Labelling: what a list says about who left, before anything is learnt from it.


SPEAKING = ("flag", "category", "number")
A_DAY, NO_DAY = "a day", "empty"  # the two words of a date of leaving


@dataclass(frozen=True)
class Labels:
    """Who left by one column of a list.

    words    as they stand in the file, with how many customers have each
    leaving  those of them that count as leaving
    known    the customers whose outcome is known, and how many left; None while that is not settled
    why      one sentence: the counts beside what is needed, or why nothing can be said yet
    unknown  customers whose outcome is empty or left out
    """

    column: str
    words: Mapping[str, int]
    leaving: tuple[str, ...]
    known: OutcomeCounts | None
    why: str
    unknown: int = 0

    @property
    def enough(self) -> bool:
        """Whether something can be learnt from this column."""
        return self.known is not None and self.known.enough


def read_labels(reading: Reading, column: str, positive: Sequence[str] = (), drop_class: Sequence[str] = ()) -> Labels:
    """Who left by that column when these words mean leaving (none: those that plainly do)."""
    from churn.workspace.list_history import count_words

    by_date = reading.schema.by_name[column].kind == "date"
    words = days_in(reading, column) if by_date else count_words(reading, column)
    try:
        found = read_outcome(reading.table, reading.schema, column=column, positive=positive, drop_class=drop_class)
    except ListRefused as problem:
        return Labels(column, words, tuple(positive), _all_alike(reading, column, positive), problem.message)
    except ChurnError as problem:
        # The flags a refusal names belong to the terminal; a screen has its own fields for them.
        return Labels(column, words, tuple(positive), None, problem.message)
    labels = found.labels
    known = OutcomeCounts(int((labels >= 0).sum()), int((labels == 1).sum()))
    named = {spelling for word in found.positive for spelling in spellings_of(word)}
    leaving = (A_DAY,) if by_date else tuple(w for w in words if fold_word(w) in named)
    return Labels(column, words, leaving, known, known.said, int((labels < 0).sum()))


def outcome_candidates(reading: Reading) -> tuple[str, ...]:
    """The columns that could say who left: a few different words; the likeliest first."""
    table, known = reading.table, reading.schema.outcome
    few = [
        column.name
        for column in reading.schema.columns
        if column.kind in SPEAKING and 2 <= len(table.column(column.name).drop_null().unique()) <= MOST_CLASSES
    ]
    few += [name for name in _left_on(reading) if name not in few]
    # One that says the same of everyone is shown with that sentence: left out, it would be missed and another taken.
    few += [
        name for name in (*single_valued_outcome_columns(table), *([known.name] if known else [])) if name not in few
    ]
    first = _guessed(reading) or (known.name if known else None)
    return tuple(sorted(dict.fromkeys(few), key=lambda name: name != first))


def guess_outcome(reading: Reading) -> str | None:
    """The column that says who left, where that is plain; else a person has to choose."""
    known = reading.schema.outcome
    return known.name if known else _guessed(reading)


def find_leaks(reading: Reading, **options: Any) -> tuple[Leak, ...]:
    """The columns that know the outcome, or may; none while it is not settled who left."""
    from churn.training.prepare import PrepareOptions, preview_leaks

    try:
        return preview_leaks(reading.table, reading.schema, PrepareOptions(**options))
    except ChurnError:
        return ()


def days_in(reading: Reading, column: str) -> dict[str, int]:
    """How many customers have a day of leaving, and how many none."""
    blank = reading.table.column(column).null_count
    return {word: many for word, many in ((A_DAY, reading.rows - blank), (NO_DAY, blank)) if many}


def with_one_sided_outcome(reading: Reading) -> Reading:
    """The reading, with a sentence where the list says the same of everyone: nothing can be learnt from that."""
    found = one_sided_notice(reading)
    return replace(reading, notices=(*reading.notices, found)) if found else reading


def one_sided_notice(reading: Reading) -> Notice | None:
    """The sentence that a list says the same of everyone; None where it tells leavers from stayers."""
    text = describe_single_outcome(reading.table, reading.schema)
    if not text:
        return None
    return Notice("warning", f"{text[:-1]}, so nothing can be learnt from this list about who leaves.")


def _left_on(reading: Reading) -> list[str]:
    """The columns of days in which some customers have none: the others may have left then."""
    dates = (c.name for c in reading.schema.columns if c.kind == "date" and c.role != "date")
    return [name for name in dates if 0 < reading.table.column(name).null_count < reading.rows]


def _all_alike(reading: Reading, column: str, positive: Sequence[str]) -> OutcomeCounts | None:
    """The counts where everyone left or everyone stayed."""
    cells = reading.table.column(column).drop_null()
    if not len(cells):
        return None
    schema = reading.schema.by_name[column]
    said = cells[0].as_py()
    left = (
        said
        if isinstance(said, bool)
        else {fold_word(w) for w in (*positive, *schema.positive)} & {fold_word(str(said))}
    )
    return OutcomeCounts(len(cells), len(cells) if left or fold_word(str(said)) in spellings_of("yes") else 0)


def _guessed(reading: Reading) -> str | None:
    try:
        return read_outcome(reading.table, reading.schema).column
    except RequestRefused:
        return None
    except ChurnError:
        return find_outcome_column(reading.table, reading.schema)
