"""Benchmark of watching: false alarms, power, estimates without outcomes, retrain advice, speed and memory.

`python -m tests.bench.watching [--small] [alarms] [power] [estimate] [advice] [cost]`. "theirs" is what is done by hand
with SciPy: a Kolmogorov–Smirnov or chi-square test per column at p < .05. (Evidently 0.7.23, NannyML 0.13.1 and
alibi-detect do not import on this stack.)
"""

from __future__ import annotations

import json
import pickle
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from churn.learning.calibration import Calibration, sigmoid
from churn.learning.encoding import encoder_for
from churn.learning.model import Model
from churn.learning.reference import reference_of
from churn.learning.thresholds import Thresholds
from churn.learning.training import train
from churn.learning.yardsticks import auc
from churn.money.customer_worth import Stakes
from churn.money.playbook import Action, Playbook, exactly
from churn.schema import Column, Schema
from churn.watching.distances import chance_of
from churn.watching.estimate import expected_measures
from churn.watching.realised import auc_error, followed_list, performance_of
from churn.watching.watch import Before, watch_list
from tests.bench.measuring import Line, child_cost, table_of
from tests.bench.plain_tables import plain_table

NUMBERS = tuple(f"n{i}" for i in range(12))
LEVELS = tuple(f"c{i}" for i in range(5))
FLAGS = tuple(f"f{i}" for i in range(3))
LEARNT = 7000
BY_HAND = 5000  # longest list on which the tests by hand are repeated too
OFFER = Action("call", channel="call", save=exactly(0.3), contact=exactly(2.0), take_up=exactly(0.1), offer=exactly(5))
PLAYBOOK = Playbook((OFFER,), margin=exactly(0.5), periods=exactly(12))
SCHEMA = Schema(
    (
        Column("n0", "number", "value"),
        *(Column(n) for n in NUMBERS[1:]),
        *(Column(c, "category") for c in LEVELS),
        *(Column(f, "flag") for f in FLAGS),
    )
)


def customers(rows: int, seed: int) -> dict[str, np.ndarray]:
    """Made-up customers: normal, skewed, whole, zero-inflated and heavy-tailed numbers, levels rare and common."""
    random = np.random.default_rng(seed)
    made: dict[str, np.ndarray] = {"n0": random.gamma(9, 7, rows)}
    for i, name in enumerate(NUMBERS[1:]):
        kinds = (
            lambda: random.normal(50, 10, rows),
            lambda: random.lognormal(3, 1, rows),
            lambda: random.integers(0, 72, rows).astype(float),
            lambda: random.poisson(1.2, rows).astype(float),
            lambda: np.where(random.random(rows) < 0.6, 0.0, random.exponential(20, rows)),
            lambda: np.where(random.random(rows) < 0.1, np.nan, random.normal(0, 1, rows)),
        )
        made[name] = kinds[i % 6]()
    for i, name in enumerate(LEVELS):
        share = 1.0 / np.arange(1, 4 + 3 * i) ** 1.2
        made[name] = random.choice(len(share), rows, p=share / share.sum())
    for i, name in enumerate(FLAGS):
        made[name] = random.random(rows) < 0.1 + 0.3 * i
    return made


def as_table(made: dict[str, np.ndarray]) -> pa.Table:
    """Customers as a checked table."""
    names = pa.array([f"level {i}" for i in range(20)])
    columns = {}
    for name, values in made.items():
        if name in LEVELS:
            columns[name] = names.take(pa.array(values))
        else:
            columns[name] = pa.array(values, from_pandas=values.dtype == float)
    return pa.table(columns)


@dataclass(frozen=True)
class Straight:
    """A model by hand: log-odds with a weight per column, every other column weighing little."""

    weights: np.ndarray
    middle: np.ndarray
    base: float = -1.2

    def contributions(self, matrix: np.ndarray) -> np.ndarray:
        return np.nan_to_num((matrix - self.middle) * self.weights)

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        return self.base + self.contributions(matrix).sum(axis=1)


def model_of(learnt: pa.Table) -> Model:
    """The model by hand with the reference of these customers."""
    encoder = encoder_for(SCHEMA, learnt)
    matrix = encoder.matrix(learnt)
    spread = np.nanstd(matrix, axis=0)
    strong = np.where(np.arange(matrix.shape[1]) % 3 == 0, 0.55, 0.1) / np.where(spread > 0, spread, 1)
    explainer = Straight(strong, np.nanmedian(matrix, axis=0))
    reference = reference_of(encoder, matrix, sigmoid(explainer.margin(matrix)))
    return Model(
        "bench", "v1", SCHEMA, encoder, explainer, Calibration(), Thresholds(0.3, "money", 0.1, 0.1, 0.5), reference
    )


