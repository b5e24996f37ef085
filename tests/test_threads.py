"""Few customers are learnt from on one thread, whatever a notebook has imported before."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from churn.threads import MANY, threads_for
from churn.training.baselines import RandomForest
from churn.training.boosting import Boosted, BoostingParams
from churn.training.dataset import encode_examples
from churn.training.encoder import encoder_for
from tests.browsing import ROOT
from tests.small_lists import SCHEMA, small_table

TWO = min(2, os.cpu_count())
RUNG = BoostingParams(depth=3, rate=0.1, leaf=5)
# Threads are counted by the system itself: a pool that OpenMP opened stays open to the end of the process.
NOTEBOOK = """
import os, xgboost, lightgbm, scipy.linalg, sklearn.ensemble
from churn.explain.library import read_library_model
from churn.training.boosting import Boosted
from churn.training.train import train
from churn.monitoring.drift import classify_domain
from tests.small_lists import SCHEMA, small_table
from tests.test_threads import EXAMPLES, RUNG
before = len(os.listdir("/proc/self/task"))
model = train(small_table(800), SCHEMA, name="small", quick=True).model
Boosted("lightgbm", RUNG, 5).fit(EXAMPLES, seed=0).margin(EXAMPLES.matrix)
for library in ("xgboost", "lightgbm"):
    for booster in Boosted(library, RUNG, 5).fit(EXAMPLES, seed=0).boosters:
        read_library_model(booster).add_to(EXAMPLES.matrix.T.copy(), EXAMPLES.matrix)
assert classify_domain(model, model.reference.rows[::-1]) is not None
print(len(os.listdir("/proc/self/task")) - before)
"""


def examples():
    table = small_table(300)
    return encode_examples(encoder_for(SCHEMA, table), table, np.asarray(table["gone"]).astype(np.int8), keys=None)


EXAMPLES = examples()


@pytest.mark.parametrize("given", ["3", "0", "many", ""])
def test_few_customers_get_one_thread_whatever_is_asked(monkeypatch, given):
    monkeypatch.setenv("CHURN_THREADS", given)
    assert threads_for(MANY - 1) == 1


@pytest.mark.parametrize(("given", "used"), [("3", 3), ("0", 1), ("many", TWO), ("", TWO)])
def test_many_customers_get_what_is_asked_or_at_most_two(monkeypatch, given, used):
    monkeypatch.setenv("CHURN_THREADS", given)
    assert threads_for(MANY) == used


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to count threads: run it on Linux")
def test_learning_from_few_starts_no_thread_where_the_libraries_were_imported_first():
    unbounded = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "OPENBLAS_"))}
    command = [sys.executable, "-c", NOTEBOOK]
    found = subprocess.run(command, cwd=ROOT, env=unbounded, capture_output=True, text=True)
    assert (found.returncode, found.stdout.strip()) == (0, "0"), found.stderr


def test_the_libraries_are_told_of_one_thread():
    (booster,) = Boosted("xgboost", RUNG, 3).fit(EXAMPLES, seed=0).boosters
    assert json.loads(booster.save_config())["learner"]["generic_param"]["nthread"] == "1"
    (booster,) = Boosted("lightgbm", RUNG, 3).fit(EXAMPLES, seed=0).boosters
    assert "[num_threads: 1]" in booster.model_to_string()
    assert RandomForest(trees=2).fit(EXAMPLES, seed=0).estimator.n_jobs == 1
