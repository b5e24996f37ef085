"""Cells of a workbook, read in a process of its own: a hostile file can only end this process, not the one that asked.

Run by `workbook` as a module: the workbook's bytes come in on stdin, one object of JSON goes out on stdout. Of ours it
imports `oddities` and nothing heavy, so that its memory limit is spent on the file.

    {"sheets": [{"name", "visible", "first", "rows": [[text]], "more"}]}     then nothing else
    {"refused": "password" | "damaged" | "large"}
"""

from __future__ import annotations

import datetime
import io
import json
import mmap
import sys
from pathlib import Path
from typing import Any

from churn.intake.workbook import find_oddities

MEMORY, SECONDS = 1 << 30, 30
A_CELL = 80  # bytes that each cell there may be is given here; a million take some 240 MB
HEAD = 60  # rows shown of each sheet before one is chosen
ROWS, COLUMNS, CELLS = 1_048_576, 2_000, 20_000_000


def main(most: int, wanted: str | None) -> None:
    """Answer with the head of every sheet, or with all rows of the one asked for; `most` cells are to be read."""
    import python_calamine  # noqa: F401  before the limit, which is to be spent on the file

    _limit(min(MEMORY, most * A_CELL))
    content = sys.stdin.buffer.read()
    try:
        answer = _sheets(content, wanted)
    except MemoryError:
        answer = {"refused": "large"}
    json.dump(answer, sys.stdout)
    sys.stdout.flush()


def _limit(memory: int) -> None:
    """Bound what this process may take for the file; where the system has no such bound the parent's clock remains."""
    try:
        import resource
    except ImportError:
        return
    memory += _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    """How many bytes of addresses this process has in use already, most of them by libraries."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * mmap.PAGESIZE
    except (OSError, ValueError):
        return MEMORY // 2


def _sheets(content: bytes, wanted: str | None) -> dict[str, Any]:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        metas = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
        if wanted is not None:
            metas = [m for m in metas if m.name == wanted]
        whole = len(metas) == 1
        return {"sheets": [_sheet(book, m, content, whole=whole) for m in metas]}
    except calamine.PasswordError:
        return {"refused": "password"}
    except _TooLarge:
        return {"refused": "large"}
    except calamine.CalamineError:
        return {"refused": "damaged"}


class _TooLarge(Exception):
    pass


def _sheet(book: Any, meta: Any, content: bytes, *, whole: bool) -> dict[str, Any]:
    sheet = book.get_sheet_by_name(meta.name)
    about = {"name": meta.name, "visible": meta.visible.name == "Visible" if hasattr(meta.visible, "name") else True}
    if "Hidden" in str(meta.visible):
        about["visible"] = False
    if sheet.height > ROWS or sheet.width > COLUMNS * 8 or sheet.height * sheet.width > CELLS:
        raise _TooLarge
    rows = sheet.to_python(nrows=None if whole else HEAD)
    about |= {"first": (sheet.start or (0, 0))[0] + 1, "rows": [[cell_text(c) for c in r] for r in rows]}
    return {**about, "height": sheet.height, **(find_oddities(content, meta.name) if whole else {})}


def cell_text(cell: Any) -> str:
    """The cell as text: whole numbers without a point, days as year-month-day."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    return repr(cell) if isinstance(cell, float) else str(cell)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