def false_alarms(rows: int, repeats: int) -> tuple[float, float]:
    """Share of unchanged lists with any alarm of ours, and with any raw p < .05 by hand."""
    ours, theirs = 0, 0
    for seed in range(repeats):
        learnt, list_ = customers(LEARNT, 2 * seed), customers(rows, 2 * seed + 1)
        report = watch_list(model_of(as_table(learnt)), as_table(list_), playbook=PLAYBOOK, telltale=False)
        ours += bool(report.moved or report.alarms or report.verdict != "keep")
        theirs += rows <= BY_HAND and any(_by_hand(learnt[n], list_[n], n) < 0.05 for n in learnt)
    return ours / repeats, theirs / repeats


def _by_hand(learnt: np.ndarray, now: np.ndarray, name: str) -> float:
    from scipy.stats import ks_2samp

    if name in NUMBERS:
        return float(ks_2samp(learnt[~np.isnan(learnt)], now[~np.isnan(now)], method="asymp").pvalue)
    a, b = (np.bincount(x.astype(int), minlength=20).astype(float) for x in (learnt, now))
    return chance_of(b, a)


def found_shifts(repeats: int) -> tuple[float, float]:
    """How often a shift of .3 sd in one number, and +10 points of one level, is found at 2,000 customers."""
    hits = [0, 0]
    for seed in range(repeats):
        model = model_of(as_table(customers(LEARNT, 2 * seed)))
        number, level = NUMBERS[seed % 12], LEVELS[seed % 5]
        moved = customers(2000, 2 * seed + 1)
        moved[number] = moved[number] + 0.3 * np.nanstd(moved[number])
        hits[0] += number in watch_list(model, as_table(moved), telltale=False).moved
        more = customers(2000, 2 * seed + 1)
        others = np.flatnonzero(more[level] != 0)
        more[level][others[:200]] = 0
        hits[1] += level in watch_list(model, as_table(more), telltale=False).moved
    return hits[0] / repeats, hits[1] / repeats


def out_of_fold() -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Real Telco scored by models that had not seen the customer, five folds, with the product's own training."""
    table, schema = plain_table("telco")
    left = np.array(table.column("Churn").to_pylist()) == "Yes"
    place = np.random.default_rng(7).permutation(len(left)) % 5
    p = np.empty(len(left))
    for fold in range(5):
        learn, check = table.filter(pa.array(place != fold)), table.filter(pa.array(place == fold))
        model = train(learn, schema, quick=True).model
        p[place == fold] = model.probability(model.encoder.matrix(check))
    return table, left.astype(float), p


def segment_errors() -> list[tuple[str, float, float, float]]:
    """Per real segment of 1,500 customers or more: estimated and real ROC-AUC, and the real one's standard error."""
    table, left, p = out_of_fold()
    tenure = table.column("tenure").to_numpy()
    parts = {"everybody": np.ones(len(p), bool), "tenure < 12": tenure < 12, "tenure >= 48": tenure >= 48}
    for name in ("Contract", "InternetService", "PaymentMethod", "gender", "OnlineSecurity", "PaperlessBilling"):
        cells = np.array(table.column(name).to_pylist(), dtype=object)
        parts |= {f"{name} = {level}": cells == level for level in sorted(set(cells.tolist()), key=str)}
    found = []
    for name, rows in parts.items():
        if rows.sum() >= 1500:
            real, y = auc(left[rows], p[rows]), left[rows]
            error = auc_error(real, int(y.sum()), int(len(y) - y.sum()))
            found.append((name, expected_measures(p[rows], 0.3)["auc"], real, error))
    return found


def drifting(seed: int, rows: int, stable: int = 20, after: int = 12) -> tuple[int, int | None]:
    """Stable lists that advised a retrain, and after how many lists it was advised once true profit was down 5 %.

    Behaviour changes a little more on every list: what drove the risk drives it less. The columns stay as they were.
    """
    model = model_of(as_table(customers(LEARNT, seed)))
    random, signs, wrong, fallen = np.random.default_rng(seed), [], 0, None
    for step in range(stable + after):
        table = as_table(customers(rows, 1000 * seed + step + 1))
        matrix = model.encoder.matrix(table)
        margin = model.explainer.margin(matrix)
        fading = 1 - 0.1 * max(0, step - stable + 1)
        truth = sigmoid(-1.2 + fading * (margin + 1.2))
        given = Stakes(sigmoid(margin), matrix[:, model.encoder.names.index("n0")].astype(float))
        followed = followed_list(
            f"list {step}", given, (random.random(rows) < truth).astype(float), playbook=PLAYBOOK, columns=table
        )
        before = Before(tuple(signs), performance=performance_of(model, followed))
        report = watch_list(model, table, playbook=PLAYBOOK, before=before, telltale=False)
        signs.append(report.advice.signs)
        gain = followed.if_stays + truth * (followed.if_leaves - followed.if_stays)
        promised = followed.if_stays + given.probability * (followed.if_leaves - followed.if_stays)
        if fallen is None and step >= stable and gain.mean() < 0.95 * promised.mean():
            fallen = step
        if report.verdict == "retrain":
            if step < stable:
                wrong += 1
            else:
                return wrong, max(0, step - (fallen if fallen is not None else step)) + 1
    return wrong, None


