"""A list is watched in one pass: the report says what moved, whether it matters, and what to do."""

import json
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from churn.errors import ListRefused, RequestRefused
from churn.money.playbook import Action, Playbook, exact_estimate
from churn.monitoring.report import EarlierLists, watch_list
from churn.schema import Column, Schema
from churn.training.calibration import Calibration, sigmoid
from churn.training.encoder import encoder_for
from churn.training.model import Model, build_reference
from churn.training.thresholds import Thresholds

SCHEMA = Schema(
    (
        Column("id", "text", "key"),
        Column("bill", "number", "value", unit="money"),
        Column("months", "number", direction=-1),
        Column("plan", "category"),
        Column("auto", "flag"),
        Column("shoe", "number"),
        Column("left", "flag", "outcome", positive=("Yes",)),
    )
)
PLANS = ("basic", "full", "plus")
OFFER = Action(
    "call", channel="call", save=exact_estimate(0.3), contact=exact_estimate(2.0), take_up=exact_estimate(0.1)
)
PLAYBOOK = Playbook((OFFER,), margin=exact_estimate(0.5), periods=exact_estimate(12))


@dataclass(frozen=True)
class HandMade:
    """Log-odds by hand over auto, bill, months, plan, shoe (the encoder's order); the shoe size counts for nothing."""

    base: float = -1.0

    def contributions(self, matrix):
        auto, bill, months, plan, shoe = np.nan_to_num(matrix.astype(np.float64)).T
        parts = (-0.8 * auto, (bill - 60) / 30, -(months - 30) / 20, np.array([0.8, -0.4, 0.0, 0.0])[plan.astype(int)])
        return np.column_stack([*parts, 0 * shoe])

    def margin(self, matrix):
        return self.base + self.contributions(matrix).sum(axis=1)


@dataclass(frozen=True)
class ByAge:
    """Log-odds by the age of the contract, the second column of two."""

    base: float = -1.0

    def contributions(self, matrix):
        return matrix.astype(np.float64) * [0, 1 / 400]

    def margin(self, matrix):
        return self.base + self.contributions(matrix).sum(axis=1)


def a_list(rows, seed=0, *, first=0, **changes):
    """Customers like those learnt from, but for the columns given."""
    random = np.random.default_rng(seed)
    columns = {
        "id": [f"c{first + i}" for i in range(rows)],
        "bill": random.normal(60, 20, rows).round(2),
        "months": random.integers(0, 72, rows).astype(float),
        "plan": random.choice(PLANS, rows, p=[0.5, 0.3, 0.2]),
        "auto": random.random(rows) < 0.4,
        "shoe": random.normal(40, 3, rows),
    }
    return pa.table(columns | {n: (c(columns[n]) if callable(c) else c) for n, c in changes.items()})


def a_model(rows=6000, seed=99):
    learnt = a_list(rows, seed)
    encoder = encoder_for(SCHEMA, learnt)
    matrix = encoder.matrix(learnt)
    scores = sigmoid(HandMade().margin(matrix))
    return Model(
        name="phones",
        version="v1",
        schema=SCHEMA,
        encoder=encoder,
        explainer=HandMade(),
        calibration=Calibration(),
        thresholds=Thresholds(0.3, "money", 0.1, 0.1, 0.5),
        reference=build_reference(encoder, matrix, scores),
    )


MODEL = a_model()


def watched(table, **options):
    return watch_list(MODEL, table, telltale=False, **options)


def test_a_list_like_the_learnt_one_keeps_the_model():
    report = watched(a_list(5000, 1), playbook=PLAYBOOK)
    assert (report.verdict, report.moved, report.alarms) == ("keep", (), ())
    assert report.advice.why.startswith("Keep the model. Acting on this list is expected to bring ")


def test_the_json_has_exactly_the_fields_of_the_plan():
    words = json.loads(json.dumps(watched(a_list(2000, 1), playbook=PLAYBOOK).as_json(), allow_nan=False))
    assert list(words) == ["verdict", "columns", "score", "estimate", "advice", "notices"]
    assert [list(c) for c in words["columns"]] == [["name", "moved", "size", "why"]] * 5


