"""Reading a clean CSV against Arrow alone, memory while streaming, and messy files against common loaders.

python -m tests.bench.intake [--small]
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from churn.errors import ChurnError
from churn.intake.reader import read_list
from churn.profiles import read_profile
from tests.bench.measuring import Line, child_cost, cost_of, table_of
from tests.messy import Case, told

ROOMS = ("encodings", "dialect", "records", "layout", "sifting", "numbers", "marks", "moments", "repeats", "exports")
TIMES, FLAT_MB, REPEATS = 3.0, 100, 5
STREAM = """
import sys
from pathlib import Path
from churn.intake.reader import open_list
print(sum(len(b.lines) for b in open_list(Path(sys.argv[1])).blocks()))
"""


def main() -> None:
    """Print the table of everything measured."""
    rows = 100_000 if "--small" in sys.argv else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        one, three = Path(folder) / "one.csv", Path(folder) / "three.csv"
        clean_list(one, rows)
        clean_list(three, 3 * rows)
        lines = [*speed(one, rows), flatness(one, three, rows), *messy()]
    print(table_of(lines))


def clean_list(path: Path, rows: int) -> None:
    """A clean telco list with a key, 19 features and the outcome, written once from a fixed seed."""
    chance = np.random.default_rng(20261120)
    columns = {}
    for column in read_profile("telco").schema.columns:
        if column.role == "key":
            columns[column.name] = pa.array([f"{i:07d}-{i * 7919 % 26**2:03X}" for i in range(rows)])
        elif column.kind == "number":
            values = chance.integers(0, 73, rows) if column.unit == "months" else chance.gamma(2, 60, rows).round(2)
            columns[column.name] = pa.array(values)
        else:
            levels = pa.array(column.levels or ("No", "Yes"))
            columns[column.name] = levels.take(pa.array(chance.integers(0, len(levels), rows)))
    arrow_csv.write_csv(pa.table(columns), path, arrow_csv.WriteOptions(quoting_style="none"))


def speed(path: Path, rows: int) -> list[Line]:
    """CPU seconds of a whole reading, alone and with the business found by itself, against Arrow's own reading."""
    schema = read_profile("telco").schema
    ours, theirs = read_list(path, schema=schema).table, arrow_csv.read_csv(path)
    assert ours.num_rows == theirs.num_rows == rows
    for name in ("customerID", "tenure", "MonthlyCharges", "TotalCharges", "Contract"):
        assert ours[name].combine_chunks().equals(theirs[name].cast(ours[name].type).combine_chunks()), name
    del ours, theirs
    # Interleaved, so that a busy moment of the machine falls on both sides.
    sides = (
        lambda: arrow_csv.read_csv(path),
        lambda: read_list(path, schema=schema),
        lambda: read_list(path),
    )
    runs = [[cost_of(side).cpu for side in sides] for _ in range(REPEATS)]
    arrow, known, found = map(min, zip(*runs, strict=True))
    return [
        _against(f"read and type {rows:,} x 21, schema known, CPU s", known, arrow),
        _against(f"read and type {rows:,} x 21, business found, CPU s", found, arrow),
    ]


def flatness(one: Path, three: Path, rows: int) -> Line:
    """Peak memory while streaming, one part against three."""
    (_, small), (_, large) = child_cost(STREAM, str(one)), child_cost(STREAM, str(three))
    what = f"peak MB streaming {3 * rows:,} rows (theirs: {rows:,})"
    return Line(
        what, f"{large:.0f}", f"{small:.0f}", f"{large / small:.2f}", f"+{FLAT_MB} MB", large - small <= FLAT_MB
    )


def messy() -> list[Line]:
    """How many messy files are right, honestly refused, or silently wrong, for us and for common loaders."""
    cases = [case for room in ROOMS for case in import_module(f"tests.messy.{room}").CASES]
    wrong = [case.name for case in cases if told(case) != case]
    refused = sum(bool(case.refused) for case in cases)
    share = len(wrong) / len(cases)
    lines = [
        Line(
            f"{len(cases)} messy files: right / refused / wrong",
            f"{len(cases) - refused - len(wrong)} / {refused} / {len(wrong)}",
            reach="wrong <= 5 %",
            reached=share <= 0.05,
        )
    ]
    for name, loader in LOADERS.items():
        verdicts = Counter(_verdict(case, loader) for case in cases)
        lines.append(
            Line(f"the same files: {name}", "", f"{verdicts['right']} / {verdicts['error']} / {verdicts['wrong']}")
        )
    return lines


def _with_pandas(content: bytes) -> list[tuple[str, ...]]:
    import pandas

    frame = pandas.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, sep=None, engine="python")
    return [tuple(map(str, frame.columns)), *frame.itertuples(index=False, name=None)]


def _with_arrow(content: bytes) -> list[tuple[str, ...]]:
    table = arrow_csv.read_csv(io.BytesIO(content))
    texts = [c.cast(pa.string()).fill_null("").to_pylist() for c in table.columns]
    return [tuple(table.column_names), *zip(*texts, strict=True)]


LOADERS: dict[str, Callable[[bytes], list[tuple[str, ...]]]] = {
    "pandas, separator sniffed, all text": _with_pandas,
    "pyarrow.csv": _with_arrow,
}


def _verdict(case: Case, loader: Callable[[bytes], list[tuple[str, ...]]]) -> str:
    """Right: the same headings and rows as text, blanks around cells forgiven; or refused where it must be."""
    try:
        header, *rows = loader(case.content)
    except Exception:
        return "right" if case.refused else "error"
    try:
        raw = read_list(case.content, filename="list.csv", **({"profile": "general"} | case.said)).raw
    except ChurnError:
        return "wrong"
    expected = Counter(tuple(c.strip() for c in row.values()) for row in raw.to_pylist())
    same = [h.strip() for h in header] == raw.column_names
    return "right" if same and Counter(tuple(str(c).strip() for c in r) for r in rows) == expected else "wrong"


def _against(what: str, ours: float, theirs: float) -> Line:
    ratio = ours / theirs
    return Line(what, f"{ours:.2f}", f"{theirs:.2f}", f"{ratio:.2f}", f"<= {TIMES:g}", ratio <= TIMES)


if __name__ == "__main__":
    main()
