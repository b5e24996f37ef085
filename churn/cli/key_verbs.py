"""Verbs about who may ask: keys, audit."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from churn.cli.printing import Printer, table_lines
from churn.cli.verbs import Answer, verb
from churn.desk.access.access_counter import audit_json
from churn.desk.access.who import SCOPES
from churn.desk.counter import Desk
from churn.errors import RequestRefused


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
def keys(asked: Namespace, printer: Printer) -> Answer:
    """Make, list or revoke keys; a key is shown once, the book keeps only its hash."""
    desk = Desk(asked.home)
    if asked.act == "list":
        return _listed(desk)
    if not asked.name:
        raise RequestRefused(f"`keys {asked.act}` needs a name.", f"Name the key: `keys {asked.act} crm`.")
    return _added(desk, asked) if asked.act == "add" else _revoked(desk, asked.name)


def _added(desk: Desk, asked: Namespace) -> Answer:
    row, key = desk.add_key(asked.name, asked.scope)
    content = {"id": row.id, "name": row.name, "scope": row.scope, "key": key}
    lines = (key, f"This is the only time the key is shown. It may {row.scope}; send it as X-API-Key.")
    return Answer(content, lines)


def _listed(desk: Desk) -> Answer:
    rows = desk.api_keys()
    shown = [[r.id, r.name, r.scope, r.made, r.made_by, r.revoked or "in use"] for r in rows]
    heads = ["id", "name", "scope", "made", "by", "revoked"]
    lines = table_lines(heads, shown) if rows else ["There is no key: only this machine may ask the API."]
    return Answer({"keys": [{n: v for n, v in vars(r).items() if n != "hash"} for r in rows]}, tuple(lines))


def _revoked(desk: Desk, asked: str) -> Answer:
    row = desk.revoke_key(asked)
    return Answer({"id": row.id, "name": row.name}, (f"The key {row.name} ({row.id}) counts no more.",))


def _audit_words(words: ArgumentParser) -> None:
    words.add_argument("--last", type=int, default=50, metavar="N", help="how many entries to show (default 50)")


@verb("audit", "show who did what, and when", _audit_words, example="audit --last 20")
def audit(asked: Namespace, printer: Printer) -> Answer:
    """The latest entries of the audit trail; it names no customer."""
    if asked.last < 1:
        raise RequestRefused(f"--last {asked.last} shows nothing.", "Ask for 1 or more.")
    entries = Desk(asked.home).audit(asked.last)
    rows = [[e.at[:19], e.who, e.role, e.by, e.act, e.what] for e in entries]
    heads = ["when (UTC)", "who", "role", "by", "did", "what"]
    lines = table_lines(heads, rows) if rows else ["Nothing was done yet."]
    return Answer({"entries": audit_json(entries)}, tuple(lines))
