"""A sample of the customers, for logs with more of them than one machine learns from: the same on every engine.

Who is drawn follows from the key alone (the first digits of its MD5), so that a repeated run draws the same customers;
within leavers and within stayers the same share is drawn. What was drawn of what is stated in the file and on the card.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from churn.errors import RequestRefused
from churn.events.engines.engine import NOTE, Engine
from churn.notices import Notice

LEAST = 1_000  # fewer customers are worth keeping whole
DIGITS = 4  # of the MD5: 65,536 equal parts, so that a class is met to within 1/65,536 of it


@dataclass(frozen=True)
class Drawn:
    """How many customers were drawn, of how many."""

    rows: int
    of: int

    def __str__(self) -> str:
        return f"{self.rows:,} of {self.of:,} customers, drawn by key, with the same share of leavers"

    @property
    def notice(self) -> Notice:
        """What a person should know of the table."""
        return Notice("info", f"A sample: {self}.", count=self.rows)


def drawn_sample(engine: Engine, table: Any, key: str, outcome: str | None, most: int) -> tuple[Any, Drawn | None]:
    """At most about so many customers of the finished table; all of them where there are no more."""
    if most < LEAST:
        raise RequestRefused(f"A sample of {most:,} customers is too small.", f"Ask for {LEAST:,} or more.")
    marked = engine.kept(table.mutate(part=_md5()(table[key]).substr(0, DIGITS)), near=key)
    by = [marked[outcome]] if outcome else []
    counted = engine.rows(marked.group_by([*by, marked.part]).agg(number=marked.count())).to_pylist()
    total = sum(row["number"] for row in counted)
    if total <= most:
        return marked.drop("part").order_by(key), None
    last = {name: _last_part(counted, outcome, name, most / total) for name in {r.get(outcome) for r in counted}}
    chosen = None
    for name, part in sorted(last.items(), key=str):
        inside = marked.part <= part if outcome is None else (marked[outcome] == name) & (marked.part <= part)
        chosen = inside if chosen is None else chosen | inside
    rows = sum(row["number"] for row in counted if row["part"] <= last[row.get(outcome)])
    return marked.filter(chosen).drop("part").order_by(key), Drawn(rows, total)


def sample_said(path: Path) -> str | None:
    """What a table's own file says of how it was drawn; nothing where it is whole, or not ours."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        words = json.loads((pq.read_schema(path).metadata or {}).get(NOTE.encode(), b"{}"))
    except (OSError, ValueError, pa.ArrowException):
        return None
    found = words.get("sample") if isinstance(words, dict) else None
    return str(Drawn(found["rows"], found["of"])) if found else None


def _last_part(counted: list[dict[str, Any]], outcome: str | None, name: Any, share: float) -> str:
    """The last part of a class that is taken, so that the share is met as nearly as whole parts allow."""
    own = sorted((r["part"], r["number"]) for r in counted if outcome is None or r[outcome] == name)
    wanted, seen, last = share * sum(number for _, number in own), 0, ""
    for part, number in own:
        if seen + number / 2 > wanted:
            break
        seen, last = seen + number, part
    return last


def _md5() -> Any:
    import ibis

    @ibis.udf.scalar.builtin
    def md5(text: str) -> str:  # type: ignore[empty-body]
        """The engine's own function of that name."""

    return md5
