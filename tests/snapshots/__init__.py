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

import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from churn.cli.main import parser_of_all, register_verbs, run_line
from churn.intake.delimited import SetAside
from churn.intake.reader import write_set_aside

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
LISTS_OF_NAMES = ("columns", "words", "files", "choices", "names", "pages", "parameters")
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
    """Where something that was there is gone, is of another kind, stands elsewhere, or newly has to be given."""
    if before == "nothing":  # there was none to see
        return
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
        elif place.endswith("needs"):
            yield from (f"{place}: {name} is new" for name in now if name not in before)
        elif before and isinstance(before[0], str) and place.endswith(LISTS_OF_NAMES):
            yield from (f"{place}: {name} is gone" for name in before if name not in now)
            stay = [[name for name in one if name in before and name in now] for one in (before, now)]
            if place.endswith("columns") and stay[0] != stay[1]:
                yield f"{place} were in the order {', '.join(stay[0])}, are in {', '.join(stay[1])}"
        elif before and now:
            yield from vanished(before[0], now[0], f"{place}[]")
    elif isinstance(now, str):
        kinds, known = set(now.split(" | ")), set(before.split(" | "))
        if kinds - known - {"nothing"} and known - {""}:
            yield f"{place} was {before}, is {now}"
    else:
        yield f"{place} was {before}, is an object or a list"


def verbs() -> dict[str, Any]:
    """Every verb with its own words and flags, under each of their names, and which of them have to be given."""
    register_verbs()
    parsers = next(dict(a.choices) for a in parser_of_all()._actions if isinstance(a.choices, dict))
    found = {}
    for verb, parser in sorted(parsers.items()):
        given = {
            name: action
            for action in parser._actions
            for name in action.option_strings or (action.metavar or action.dest,)
        }
        found[verb] = {
            name: {
                "choices": sorted(map(str, action.choices or ())),
                "takes": "no value" if action.nargs == 0 else "several" if action.nargs in ("+", "*") else "text",
                "unless given": _written_default(action.default),
            }
            for name, action in given.items()
        }
        found[verb]["needs"] = sorted(name for name, action in given.items() if action.required)
    return found


def _written_default(value: Any) -> str:
    """What holds where a flag is not given; none is as good as an empty one."""
    return "no" if value in (None, False, [], (), "==SUPPRESS==") else str(value)


def answers(home: Path, folder: Path) -> dict[str, Any]:
    """What every verb answers with --json, in the order of a campaign, and the columns of what it writes."""
    today, history, found = home / "today.csv", home / "history.csv", {}
    key = _rows(today)[1][0]

    def ask(name: str, *words: Any, code: int = 0) -> Any:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            given = run_line([*map(str, words), "--home", str(home), "--json"])
        assert given in (code, 3), (words, given)
        answer = json.loads(out.getvalue()) if out.getvalue() else {}
        found[name] = {"exit code": str(given), "answer": shape_of(answer)}
        return answer

    ask("check", "check", today, "-o", folder / "clean.csv")
    ask("check of nothing", "check", home / "none.csv", code=2)
    ask("train", "train", history, "--quick", "--promote", "no")
    ask("score", "score", today, "-o", folder / "scored.csv", "--keep")
    for ending in ("parquet", "xlsx"):
        ask(f"score to {ending}", "score", today, "-o", folder / f"scored.{ending}")
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
    ask("plan to xlsx", "plan", today, "-o", folder / "campaign.xlsx", "--keep", "no")
    ask("measure", "measure", back, "--campaign", "spring")
    ask("drift", "drift", today, "--report", folder / "drift.json")
    found["drift report"] = shape_of(json.loads((folder / "drift.json").read_text()))
    ask("retrain", "retrain", history, "--when", "advised", "--quick")
    experiment = ("uplift", ROOT / "data" / "samples" / "offer_experiment.csv")
    ask("uplift", *experiment, *_EXPERIMENT, "-o", folder / "uplift.csv")
    text = ask("playbook", "playbook", "show", "--model", "telco")["text"]
    (folder / "playbook.toml").write_text(text, encoding="utf-8")
    ask("playbook check", "playbook", "check", folder / "playbook.toml", "--profile", "telco")
    ask("playbook set", "playbook", "set", folder / "playbook.toml", "--profile", "telco")
    ask("models list", "models")
    ask("models show", "models", "show", "telco")
    ask("models verify", "models", "verify", "telco")
    ask("models promote", "models", "promote", "telco@v2", "--why", "to see")
    ask("models rollback", "models", "rollback", "telco", "--why", "seen")
    ask("keys add", "keys", "add", "crm")
    ask("keys list", "keys")
    ask("keys revoke", "keys", "revoke", "crm")
    ask("audit", "audit")
    ask("sample", "sample", "telco", "-o", folder / "made.csv", "--rows", "50")
    ask("complete", "complete", "bash")
    logs = f"events={ROOT / 'data' / 'samples' / 'shop_events.parquet'}"
    ask("summarise", "summarise", logs, "--recipe", "shop", "--as-of", "2026-06-01", "-o", folder / "shop.parquet")
    ask("forget", "forget", key)
    return found


