"""Verbs about models: train, models."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import churn
from churn.cli.main import (
    SHELLS,
    Answer,
    Printer,
    add_list_words,
    add_model_words,
    add_options,
    completion_script,
    notice_lines,
    options_in,
    said_of,
    source_of,
    table_lines,
    verb,
)
from churn.errors import NotFound, RequestRefused
from churn.options import RETRAIN, TRAIN
from churn.workspace.access import SCOPES

if TYPE_CHECKING:
    from churn.monitoring.report import DriftReport
    from churn.workspace.workspace import Workspace

BOARD = ("name", "roc_auc", "pr_auc", "logloss", "precision", "recall", "milliseconds")


def _train_words(words: ArgumentParser) -> None:
    add_list_words(words)
    words.add_argument(
        "--name", metavar="N", help="the model's name, any words (default: the profile's, else the file's)"
    )
    add_options(words, TRAIN)
    words.add_argument("--promote", choices=["auto", "yes", "no"], default="auto", help="who decides if it goes live")
    words.add_argument("--track", metavar="URI", help="write parameters, metrics and the card to MLflow there as well")


@verb("train", "learn from a list with known outcomes", _train_words, example="train data/samples/telco_customers.csv")
def train(args: Namespace, printer: Printer) -> Answer:
    """Train, keep the version, and let it go live if it is better."""
    found = churn.Workspace(args.home).models.train(
        source_of(args),
        **said_of(args),
        name=args.name,
        promotion=args.promote,
        track=args.track,
        progress=printer.progress,
        **options_in(args, TRAIN),
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


@verb("models", "look after the models kept", _models_words, example="models rollback telco")
def models(args: Namespace, printer: Printer) -> Answer:
    """List, show, promote, roll back or verify."""
    workspace = churn.Workspace(args.home)
    if args.act == "list":
        return _list_models(workspace)
    if not args.model:
        raise RequestRefused(f"`models {args.act}` needs a model.", "Name it, for example telco or telco@v2.")
    name, _, version = args.model.partition("@")
    name = workspace.models.name_for(name)
    if args.act == "show":
        return _shown(workspace, args.model)
    if args.act == "verify":
        return _verified(workspace, name, version)
    if args.act == "promote":
        return _promoted(workspace, name, version, args.why)
    reign = workspace.models.rollback(name, to=version or None, why=args.why or "rolled back by hand")
    return Answer({"model": name, "version": reign.version}, (f"{name} {reign.version} is live again.",))


def _list_models(workspace: Workspace) -> Answer:
    cards = workspace.models.list()
    rows = [[c["name"], c["live"], ", ".join(c["versions"])] for c in cards]
    lines = table_lines(["model", "live", "versions"], rows) if cards else ["There is no model yet."]
    return Answer({"models": cards}, tuple(lines))


def _shown(workspace: Workspace, named: str) -> Answer:
    model = workspace.models.get(named)
    words: dict[str, Any] = {**model.as_json(), "explained_by": workspace.models.explained_by(model)}
    lines = (
        f"{model.name} {model.version}: {model.report.get('summary', '')}",
        f"{len(model.encoder.fields)} columns; threshold {model.thresholds.chosen:.3f} ({model.thresholds.how}).",
        f"Scores are explained by {words['explained_by'].get('way', 'tables')}.",
    )
    return Answer({k: words[k] for k in ("name", "version", "thresholds", "report", "lineage", "explained_by")}, lines)


def _verified(workspace: Workspace, name: str, version: str) -> Answer:
    known = {card["name"]: card["versions"] for card in workspace.models.list()}
    if name not in known:
        raise NotFound(f"There is no model {name}.", f"There are: {', '.join(known) or 'none'}.")
    versions = [version] if version else known[name]
    found = {v: workspace.models.verify(name, v) for v in versions}
    wrong = {v: list(told.faults) for v, told in found.items()}
    explained = {v: {"way": told.way, "largest_difference": told.difference} for v, told in found.items()}
    lines = tuple(f"{name} {v}: {told.words}" for v, told in found.items())
    answer = {"model": name, "versions": wrong, "explained_by": explained}
    return Answer(answer, lines, code=2 if any(wrong.values()) else 0)


def _promoted(workspace: Workspace, name: str, version: str, why: str) -> Answer:
    if not version:
        raise RequestRefused("Which version should go live?", f"Write it as {name}@v2.")
    reign = workspace.models.promote(name, version, why or "promoted by hand")
    return Answer({"model": name, "version": reign.version, "why": reign.why}, (f"{name} {reign.version} is live.",))


# Verbs that watch: drift, retrain.


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
def drift(args: Namespace, printer: Printer) -> Answer:
    """Hold a list against the model; exit 3 when a retrain is advised."""
    from churn.workspace.monitoring_views import refuse_other_endings

    workspace, files = churn.Workspace(args.home), [Path(f) if f else None for f in (args.report, args.split)]
    refuse_other_endings(*files)
    found = workspace.monitor.check(
        source_of(args),
        model=args.model,
        keep=not args.aside,
        challenger=args.challenger,
        trial=args.trial,
        trial_name=args.trial_name,
        progress=printer.progress,
        **said_of(args),
    )
    written = workspace.monitor.write(found, *files)
    told, advised = found.as_json(), found.report.verdict == "retrain"
    return Answer(told, (*_lines(found.report, told), *written), RETRAIN_ADVISED if advised else 0)


def _lines(report: DriftReport, summary: dict) -> tuple[str, ...]:
    moved = [[c.size, c.why] for c in report.columns if c.moved][:MOST_SHOWN]
    return (
        report.advice.why,
        report.score.why,
        *([summary["shadow"]["accord"]["why"]] if "shadow" in summary else []),
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
    add_options(words, RETRAIN)


@verb(
    "retrain",
    "watch a list, learn from it, and let the new version go live only if it is better",
    _retrain_words,
    example="retrain data/samples/telco_customers.csv --when advised",
)
def retrain(args: Namespace, printer: Printer) -> Answer:
    """Drift, train, gate, promote; one command for a scheduler."""
    found = churn.Workspace(args.home).monitor.retrain(
        source_of(args),
        model=args.model,
        **said_of(args),
        when=args.when,
        progress=printer.progress,
        **options_in(args, RETRAIN),
    )
    report, told = found.watched.report, found.as_json()
    if not found.trained:
        return Answer(told, (found.why, *notice_lines(report.notices)))
    made = f"{told['model']} {told['version']}"
    learnt = f"{made}: {found.trained.trained.report.summary}"
    live = f"{made} is live now." if found.promoted else f"{made} is kept beside the live version."
    return Answer(told, (report.advice.why, learnt, f"{found.why} {live}", *notice_lines(report.notices)))


# Verbs about who may ask: keys, audit.


def _keys_words(words: ArgumentParser) -> None:
    words.add_argument(
        "act", nargs="?", default="list", choices=["add", "list", "revoke"], help="what to do (default: list)"
    )
    words.add_argument("name", nargs="?", metavar="NAME", help="what will use the key, or the key (or id) to revoke")
    words.add_argument(
        "--scope",
        choices=SCOPES,
        default="score",
        help="read: look; score: and score and plan; admin: everything (default: score)",
    )


@verb("keys", "make, list or revoke the keys that programs ask the API with", _keys_words, example="keys add crm")
def keys(args: Namespace, printer: Printer) -> Answer:
    """Make, list or revoke keys; a key is shown once, the database keeps only its hash."""
    workspace = churn.Workspace(args.home)
    if args.act == "list":
        return _list_keys(workspace)
    if not args.name:
        raise RequestRefused(f"`keys {args.act}` needs a name.", f"Name the key: `keys {args.act} crm`.")
    return _added(workspace, args) if args.act == "add" else _revoked(workspace, args.name)


def _added(workspace: Workspace, args: Namespace) -> Answer:
    row, key = workspace.access.add_key(args.name, args.scope)
    content = {"id": row.id, "name": row.name, "scope": row.scope, "key": key}
    lines = (key, f"This is the only time the key is shown. It may {row.scope}; send it as X-API-Key.")
    return Answer(content, lines)


def _list_keys(workspace: Workspace) -> Answer:
    rows = workspace.access.api_keys()
    shown = [[r.id, r.name, r.scope, r.made, r.made_by, r.revoked or "in use"] for r in rows]
    heads = ["id", "name", "scope", "made", "by", "revoked"]
    lines = table_lines(heads, shown) if rows else ["There is no key: only this machine may ask the API."]
    return Answer({"keys": [{n: v for n, v in vars(r).items() if n != "hash"} for r in rows]}, tuple(lines))


def _revoked(workspace: Workspace, named: str) -> Answer:
    row = workspace.access.revoke(named)
    return Answer({"id": row.id, "name": row.name}, (f"The key {row.name} ({row.id}) counts no more.",))


def _audit_words(words: ArgumentParser) -> None:
    words.add_argument("--last", type=int, default=50, metavar="N", help="how many entries to show (default 50)")


@verb("audit", "show who did what, and when", _audit_words, example="audit --last 20")
def audit(args: Namespace, printer: Printer) -> Answer:
    """The latest entries of the audit trail; it names no customer."""
    if args.last < 1:
        raise RequestRefused(f"--last {args.last} shows nothing.", "Ask for 1 or more.")
    from churn.workspace.access import audit_json

    entries = churn.Workspace(args.home).access.audit(args.last)
    rows = [[e.at[:19], e.who, e.role, e.by, e.act, e.what] for e in entries]
    heads = ["when (UTC)", "who", "role", "by", "did", "what"]
    lines = table_lines(heads, rows) if rows else ["Nothing was done yet."]
    return Answer({"entries": audit_json(entries)}, tuple(lines))


# Verbs about running Holdfast: serve, and what the TAB key offers.


def _serve_words(words: ArgumentParser) -> None:
    words.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    words.add_argument("--port", type=int, default=8501, help="the port to listen on (default: 8501)")


@verb("serve", "answer over HTTP: the API alone, without the dashboard", _serve_words, example="serve --port 8600")
def serve(args: Namespace, printer: Printer) -> None:
    """Answer until stopped; a busy port is refused before anything starts."""
    from churn.api.app import make_api, serve_until_stopped

    workspace = churn.Workspace(args.home)
    workspace.access.refuse_without_sign_in(args.host)
    serve_until_stopped(make_api(workspace), args.host, args.port, says="The API is at {address}/docs")


def _complete_words(words: ArgumentParser) -> None:
    words.add_argument("shell", choices=SHELLS, help="whose script it is to be")


@verb("complete", "print what lets the TAB key complete verbs and flags", _complete_words, example="complete bash")
def complete(args: Namespace, printer: Printer) -> Answer:
    """The script; `source <(python -m churn complete bash)` makes a shell read it."""
    from churn.cli.main import parser_of_all

    script = completion_script(parser_of_all(), args.shell)
    return Answer({"script": script}, tuple(script.splitlines()))
