"""Workbooks: the sheet that holds the list, read by a process of its own after a look at the file's directory."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from churn.errors import ChurnError, ListRefused, OpenQuestion
from churn.intake.text.layout import Known, layout_of
from churn.intake.text.opening import OLE, Opened
from churn.intake.text.records import Record
from churn.intake.values.marks import same_words
from churn.notices import Notice, do, many

UNPACKED, RATIO, ENTRIES, PACKED = 400 << 20, 200, 2_000, 200 << 20
SECONDS = 60  # by the clock; the process itself is bound to fewer of its own
_ROOT = Path(__file__).parents[3]
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Sheet:
    """The rows of the chosen sheet with their line numbers, and what was noticed about the workbook."""

    name: str
    records: tuple[Record, ...]
    notices: tuple[Notice, ...] = ()


def sheet_of(found: Opened, *, asked: str | None, known: Known) -> Sheet:
    """The sheet asked for, or the one whose headings are known; two that fit alike are asked about."""
    content = found.content(PACKED)
    _check_directory(found.name, content)
    cells = found.limits.cells
    sheets = _ask(found.name, content, None, cells)
    chosen = _chosen(found.name, sheets, asked, known)
    if len(sheets) > 1:
        again = _ask(found.name, content, chosen["name"], cells)
        chosen = again[0] if again else chosen
    records = tuple(Record(chosen["first"] + i, tuple(row)) for i, row in enumerate(chosen["rows"]))
    return Sheet(chosen["name"], records, tuple(_told(chosen, sheets, asked)))


def _check_directory(name: str, content: bytes) -> None:
    """Refuse by the directory alone what would not fit in memory, before anything is unpacked."""
    if content.startswith(OLE):
        if _ENCRYPTED in content:
            raise _locked(name)
        return
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        raise _damaged(name) from problem
    total = sum(e.file_size for e in entries)
    swollen = [e for e in entries if e.file_size > 1 << 20 and e.file_size > RATIO * max(e.compress_size, 1)]
    if total > UNPACKED or len(entries) > ENTRIES or swollen:
        raise _too_large(name)
    if any(e.flag_bits & 1 for e in entries):
        raise _locked(name)


def _ask(name: str, content: bytes, sheet: str | None, cells: int) -> list[dict[str, Any]]:
    """Let the process of its own read the workbook; whatever happens to it, this one goes on."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "churn.intake.formats.cells",
        str(cells),
        *([sheet] if sheet is not None else []),
    ]
    quiet = {**os.environ, "RUST_BACKTRACE": "0", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(_ROOT)}
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, env=quiet, check=False)
    except subprocess.TimeoutExpired as problem:
        raise _too_large(name) from problem
    if done.returncode:
        # A panic on broken data ends the process with 1; being stopped for memory or time ends it by a signal.
        raise _too_large(name) if done.returncode < 0 or b"memory" in done.stderr.lower() else _damaged(name)
    try:
        answer = json.loads(done.stdout)
    except ValueError as problem:
        raise _damaged(name) from problem
    refused = answer.get("refused")
    if refused:
        raise {"password": _locked, "large": _too_large}.get(refused, _damaged)(name)
    return answer["sheets"]


def _chosen(name: str, sheets: list[dict[str, Any]], asked: str | None, known: Known) -> dict[str, Any]:
    if asked is not None:
        found = [s for s in sheets if s["name"] == asked] or [
            s for s in sheets if same_words(s["name"]) == same_words(asked)
        ]
        if not found:
            raise _which_sheet(f"{name} has no sheet {asked!r}.", "Name one", sheets)
        return found[0]
    filled = [s for s in sheets if s["visible"] and s["rows"]]
    if not filled:
        hidden = [s for s in sheets if s["rows"]]
        empty = f"{name} has no visible sheet with cells in it."
        if not hidden:
            raise ListRefused(empty, "Export the list again.")
        raise _which_sheet(empty, "Show the hidden sheet or name it", hidden)
    scored = sorted(((_known_headings(s, name, known), s) for s in filled), key=lambda pair: -pair[0])
    if len(scored) > 1 and scored[0][0] == scored[1][0]:
        raise _which_sheet(f"{name} has {len(filled)} sheets that may hold the list.", "Name one", filled)
    return scored[0][1]


def _which_sheet(what: str, fix: str, sheets: list[dict[str, Any]]) -> OpenQuestion:
    return OpenQuestion(
        what,
        f"{fix}: {_names(sheets)}.",
        asks="sheet",
        choices=tuple(s["name"] for s in sheets),
        options=("sheet=NAME",),
    )


def _known_headings(sheet: dict[str, Any], name: str, known: Known) -> float:
    """How many known headings a sheet begins with; less than nothing when it holds no list."""
    records = [Record(sheet["first"] + i, tuple(row)) for i, row in enumerate(sheet["rows"])]
    try:
        layout = layout_of(records, name, known)
    except ChurnError:
        return -1
    return sum(map(known, layout.names)) + (0.5 if layout.width > 1 and layout.header else 0)


def _told(chosen: dict[str, Any], sheets: list[dict[str, Any]], asked: str | None) -> Iterator[Notice]:
    others = [s for s in sheets if s["name"] != chosen["name"] and s["visible"]]
    if others and asked is None:
        yield Notice("info", f"Sheet {chosen['name']} was read; the workbook also has {_names(others)}.")
    hidden = [s for s in sheets if not s["visible"] and s["name"] != chosen["name"]]
    if hidden:
        yield Notice(
            "info",
            f"{do(len(hidden), 'Hidden sheet was', 'Hidden sheets were')} not read: {_names(hidden)}.",
            count=len(hidden),
        )
    yield from _told_oddities(chosen)


def _told_oddities(chosen: dict[str, Any]) -> Iterator[Notice]:
    if hidden := chosen.get("hidden_rows"):
        are, were = do(hidden, "is", "are"), do(hidden, "was", "were")
        text = f"{many(hidden, 'row')} {are} hidden in the sheet and {were} read as well."
        yield Notice("warning", text, count=hidden)
    if formulas := chosen.get("formulas"):
        cells = ", ".join(chosen["formula_cells"])
        have, were = do(formulas, "has", "have"), do(formulas, "was", "were")
        bare = f"{many(formulas, 'formula')} {have} no value stored ({cells}) and {were} read as missing"
        yield Notice("warning", f"{bare}; open and save the file in Excel first.", count=formulas)
    if stored := chosen.get("stored"):
        were, it = do(stored, "was", "were"), do(stored, "it", "them")
        kept = f"{many(stored, 'formula')} {were} read by the value stored with {it}"
        text = f"{kept}; this kind of file does not tell whether it was ever computed."
        yield Notice("info", text, count=stored)
    if chosen.get("partly"):
        yield Notice(
            "info", "The sheet is so large that only its first part was searched for hidden rows and formulas."
        )


def _names(sheets: list[dict[str, Any]]) -> str:
    return ", ".join(s["name"] for s in sheets[:8]) or "none"


def _locked(name: str) -> ListRefused:
    return ListRefused(
        f"{name} is protected by a password.", "Open it in Excel, save it without a password, and give that."
    )


def _damaged(name: str) -> ListRefused:
    return ListRefused(f"{name} is not a sound workbook.", "Open it in Excel and save it as .xlsx or .csv.")


def _too_large(name: str) -> ListRefused:
    return ListRefused(
        f"{name} needs more than 1 GB or {SECONDS} seconds to open; a stray cell far from the list does that too.",
        "Copy the list into a new workbook, or save it as CSV.",
    )