_EXPERIMENT = ("--treatment", "offer", "--outcome", "left", "--control", "none", "--positive", "yes")


def files(folder: Path) -> dict[str, Any]:
    """The columns of every file that was written, with how their cells are written."""
    write_set_aside([SetAside(7, "too many cells", "1,2,3")], folder / "set_aside.csv")
    read = {".csv": columns_of_csv, ".parquet": columns_of_parquet, ".xlsx": columns_of_workbook}
    found = [path for path in sorted(folder.iterdir()) if path.suffix in read and path.name != "back.csv"]
    return {path.name: read[path.suffix](path) for path in found}


def columns_of_csv(path: Path) -> dict[str, Any]:
    """The columns of a CSV in order, each with the forms its cells have, and what begins the file."""
    head, *rows = _rows(path)
    forms = {name: " | ".join(sorted({form_of(r[i]) for r in rows} - {""})) for i, name in enumerate(head)}
    start = path.read_bytes()
    line = start.partition(b"\n")[0]
    marks = {"mark first": start.startswith(b"\xef\xbb\xbf"), "quotes": b'"' in line, "line ends": line.endswith(b"\r")}
    return {"columns": head, "forms": forms, "marks": {name: str(value) for name, value in marks.items()}}


def columns_of_parquet(path: Path) -> dict[str, Any]:
    """The columns of a Parquet file in order, each with its type."""
    schema = pq.read_schema(path)
    return {"columns": schema.names, "forms": {name: str(schema.field(name).type) for name in schema.names}}


def columns_of_workbook(path: Path) -> dict[str, Any]:
    """The columns of the first sheet in order, each with the kinds of its cells, and the names of the sheets."""
    workbook = CalamineWorkbook.from_path(path)
    head, *rows = workbook.get_sheet_by_index(0).to_python()
    forms = {name: merged([shape_of(r[i]) for r in rows if r[i] != ""] or [""]) for i, name in enumerate(head)}
    return {"columns": head, "forms": forms, "names": workbook.sheet_names}


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
    """Every route by its OpenAPI: what it takes and what it needs, with kinds, and what it answers."""
    document, found = api.openapi(), {}
    models = document.get("components", {}).get("schemas", {})
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            parameters = route.get("parameters", ())
            body = route.get("requestBody", {})
            content = body.get("content", {})
            answer = route["responses"].get("200", {}).get("content", {})
            found[f"{method.upper()} {path}"] = {
                "takes": {p["name"]: {"in": p["in"], "kind": _fields(p["schema"], models)} for p in parameters},
                "needs": [p["name"] for p in parameters if p.get("required")] + ["body"] * body.get("required", False),
                "body": {kind: _fields(said.get("schema", {}), models) for kind, said in sorted(content.items())},
                "body needs": {kind: _needs(said.get("schema", {}), models) for kind, said in sorted(content.items())},
                "answers": {kind: _fields(said.get("schema", {}), models) for kind, said in sorted(answer.items())},
                "status": dict.fromkeys(sorted(route["responses"]), "text"),
            }
    return found


