"""Scoring's figures: exact SHAP by tables, a list end to end, one customer; beside the usual stack, equality first.

python -m tests.bench.scoring            100k rows beside the usual stack; 1M rows alone, beside its scaled figures
python -m tests.bench.scoring --small    20k rows and 100k rows
python -m tests.bench.scoring --huge     and 10M rows alone: memory and linearity (2 GB of CSV in a temporary folder)
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import xgboost

from churn.explain.explainer import build_explainer
from churn.explain.library import read_member
from churn.intake.reader import read_list
from churn.profiles import read_profile
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample
from churn.schema import Column
from churn.scoring.reasons import explain_customer
from churn.scoring.score import Ranking
from churn.scoring.whatif import nearest_changes
from churn.scoring.wording import Wording, wording_for
from churn.training.calibration import Calibration
from churn.training.encoder import encoder_for
from churn.training.model import Model, build_reference
from churn.training.registry import save
from churn.training.thresholds import Thresholds
from tests.bench.measuring import Line, child_cost, cost_of, table_of
from tests.bench.shipped import shipped_from, stability_lines

SEED, BUSINESS, LEARNT = 7, "telco", 7000
TREES = {"max_depth": 4, "eta": 0.05, "subsample": 0.8, "colsample_bytree": 0.6, "objective": "binary:logistic"}
OURS = """
import json, sys, time
from pathlib import Path
import pandas  # Arrow brings it in at its first conversion; imports are left out on both sides
from churn.workspace.lists import score_to_file
from churn.training.registry import load
home = Path(sys.argv[1])
model = load(home, sys.argv[4] if len(sys.argv) > 4 else "bench", "v1")
cpu, wall = time.process_time(), time.perf_counter()
score_to_file(model, home, Path(sys.argv[2]), Path(sys.argv[3]), options={})
print(json.dumps({"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}))
"""
USUAL = """
import json, sys
from tests.bench import usual_stack
print(json.dumps(getattr(usual_stack, sys.argv[1])(*sys.argv[2:])))
"""
SCORE = "import sys; from churn.cli.main import run_line; assert run_line(sys.argv[1:]) == 0"
IMPORTS = "import pandas, sklearn.pipeline, xgboost, shap"


@dataclass(frozen=True)
class Setting:
    """One model in the three forms the benchmark needs, and where its files are."""

    folder: Path
    booster: xgboost.Booster
    types: list[str]
    model: Model
    table: pa.Table
    matrix: np.ndarray
    labels: np.ndarray

    def data(self, matrix: np.ndarray, labels: np.ndarray | None = None) -> xgboost.DMatrix:
        """The rows as XGBoost wants them."""
        return xgboost.DMatrix(matrix, labels, feature_types=self.types, enable_categorical=True)

    def list_of(self, rows: int) -> Path:
        """A synthetic list of so many customers, as CSV."""
        path = self.folder / f"list{rows}.csv"
        if not path.exists():
            write_sample(make_sample(BUSINESS, rows=rows, seed=SEED + 1), path)
        return path


def setting(folder: Path) -> Setting:
    """The reference model: 300 trees of depth 4 on 7,000 synthetic customers, saved on a shelf of its own."""
    learnt = folder / "learnt.csv"
    write_sample(make_sample(BUSINESS, rows=LEARNT, seed=SEED), learnt)
    reading = read_list(learnt, profile=BUSINESS)
    encoder = encoder_for(reading.schema, reading.table)
    matrix, labels = encoder.matrix(reading.table), _labels(reading.table, reading.schema.outcome)
    types = ["c" if f.is_set else "q" for f in encoder.fields]
    data = xgboost.DMatrix(matrix, labels, feature_types=types, enable_categorical=True)
    booster = xgboost.train(TREES, data, 300)
    built = cost_of(lambda: build_explainer([(1.0, read_member(booster))], matrix.shape[1]))
    print(f"tables built once in {built.cpu:.2f} CPU s, {built.result.lookup.credits.nbytes / 1e6:.1f} MB")
    scores = built.result.probability(matrix)
    thresholds = Thresholds(0.3, "money", 0.3, 0.3, 0.6)
    reference = build_reference(encoder, matrix, scores)
    lineage = {"profile": BUSINESS}
    model = Model(
        "bench", "", reading.schema, encoder, built.result, Calibration(), thresholds, reference, lineage=lineage
    )
    return Setting(folder, booster, types, save(folder, model), reading.table, matrix, labels)


def _labels(table: pa.Table, outcome: Column | None) -> np.ndarray:
    assert outcome
    return np.array([left in (True, "Yes") for left in table.column(outcome.name).to_pylist()])


def shap_lines(given: Setting, rows: int) -> list[Line]:
    """Exact contributions by tables beside pred_contribs; the largest difference decides first."""
    matrix = np.tile(given.matrix, (-(-rows // LEARNT), 1))[:rows]
    matrix[np.random.default_rng(SEED).random(matrix.shape) < 0.01] = np.nan
    data = given.data(matrix)
    theirs = cost_of(lambda: given.booster.predict(data, pred_contribs=True))
    lines = []
    for core, reach in (("numpy", 25 if xgboost.__version__ < "3.4" else 16), ("numba", 60)):
        given.model.explainer.contributions(matrix[:100], core=core)
        ours = cost_of(partial(given.model.explainer.contributions, matrix, core=core), repeats=3)
        apart = float(np.abs(ours.result - theirs.result[:, :-1]).max())
        assert apart <= 1e-4, apart
        what = f"exact SHAP, {rows:,} rows, {core} (largest difference {apart:.1e})"
        named = f"pred_contribs of xgboost {xgboost.__version__}, CPU"
        lines.append(_line(what, ours.cpu, theirs.cpu, reach, named))
        if core == "numpy":
            lines.append(_line("the same, wall", ours.wall, theirs.wall, 8, "the same, wall"))
    return lines


def list_lines(given: Setting, rows: int, many: int) -> list[Line]:
    """A CSV scored to a file, imports left out, beside the usual stack; a longer list beside its scaled figures."""
    child_cost(USUAL, "train", str(given.folder / "learnt.csv"), str(given.folder / "usual.joblib"))
    usual, usual_peak = _child(
        USUAL, "score", given.folder / "usual.joblib", given.list_of(rows), given.folder / "u.csv"
    )
    short, short_peak = _ours(given, rows)
    long, long_peak = _ours(given, many)
    scale = many / rows
    return [
        _line(f"{rows:,} rows of CSV to a scored file, CPU", short["cpu"], usual["cpu"], 12, "usual stack"),
        _line(f"{many:,} rows, CPU", long["cpu"], usual["cpu"] * scale, 20, f"usual stack, scaled from {rows:,}"),
        Line(f"{many:,} rows, wall", f"{long['wall']:.1f} s", "", "", "≤ 25 s at 1M", long["wall"] <= 25 * many / 1e6),
        Line(
            f"peak memory, {rows:,} and {many:,} rows",
            f"{short_peak:.0f}, {long_peak:.0f} MB",
            f"{usual_peak:.0f} MB at {rows:,}",
        ),
        _linear(rows, short["cpu"], many, long["cpu"]),
    ]


def shipped_lines(given: Setting, many: int) -> list[Line]:
    """The champion as the whole selection ships it: a long list, and how stable its reasons are."""
    shipped = shipped_from(given.table, given.model.schema)
    save(given.folder, shipped.model(given.model))
    cost, peak = _ours(given, many, "champion")
    what = f"{many:,} rows by the shipped champion: {shipped.parts}"
    wall = f"{cost['wall']:.1f} s wall, {cost['cpu']:.1f} s CPU, {peak:.0f} MB"
    return [Line(what, wall, "", "", "≤ 45 s at 1M", cost["wall"] <= 45 * many / 1e6), *stability_lines(shipped)]


def huge_lines(given: Setting, many: int, huge: int) -> list[Line]:
    """Ten times the list: does memory stay flat and CPU linear?"""
    long, long_peak = _ours(given, many)
    huge_cost, huge_peak = _ours(given, huge)
    growth = huge_peak / long_peak
    memory = Line(
        f"memory from {many:,} to {huge:,} rows",
        f"{long_peak:.0f} to {huge_peak:.0f} MB",
        "",
        f"{growth:.2f}x",
        "< 1.5x",
        growth < 1.5,
    )
    return [memory, _linear(many, long["cpu"], huge, huge_cost["cpu"])]


def one_lines(given: Setting) -> list[Line]:
    """One customer: the same score as in the list and in the library; how fast, with reasons and nearest changes."""
    people = given.table.slice(0, 1000).to_pylist()
    words = _wording(given)
    block = Ranking(given.model, words).block(given.table.slice(0, 1000)).column("probability").to_numpy()
    single = np.array([explain_customer(given.model, words, p).probability for p in people])
    library = given.booster.predict(given.data(given.matrix[:1000]))
    apart = float(max(np.abs(block - single).max(), np.abs(block - library).max()))
    explained = cost_of(lambda: [explain_customer(given.model, words, p).reasons() for p in people], repeats=2)
    nearest = cost_of(lambda: nearest_changes(given.model, words, people[:1]), repeats=3)
    usual, _ = _child(USUAL, "one", given.folder / "usual.joblib", given.folder / "learnt.csv")
    return [
        Line("list = one customer = library, probability", f"{apart:.1e}", "", "", "≤ 1e-5", apart <= 1e-5),
        _line(
            "one customer, score and reasons, CPU",
            explained.cpu / 1000,
            usual["cpu"],
            40,
            "cached pipeline and TreeExplainer",
        ),
        Line("1,000 customers explained and phrased", f"{explained.cpu:.2f} s", "", "", "< 1 s", explained.cpu < 1),
        Line(
            "nearest changes, one customer",
            f"{nearest.cpu * 1000:.0f} ms",
            "",
            "",
            "< 50 ms",
            nearest.cpu < 0.05,
        ),
    ]


def whole_process_line(given: Setting) -> Line:
    """`score` on 100 rows as a process of its own, beside a process that only imports the usual libraries."""
    asked = [
        "score",
        str(given.list_of(100)),
        "--model",
        "bench@v1",
        "--home",
        str(given.folder),
        "-o",
        str(given.folder / "s.csv"),
    ]
    ours, _ = child_cost(SCORE, *asked)
    theirs, _ = child_cost(IMPORTS)
    ratio = ours.cpu / theirs.cpu
    return Line(
        "score of 100 rows, whole process, CPU",
        f"{ours.cpu:.2f} s",
        f"{theirs.cpu:.2f} s (imports only)",
        f"{ratio:.2f}x",
        "≤ 0.5x",
        ratio <= 0.5,
    )


def _wording(given: Setting) -> Wording:
    profile = read_profile(BUSINESS)
    return wording_for(given.model.schema, profile.phrases, read_profile("general").phrases, profile.currency)


def _ours(given: Setting, rows: int, model: str = "bench") -> tuple[dict[str, float], float]:
    return _child(OURS, given.folder, given.list_of(rows), given.folder / "ours.csv", model)


def _child(code: str, *arguments: object) -> tuple[dict[str, float], float]:
    cost, peak = child_cost(code, *map(str, arguments))
    return json.loads(cost.result), peak


def _line(what: str, ours: float, theirs: float, reach: float, named: str) -> Line:
    ratio = theirs / ours
    return Line(what, _seconds(ours), f"{_seconds(theirs)} ({named})", f"{ratio:.0f}x", f"≥ {reach:g}x", ratio >= reach)


def _linear(few: int, few_cpu: float, many: int, many_cpu: float) -> Line:
    exponent = math.log(many_cpu / few_cpu) / math.log(many / few)
    return Line(f"CPU from {few:,} to {many:,} rows", f"exponent {exponent:.2f}", "", "", "≤ 1.05", exponent <= 1.05)


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def main(arguments: list[str]) -> None:
    """Measure, and print the table."""
    small, start = "--small" in arguments, time.perf_counter()
    rows, many = (20_000, 100_000) if small else (100_000, 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        given = setting(Path(folder))
        stages = [
            lambda: shap_lines(given, 20_000),
            lambda: list_lines(given, rows, many),
            lambda: [*one_lines(given), whole_process_line(given)],
            lambda: shipped_lines(given, many),
            lambda: huge_lines(given, many, 10 * many) if "--huge" in arguments else [],
        ]
        lines: list[Line] = []
        for stage in stages:
            lines += stage()
            print(f"… after {time.perf_counter() - start:.0f} s: {lines[-1].what}, {lines[-1].ours}", file=sys.stderr)
        busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        print(f"{busy}: where other work shares the machine, wall says little")
        print(table_of(lines))
    print(f"\n{time.perf_counter() - start:.0f} s in all, seed {SEED}, model 300 trees of depth 4")


if __name__ == "__main__":
    main(sys.argv[1:])
