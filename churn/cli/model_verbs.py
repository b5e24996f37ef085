"""Verbs about models: train, models."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from churn.cli.list_words import add_list_words, said_of, source_of
from churn.cli.printing import Printer, notice_lines, table_lines
from churn.cli.verbs import Answer, verb
from churn.desk.counter import Desk
from churn.errors import NotFound, RequestRefused

BOARD = ("name", "roc_auc", "pr_auc", "logloss", "precision", "recall", "milliseconds")
ROLES = ("outcome", "positive", "key", "value", "date", "drop", "drop_class", "suspects")
HOW = ("quick", "tune", "aim", "threshold", "seed")


def _train_words(words: ArgumentParser) -> None:
    add_list_words(words)
    words.add_argument(
        "--name", metavar="N", help="the model's name, any words (default: the profile's, else the file's)"
    )
    words.add_argument("--outcome", metavar="COL", help="the column that says who left")
    words.add_argument(
        "--positive", metavar="VALUE", nargs="+", action="extend", help="the words that mean the customer left"
    )
    words.add_argument("--key", metavar="COL", help="the column that names the customer")
    words.add_argument("--value", metavar="COL", help="the column with the money a customer brings in a period")
    words.add_argument("--date", metavar="COL", help="the column that says when each row was true")
    words.add_argument("--drop", metavar="COL", nargs="+", action="extend", help="columns not to learn from")
    words.add_argument("--suspects", choices=["keep", "drop"], help="columns that may be leaks: learn from them or not")
    words.add_argument(
        "--drop-class", metavar="VALUE", nargs="+", action="extend", help="outcomes to leave out altogether"
    )
    words.add_argument("--quick", action="store_true", help="fewer candidates, one 5-fold check; said on the card")
    words.add_argument(
        "--tune", type=int, metavar="TRIALS", help="search for better settings; one that was stopped goes on"
    )
    words.add_argument("--aim", choices=["profit", "recall", "logloss"], help="what the search looks for")
    words.add_argument(
        "--threshold", metavar="HOW", help='who counts as leaving: money (default), f1, "recall 0.9" or "list 500"'
    )
    words.add_argument("--promote", choices=["auto", "yes", "no"], default="auto", help="who decides if it goes live")
    words.add_argument("--seed", type=int, metavar="S", help="the seed of every draw (default 0)")
    words.add_argument("--track", metavar="URI", help="write parameters, metrics and the card to MLflow there as well")


@verb("train", "learn from a list with known outcomes", _train_words, example="train data/samples/telco_customers.csv")
def train(asked: Namespace, printer: Printer) -> Answer:
    """Train, keep the version, and let it go live if it is better."""
    found = Desk(asked.home).train(
        source_of(asked),
        said=said_of(asked),
        name=asked.name,
        promotion=asked.promote,
        track=asked.track,
        progress=printer.progress,
        **{word: getattr(asked, word) for word in (*ROLES, *HOW)},
    )
    rows = [[row.get(word) for word in BOARD] for row in found.trained.leaderboard]
    lines = (
        f"{found.model.name} {found.model.version}: {found.trained.report.summary}",
        found.verdict.why,
        *notice_lines(found.trained.notices),
        "",
        *table_lines(["candidate", "ROC-AUC", "PR-AUC", "logloss", "precision", "recall", "ms each"], rows),
    )
    return Answer(found.as_json(), lines)


def _models_words(words: ArgumentParser) -> None:
    words.add_argument(
        "act", nargs="?", default="list", choices=["list", "show", "promote", "rollback", "verify"], help="what to do"
    )
    words.add_argument("model", nargs="?", metavar="N[@V]", help="the model, or one version of it")
    words.add_argument("--why", metavar="TEXT", default="", help="the reason to keep in the history")


@verb("models", "look after the models on the shelf", _models_words, example="models rollback telco")
def models(asked: Namespace, printer: Printer) -> Answer:
    """List, show, promote, roll back or verify."""
    desk = Desk(asked.home)
    if asked.act == "list":
        return _listed(desk)
    if not asked.model:
        raise RequestRefused(f"`models {asked.act}` needs a model.", "Name it, for example telco or telco@v2.")
    name, _, version = asked.model.partition("@")
    name = desk.called(name)
    if asked.act == "show":
        return _shown(desk, asked.model)
    if asked.act == "verify":
        return _verified(desk, name, version)
    if asked.act == "promote":
        return _promoted(desk, name, version, asked.why)
    reign = desk.rollback(name, to=version or None, why=asked.why or "rolled back by hand")
    return Answer({"model": name, "version": reign.version}, (f"{name} {reign.version} is live again.",))


def _listed(desk: Desk) -> Answer:
    cards = desk.shelf()
    rows = [[c["name"], c["live"], ", ".join(c["versions"])] for c in cards]
    lines = table_lines(["model", "live", "versions"], rows) if cards else ["There is no model yet."]
    return Answer({"models": cards}, tuple(lines))


def _shown(desk: Desk, asked: str) -> Answer:
    model = desk.model(asked)
    words: dict[str, Any] = {**model.as_json(), "explained_by": desk.explained_by(model)}
    lines = (
        f"{model.name} {model.version}: {model.report.get('summary', '')}",
        f"{len(model.encoder.fields)} columns; threshold {model.thresholds.chosen:.3f} ({model.thresholds.how}).",
        f"Scores are explained by {words['explained_by'].get('way', 'tables')}.",
    )
    return Answer({k: words[k] for k in ("name", "version", "thresholds", "report", "lineage", "explained_by")}, lines)


def _verified(desk: Desk, name: str, version: str) -> Answer:
    known = {card["name"]: card["versions"] for card in desk.shelf()}
    if name not in known:
        raise NotFound(f"There is no model {name}.", f"There are: {', '.join(known) or 'none'}.")
    versions = [version] if version else known[name]
    found = {v: desk.verify(name, v) for v in versions}
    wrong = {v: list(told.faults) for v, told in found.items()}
    explained = {v: {"way": told.way, "largest_difference": told.difference} for v, told in found.items()}
    lines = tuple(f"{name} {v}: {told.words}" for v, told in found.items())
    answer = {"model": name, "versions": wrong, "explained_by": explained}
    return Answer(answer, lines, code=2 if any(wrong.values()) else 0)


def _promoted(desk: Desk, name: str, version: str, why: str) -> Answer:
    if not version:
        raise RequestRefused("Which version should go live?", f"Write it as {name}@v2.")
    reign = desk.promote(name, version, why or "promoted by hand")
    return Answer({"model": name, "version": reign.version, "why": reign.why}, (f"{name} {reign.version} is live.",))