def test_a_driver_that_moved_is_watched_and_said_in_words():
    report = watched(a_list(2000, 2, bill=lambda bill: bill * 1.12))
    first = report.columns[0]
    assert (report.verdict, report.moved, first.name) == ("watch", ("bill",), "bill")
    assert first.why.startswith("Bill: 1") and "higher than in the list the model learnt from" in first.why


def test_a_column_that_drives_nothing_only_informs():
    report = watched(a_list(2000, 3, shoe=lambda shoe: shoe + 2))
    assert (report.verdict, report.moved) == ("keep", ("shoe",))
    assert report.columns[0].why.endswith("it hardly drives the risk, so this only informs.")


def test_blocks_of_any_size_give_the_same_report():
    table = a_list(3000, 4, bill=lambda bill: bill * 1.2)
    whole = watched(table, playbook=PLAYBOOK).as_json()
    parts = (table.slice(start, 700) for start in range(0, 3000, 700))
    assert watched(parts, playbook=PLAYBOOK).as_json() == whole


def test_thirty_customers_are_too_few_for_a_verdict_and_it_says_so():
    report = watched(a_list(30, 5, bill=lambda bill: bill * 2))
    assert (report.verdict, report.moved, report.advice.judged) == ("keep", (), False)
    assert report.advice.why == (
        "Keep the model for now: 30 customers are too few to judge drift; at least 500 are needed."
    )


def test_a_list_of_another_business_is_refused():
    stranger = pa.table({"wheels": [4.0] * 600, "bill": [1.0] * 600})
    with pytest.raises(ListRefused, match=r"has 1 of the 5 columns phones learnt from"):
        watched(stranger)


def test_a_list_without_any_known_column_is_refused():
    with pytest.raises(ListRefused, match="has none of the 5 columns"):
        watched(pa.table({"wheels": [4.0] * 600}))


def test_an_empty_list_is_refused():
    with pytest.raises(ListRefused, match="no customers"):
        watched(a_list(0))


def test_two_bad_lists_in_a_row_advise_a_retrain_and_one_only_a_look():
    fled = a_list(4000, 6, months=lambda m: m + 60, bill=lambda b: b / 2)
    once = watched(fled, playbook=PLAYBOOK)
    twice = watched(fled, playbook=PLAYBOOK, before=EarlierLists(signs=(once.advice.signs,)))
    assert (once.verdict, twice.verdict) == ("watch", "retrain")
    assert "on 2 lists in a row" in twice.advice.why and "per 1,000 customers" in twice.advice.why


def test_customers_of_the_last_list_are_counted():
    other = watched(a_list(1000, 7), before=EarlierLists(keys=pa.array([f"x{i}" for i in range(1000)])))
    same = watched(a_list(1000, 7), before=EarlierLists(keys=pa.array([f"c{i}" for i in range(1000)])))
    assert ([a.kind for a in other.alarms], same.alarms) == (["keys"], ())


def dated(rows, seed, *, day):
    """Customers who joined up to a thousand days before a day."""
    joined = np.datetime64(day) - np.random.default_rng(seed).integers(0, 1000, rows).astype("timedelta64[D]")
    return pa.table({"joined": pa.array(joined, pa.date32()), "bill": a_list(rows, seed).column("bill")})


def test_time_that_passes_is_no_drift_but_older_customers_are():
    schema = Schema((Column("joined", "date"), Column("bill", "number", "value")))
    learnt = dated(3000, 1, day="2026-01-31")
    encoder = encoder_for(schema, learnt)
    matrix = encoder.matrix(learnt)
    reference = build_reference(encoder, matrix, sigmoid(matrix[:, 1] / 400 - 1))
    model = replace(MODEL, schema=schema, encoder=encoder, explainer=ByAge(), reference=reference)
    later = watch_list(model, dated(2000, 2, day="2026-09-30"), telltale=False)
    older = watch_list(model, dated(2000, 2, day="2026-09-30"), as_of=date(2027, 9, 30), telltale=False)
    assert (later.moved, older.moved) == ((), ("joined",))


def test_a_model_without_its_reference_asks_to_be_trained_again():
    with pytest.raises(RequestRefused, match="saved without a picture of the list"):
        watch_list(replace(MODEL, reference=None), a_list(10))


def test_watching_imports_nothing_heavy_until_it_watches():
    import subprocess
    import sys

    code = "import churn.monitoring.report, sys; print({'pandas', 'sklearn', 'scipy', 'xgboost'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