_CHILD = """
import pickle, sys, time, json
from churn.watching.watch import watch_list
model, block, playbook = pickle.load(open(sys.argv[1], "rb"))
import scipy.special, sklearn.ensemble
start = time.process_time()
report = watch_list(model, (block for _ in range(10)), playbook=playbook)
print(json.dumps([time.process_time() - start, report.customers, report.verdict]), end="")
"""


def cost_of_a_million() -> tuple[float, float, float]:
    """CPU seconds and peak MB of watching 1M × 20 in ten blocks with a trained model, and SciPy's CPU seconds."""
    made = customers(100_000, 5)
    learnt = customers(LEARNT, 4)
    left = np.random.default_rng(1).random(LEARNT) < sigmoid((learnt["n0"] - 60) / 20 - 1)
    table = as_table(learnt).append_column("left", pa.array(left))
    schema = Schema((*SCHEMA.columns, Column("left", "flag", "outcome")))
    # The libraries' own answers stay with who trains, as on the shelf: scoring needs the tables alone.
    model = replace(train(table, schema, quick=True, positive=("True",)).model, proof=None)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "parts"
        file.write_bytes(pickle.dumps((model, as_table(made), PLAYBOOK)))
        cost, peak = child_cost(_CHILD, str(file))
    cpu, rows, _ = json.loads(str(cost.result))
    if rows != 1_000_000:
        raise RuntimeError(f"watched {rows} rows")
    start = time.process_time()
    for name in made:
        _by_hand(learnt[name], np.tile(made[name], 10), name)
    return cpu, peak, time.process_time() - start


def alarm_lines(small: bool) -> Iterator[Line]:
    """How often an unchanged list raises any alarm."""
    full = ((500, 200), (5000, 200), (100_000, 40), (1_000_000, 10))
    for rows, repeats in ((500, 40), (5000, 40), (100_000, 4)) if small else full:
        ours, theirs = false_alarms(rows, repeats)
        what = f"no drift, 20 columns, {rows:,} customers, {repeats} repeats: lists with any alarm"
        yield Line(what, f"{ours:.1%}", f"{theirs:.1%}" if rows <= BY_HAND else "", "", "≤ 5 %", ours <= 0.05)


def power_lines(small: bool) -> Iterator[Line]:
    """How often a real shift is found."""
    repeats = 40 if small else 200
    for what, share in zip(("one column shifted .3 sd", "one level +10 points"), found_shifts(repeats), strict=True):
        said = f"{what}, 2,000 customers, {repeats} repeats: found"
        yield Line(said, f"{share:.1%}", "", "", "≥ 95 %", share >= 0.95)


def estimate_lines(small: bool) -> Iterator[Line]:
    """How far the estimate without outcomes is off on real customers."""
    for name, estimated, real, error in segment_errors():
        gap = abs(estimated - real)
        what, reach = f"estimated ROC-AUC, real Telco out-of-fold, {name}", f"≤ .02 or 1 se ({error:.3f})"
        yield Line(what, f"{estimated:.3f}", f"real {real:.3f}", f"{gap:.3f} off", reach, gap <= max(0.02, error))


def advice_lines(small: bool) -> Iterator[Line]:
    """Whether retraining is advised when behaviour changes, and never before."""
    runs = [drifting(seed, 5000) for seed in range(1, 4 if small else 21)]
    wrong, waits = sum(r[0] for r in runs), [r[1] for r in runs]
    yield Line(f"retrain advised in {20 * len(runs)} stable lists of 5,000", f"{wrong}", "", "", "0", wrong == 0)
    late = [w for w in waits if w is None or w > 2]
    said = ", ".join(str(w) for w in sorted(waits, key=lambda w: w or 99))
    yield Line("lists until retrain once profit fell 5 %, per run", said, "", "", "≤ 2", not late)


def cost_lines(small: bool) -> Iterator[Line]:
    """What a million customers cost."""
    cpu, peak, theirs = cost_of_a_million()
    what = "1M customers × 20 columns, CPU s (theirs: the tests by hand only)"
    yield Line(what, f"{cpu:.1f}", f"{theirs:.1f}", f"{cpu / theirs:.2f}", "< 10", cpu < 10)
    yield Line("the same, peak MB, in blocks", f"{peak:.0f}", "", "", "< 600", peak < 600)


PARTS = {
    "alarms": alarm_lines,
    "power": power_lines,
    "estimate": estimate_lines,
    "advice": advice_lines,
    "cost": cost_lines,
}


def main() -> None:
    """Print the table; with the names of parts only those, and each line also as soon as it is known."""
    named = [word for word in sys.argv[1:] if word in PARTS]
    found = []
    for part in named or PARTS:
        for line in PARTS[part]("--small" in sys.argv):
            print(f"… {line.what}: {line.ours}", file=sys.stderr, flush=True)
            found.append(line)
    print(table_of(found))


if __name__ == "__main__":
    main()
