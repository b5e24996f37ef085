"""Figures of the code base, beside what they were and what they should be: `make measure`."""

from __future__ import annotations

import ast
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent.parent
SHEET = "A sheet no one else has"


def trees(folder: str) -> dict[Path, ast.Module]:
    """Every Python file below a folder, parsed."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / folder).rglob("*.py"))}


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def classes_named_twice(files: dict[Path, ast.Module]) -> list[str]:
    """Names that more than one class has."""
    names = Counter(n.name for tree in files.values() for n in ast.walk(tree) if isinstance(n, ast.ClassDef))
    return sorted(name for name, count in names.items() if count > 1 and not name.startswith("_"))


def mixins(files: dict[Path, ast.Module]) -> set[str]:
    """Classes of ours that are one of several bases of another class of ours."""
    found = [n for tree in files.values() for n in ast.walk(tree) if isinstance(n, ast.ClassDef)]
    own = {n.name for n in found}
    bases = [[b.id for b in n.bases if isinstance(b, ast.Name) and b.id in own] for n in found]
    return {name for names in bases if len(names) > 1 for name in names}


def untyped_parameters(files: dict[Path, ast.Module]) -> int:
    """Parameters whose type is, or holds, `Any`."""
    count = 0
    for tree in files.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = node.args
                every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
                count += sum(bool(a and a.annotation and "Any" in ast.unparse(a.annotation)) for a in every)
    return count


def files_crossed() -> list[str]:
    """The files of churn in which a function holds what `score LIST --sheet NAME` said, until the list is scored.

    It is held as an argument or local itself, in a mapping, or as a field of an object.
    """
    import xlsxwriter

    from churn.cli.main import run_line
    from churn.samples.catalogue import make_sample
    from churn.samples.files import write_sample
    from churn.workspace.workspace import Workspace

    crossed: set[str] = set()

    def holds(value: object) -> bool:
        if isinstance(value, str):
            return value == SHEET
        if isinstance(value, dict):
            return any(v is not None and isinstance(v, str) and v == SHEET for v in value.values())
        return SHEET in map(str, getattr(value, "__dict__", {}).values()) if hasattr(value, "__dict__") else False

    def look(frame, event, _argument):
        name = frame.f_code.co_filename
        ours = event == "call" and name.startswith(str(ROOT / "churn")) and name not in crossed
        if ours and any(holds(v) for v in list(frame.f_locals.values())):
            crossed.add(name)

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        sample = make_sample("telco", rows=600)
        write_sample(sample, home / "history.csv")
        write_sample(sample.later(30), home / "today.csv")
        Workspace(home).models.train(home / "history.csv", quick=True)
        with xlsxwriter.Workbook(home / "today.xlsx") as workbook:
            sheet = workbook.add_worksheet(SHEET)
            for n, row in enumerate((home / "today.csv").read_text().splitlines()):
                sheet.write_row(n, 0, row.split(","))
            workbook.add_worksheet("Another").write_row(0, 0, ["a", "b"])
        words = ["score", str(home / "today.xlsx"), "--sheet", SHEET, "-o", str(home / "out.csv"), "--home", str(home)]
        sys.setprofile(look)
        code = run_line(words)
        sys.setprofile(None)
        assert code == 0
    return sorted(str(Path(name).relative_to(ROOT)) for name in crossed)


def cpu_of(words: list[str]) -> float:
    """CPU seconds of a command, the least of three."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def check_of_a_short_list() -> float:
    from churn.samples.catalogue import make_sample
    from churn.samples.files import write_sample

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        write_sample(make_sample("telco", rows=100), path)
        return cpu_of(["-m", "churn", "check", str(path), "--home", folder])


def main() -> None:
    churn, app = trees("churn"), trees("app")
    sizes = [lines_of(path) for path in churn]
    total = sum(sizes) + sum(map(lines_of, app))
    twice, crossed = classes_named_twice(churn), files_crossed()
    rows = [
        ("files in churn", "409", len(churn), "≤ 150"),
        ("files in app", "73", len(app), "≤ 35"),
        ("lines of a file in churn, median", "103", int(median(sizes)), "≥ 200"),
        ("lines of churn and app", "48.0 thousand", f"{total / 1000:.1f} thousand", "≤ 42"),
        ("files crossed by `score LIST --sheet`", "37", len(crossed), "≤ 12"),
        ("class names used twice", "28", len(twice), "0"),
        ("mixins", "12", len(mixins(churn)), "0"),
        ("`Any` in parameters of app", "165", untyped_parameters(app), "< 20"),
        ("`check` of 100 rows, CPU s", "1.3", f"{check_of_a_short_list():.2f}", "≤ .6"),
        ("collecting the tests, CPU s", "34", f"{cpu_of(['-m', 'pytest', '--collect-only', '-q']):.1f}", "< 5"),
    ]
    print(f"{'what':42}{'before':>16}{'now':>16}{'reach':>10}")
    for what, before, now, reach in rows:
        print(f"{what:42}{before:>16}{now!s:>16}{reach:>10}")
    print("crossed:", *crossed, sep="\n  ")
    if twice:
        print("used twice:", ", ".join(twice))


if __name__ == "__main__":
    main()
