"""What others rely on, as it is now: verbs, routes, files, columns, stored JSON, tables, words of the screens.

`python -m tests.snapshots` writes it anew into this folder (`make snapshots`); `tests/test_snapshots.py` holds it.
A value is kept as its kind (text, number, …), a file as its columns with how their cells are written.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import sqlite3
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from churn.cli.main import parser_of_all, register_verbs, run_line

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
FORMS = (
    ("", r""),
    ("whole", r"-?\d+"),
    ("1 decimal", r"-?\d+\.\d"),
    ("2 decimals", r"-?\d+\.\d\d"),
    ("decimals", r"-?\d+\.\d+(e-?\d+)?"),
    ("date", r"\d{4}-\d\d-\d\d"),
    ("time", r"\d{4}-\d\d-\d\dT[\d:.+Z-]+"),
)


def shape_of(value: Any) -> Any:
    """The kind of a value: an object by its fields, a list by what its items have in common."""
    if isinstance(value, dict):
        if value and all(re.search(r"[\s@=:]|^\d", str(key)) for key in value):  # keyed by data, not by field
            return {"…": merged([shape_of(v) for v in value.values()])}
        return {str(key): shape_of(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [merged([shape_of(v) for v in value])] if value else []
    if isinstance(value, bool):
        return "yes or no"
    if value is None:
        return "nothing"
    return "number" if isinstance(value, int | float) else "text"


def merged(shapes: list[Any]) -> Any:
    """What several shapes are together."""
    objects = [s for s in shapes if isinstance(s, dict)]
    if objects:
        names = dict.fromkeys(name for s in objects for name in s)
        return {name: merged([s[name] for s in objects if name in s]) for name in names}
    lists = [item for s in shapes if isinstance(s, list) for item in s]
    if lists or any(isinstance(s, list) for s in shapes):
        return [merged(lists)] if lists else []
    kinds = sorted({k for s in shapes for k in s.split(" | ")})
    return " | ".join(kinds)


def vanished(before: Any, now: Any, place: str = "") -> Iterator[str]:
    """Where something that was there is gone, or is of another kind."""
    if isinstance(before, dict):
        if not isinstance(now, dict):
            yield f"{place or 'all of it'} is {now if isinstance(now, str) else 'a list'}"
            return
        for name, shape in before.items():
            where = f"{place}.{name}" if place else name
            if name not in now:
                yield f"{where} is gone"
            else:
                yield from vanished(shape, now[name], where)
    elif isinstance(before, list):
        if not isinstance(now, list):
            yield f"{place} is no list any more"
        elif before and isinstance(before[0], str) and place.endswith(("columns", "words", "files", "choices")):
            yield from (f"{place}: {name} is gone" for name in before if name not in now)
        elif before and now:
            yield from vanished(before[0], now[0], f"{place}[]")
    elif isinstance(now, str):
        kinds, known = set(now.split(" | ")), set(before.split(" | "))
        if kinds - known - {"nothing"} and known != {"nothing"} and known - {""}:
            yield f"{place} was {before}, is {now}"
    else:
        yield f"{place} was {before}, is an object or a list"


def verbs() -> dict[str, Any]:
    """Every verb with its own words and flags."""
    register_verbs()
    parsers = next(dict(a.choices) for a in parser_of_all()._actions if isinstance(a.choices, dict))
    return {
        name: {
            (action.option_strings[-1] if action.option_strings else action.dest): {
                "choices": sorted(map(str, action.choices or ())),
                "takes": "nothing" if action.nargs == 0 else "text",
            }
            for action in parser._actions
        }
        for name, parser in sorted(parsers.items())
    }


def answers(home: Path, folder: Path) -> dict[str, Any]:
    """What every verb answers with --json, in the order of a campaign, and the columns of what it writes."""
    today, history, found = home / "today.csv", home / "history.csv", {}
    key = _rows(today)[1][0]

    def ask(name: str, *words: Any, code: int = 0) -> Any:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            given = run_line([*map(str, words), "--home", str(home), "--json"])
        assert given in (code, 3), (words, given)
        answer = json.loads(out.getvalue())
        found[name] = shape_of(answer)
        return answer

    ask("check", "check", today, "-o", folder / "clean.csv")
    ask("train", "train", history, "--quick", "--promote", "no")
    ask("score", "score", today, "-o", folder / "scored.csv", "--keep")
    ask("explain", "explain", today, key)
    ask("whatif", "whatif", today, key, "Contract=Two year")
    plan = ("plan", today, "-o", folder / "campaign.csv", "--holdout", "0.3", "--name", "spring")
    ask("plan", *plan, "--budget", "2000")
    rows = _rows(folder / "campaign.csv")
    arm, named = rows[0].index("arm"), rows[0].index("customerID")
    back = folder / "back.csv"
    back.write_text(
        "customerID,Churn\n" + "".join(f"{r[named]},{'Yes' if r[arm] == 'holdout' else 'No'}\n" for r in rows[1:])
    )
    ask("measure", "measure", back, "--campaign", "spring")
    ask("drift", "drift", today, "--report", folder / "drift.json")
    found["drift report"] = shape_of(json.loads((folder / "drift.json").read_text()))
    ask("retrain", "retrain", history, "--when", "advised", "--quick")
    experiment = ("uplift", ROOT / "data" / "samples" / "offer_experiment.csv")
    ask("uplift", *experiment, *_EXPERIMENT, "-o", folder / "uplift.csv")
    ask("playbook", "playbook", "show", "--model", "telco")
    ask("models list", "models")
    ask("models show", "models", "show", "telco")
    ask("models verify", "models", "verify", "telco")
    ask("keys add", "keys", "add", "crm")
    ask("keys list", "keys")
    ask("keys revoke", "keys", "revoke", "crm")
    ask("audit", "audit")
    ask("sample", "sample", "telco", "-o", folder / "made.csv", "--rows", "50")
    ask("complete", "complete", "bash")
    ask("forget", "forget", key)
    return found


_EXPERIMENT = ("--treatment", "offer", "--outcome", "left", "--control", "none", "--positive", "yes")


def files(folder: Path) -> dict[str, Any]:
    """The columns of every file that was written, with how their cells are written."""
    return {path.name: columns_of(path) for path in sorted(folder.glob("*.csv")) if path.name != "back.csv"}


def columns_of(path: Path) -> dict[str, Any]:
    """The columns of a CSV in order, each with the forms its cells have."""
    head, *rows = _rows(path)
    forms = {name: " | ".join(sorted({form_of(r[i]) for r in rows} - {""})) for i, name in enumerate(head)}
    return {"columns": head, "forms": forms}


def form_of(cell: str) -> str:
    """How one cell is written."""
    return next((name for name, form in FORMS if re.fullmatch(form, cell)), "text")


def stored(home: Path) -> dict[str, Any]:
    """What a version consists of, and the tables of the database."""
    version = home / "models" / "telco" / "v1"
    with contextlib.closing(sqlite3.connect(home / "data" / "book.db")) as connection:
        names = [n for (n,) in connection.execute("select name from sqlite_master where type = 'table' order by 1")]
        tables = {n: {c[1]: c[2] for c in connection.execute(f'pragma table_info("{n}")')} for n in names}
    described = {p.name: shape_of(json.loads(p.read_text())) for p in sorted(version.glob("*.json"))}
    return {"files": sorted(p.name for p in version.iterdir()), "json": described, "tables": tables}


def routes(api: Any) -> dict[str, Any]:
    """Every route with what it takes and what it answers."""
    document, found = api.openapi(), {}
    models = document.get("components", {}).get("schemas", {})
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            content = route.get("requestBody", {}).get("content", {})
            answer = route["responses"].get("200", {}).get("content", {})
            found[f"{method.upper()} {path}"] = {
                "takes": {p["name"]: p["in"] for p in route.get("parameters", ())},
                "needs": {p["name"]: p["in"] for p in route.get("parameters", ()) if p.get("required")},
                "body": {kind: _fields(said.get("schema", {}), models) for kind, said in sorted(content.items())},
                "answers": {kind: _fields(said.get("schema", {}), models) for kind, said in sorted(answer.items())},
            }
    return found


def _fields(schema: dict[str, Any], models: dict[str, Any], depth: int = 0) -> Any:
    """A JSON schema as a shape."""
    if "$ref" in schema:
        schema = models[schema["$ref"].rpartition("/")[2]]
    if depth > 4:
        return "text"
    if "anyOf" in schema or "oneOf" in schema:
        return merged([_fields(s, models, depth + 1) for s in schema.get("anyOf", schema.get("oneOf"))])
    if "properties" in schema:
        return {name: _fields(s, models, depth + 1) for name, s in schema["properties"].items()}
    kinds = {"array": "list", "integer": "number", "boolean": "yes or no", "null": "nothing", "string": "text"}
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " | ".join(sorted(kinds.get(one, one) for one in kind))
    if kind == "array":
        return [_fields(schema.get("items", {}), models, depth + 1)]
    return kinds.get(kind, kind)


def screens() -> dict[str, Any]:
    """The names of the screens, their addresses, and every word they are written with."""
    from app.navigation import SCREENS

    words = tomllib.loads((ROOT / "app" / "strings" / "en.toml").read_text(encoding="utf-8"))
    return {
        "addresses": dict.fromkeys(SCREENS, "text"),
        "words": sorted(f"{part}.{name}" for part, said in words.items() if isinstance(said, dict) for name in said),
    }


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))
