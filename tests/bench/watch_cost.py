"""What watching a million customers costs, in blocks, in a process of its own."""

from __future__ import annotations

import json
import pickle
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from churn.schema import Column, Schema
from churn.training.calibration import sigmoid
from churn.training.model import Model
from churn.training.train import train
from tests.bench.measuring import Line, child_cost
from tests.bench.watch_alarms import by_hand
from tests.bench.watch_customers import LEARNT, PLAYBOOK, SCHEMA, Made, as_table, customers

BLOCKS, IN_BLOCK = 10, 100_000
_CHILD = f"""
import pickle, sys, time, json
from churn.monitoring.report import watch_list
model, block, playbook = pickle.load(open(sys.argv[1], "rb"))
import scipy.special, sklearn.ensemble
start = time.process_time()
report = watch_list(model, (block for _ in range({BLOCKS})), playbook=playbook)
print(json.dumps([time.process_time() - start, report.customers, report.verdict]), end="")
"""


def cost_lines(small: bool) -> Iterator[Line]:
    """CPU seconds beside those of the tests by hand alone, and the peak."""
    cpu, peak, theirs = cost_of_a_million()
    what = "1M customers × 20 columns, CPU s (theirs: the tests by hand only)"
    yield Line(what, f"{cpu:.1f}", f"{theirs:.1f}", f"{cpu / theirs:.2f}", "< 10", cpu < 10)
    yield Line("the same, peak MB, in blocks", f"{peak:.0f}", "", "", "< 600", peak < 600)


def cost_of_a_million() -> tuple[float, float, float]:
    """CPU seconds and peak MB of watching a million with a trained model, and SciPy's CPU seconds."""
    learnt, made = customers(LEARNT, 4), customers(IN_BLOCK, 5)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "parts"
        file.write_bytes(pickle.dumps((trained(learnt), as_table(made), PLAYBOOK)))
        cost, peak = child_cost(_CHILD, str(file))
    cpu, rows, _ = json.loads(str(cost.result))
    if rows != BLOCKS * IN_BLOCK:
        raise RuntimeError(f"watched {rows} rows")
    start = time.process_time()
    for name in made:
        by_hand(learnt[name], np.tile(made[name], BLOCKS), name)
    return cpu, peak, time.process_time() - start


def trained(learnt: Made) -> Model:
    """A model trained on made-up customers, as the registry hands it out."""
    left = np.random.default_rng(1).random(LEARNT) < sigmoid((learnt["n0"] - 60) / 20 - 1)
    table = as_table(learnt).append_column("left", pa.array(left))
    schema = Schema((*SCHEMA.columns, Column("left", "flag", "outcome")))
    # The libraries' own answers stay with who trains, as kept: scoring needs the tables alone.
    return replace(train(table, schema, quick=True, positive=("True",)).model, proof=None)