def replies(client: Any, home: Path) -> dict[str, Any]:
    """What every route replies, in the order of a campaign: the status and the fields."""
    head, *rows = _rows(home / "today.csv")
    customers = [dict(zip(head, row, strict=True)) for row in rows]
    one, key, found = customers[0], rows[0][head.index("customerID")], {}
    table = (home / "today.csv").read_bytes()

    def ask(name: str, method: str, path: str, **more: Any) -> Any:
        reply = client.request(method, path, **more)
        kind = reply.headers["content-type"].partition(";")[0]
        body = reply.json() if kind.endswith("json") else None
        found[name] = {"status": str(reply.status_code), "content": kind, "body": shape_of(body)}
        return body

    def upload() -> dict[str, Any]:
        return {"files": {"file": ("today.csv", table, "text/csv")}}

    for path in ("health", "ready", "models", "schema", "metrics"):
        ask(path, "GET", f"/{path}")
    ask("predict", "POST", "/predict", json=one)
    ask("batch of objects", "POST", "/predict/batch", json=customers[:3])
    ask("batch of a file", "POST", "/predict/batch", **upload())
    ask("explain", "POST", "/explain", json=one)
    ask("whatif", "POST", "/whatif", json={"customer": one, "changes": {"Contract": "Two year"}})
    ask("check", "POST", "/check", **upload())
    ask("drift", "POST", "/drift", **upload())
    plan = {"budget": 2000, "holdout": 0.3, "name": "autumn"}
    rows = ask("campaign", "POST", "/campaign", params=plan, **upload())["rows"]
    outcomes = [{"customerID": r["customerID"], "Churn": "Yes" if r["arm"] == "holdout" else "No"} for r in rows]
    ask("outcomes", "POST", "/outcomes", params={"campaign": "autumn"}, json=outcomes)
    ask("customer", "GET", f"/customers/{key}")
    text = ask("playbook", "GET", "/playbook", params={"profile": "telco"})["text"]
    toml = {"content": text, "headers": {"content-type": "application/toml"}}
    ask("playbook set", "PUT", "/playbook", params={"profile": "telco"}, **toml)
    ask("no such customer", "GET", "/customers/nobody")
    ask("no such route", "GET", "/nothing")
    ask("no such model", "POST", "/predict", params={"model": "none"}, json=one)
    ask("no fields", "POST", "/predict", json=[])
    ask("no JSON", "POST", "/predict", content=b"{", headers={"content-type": "application/json"})
    return found


def _needs(schema: dict[str, Any], models: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """The fields a body has to have, for itself and for what it holds."""
    if "$ref" in schema:
        schema = models[schema["$ref"].rpartition("/")[2]]
    if depth > 4:
        return {}
    inner = {name: _needs(s, models, depth + 1) for name, s in schema.get("properties", {}).items()}
    if "items" in schema:
        inner["items"] = _needs(schema["items"], models, depth + 1)
    held = {name: said for name, said in inner.items() if said}
    return held | ({"needs": sorted(schema["required"])} if schema.get("required") else {})


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
    """The addresses of the screens, what an address may carry, and every word they are written with."""
    from app.navigation import SCREENS

    words = tomllib.loads((ROOT / "app" / "strings" / "en.toml").read_text(encoding="utf-8"))
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "app").rglob("*.py")))
    carried = re.search(r"def address\(.*?\n(?=\n\ndef |\Z)", code, re.DOTALL)
    asked = re.findall(r"query_params(?:\.get\(|\.pop\(|\[)\"(\w+)\"", code)
    return {
        "pages": [name for entries in SCREENS.values() for name, _ in entries],
        "parameters": sorted(
            {*asked, *re.findall(r"^ +\"(\w+)\": ", carried.group() if carried else "", re.MULTILINE)}
        ),
        "words": sorted(f"{part}.{name}" for part, said in words.items() if isinstance(said, dict) for name in said),
    }


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))
