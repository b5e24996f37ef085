"""Points add up: those of all groups are the customer's probability less a typical customer's, at every door."""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from churn import Workspace
from churn.reports.customer_charts import columns_chart, waterfall_chart
from churn.scoring.reasons import (
    Group,
    compute_column_points,
    compute_points,
    explain_customer,
    rank_groups,
    typical_probability,
)
from churn.scoring.score import Ranking
from churn.training.calibration import Calibration
from churn.workspace.customer_fields import FieldParser
from churn.workspace.list_history import list_keys
from churn.workspace.scorer import OnlineScorer
from tests.small_model import VALUATION, WORDING, customers, small_model
from tests.trained import TODAY, rows_of

MODEL = small_model()
KNOTS = Calibration("isotonic", knots=((-4.0, 0.01), (-1.0, 0.1), (-0.5, 0.45), (1.0, 0.6), (5.0, 0.97)))
NUMBER = st.floats(-9, 9, width=32)
CUSTOMERS = st.fixed_dictionaries(
    {
        "plan": st.sampled_from(["monthly", "yearly", "weekly", None]),
        "spend": st.none() | st.floats(0, 500),
        "months": st.none() | st.floats(0, 200),
        "senior": st.none() | st.booleans(),
    }
)


class _Based:
    """A model of which only the base and the calibration are asked."""

    def __init__(self, base, calibration):
        self.explainer, self.calibration = type("Explainer", (), {"base": base}), calibration


@settings(deadline=None)
@given(
    NUMBER,
    st.lists(st.lists(NUMBER, min_size=6, max_size=6), min_size=1, max_size=9),
    st.sampled_from([Calibration(), KNOTS]),
)
@example(
    base=-0.5, rows=[[0.0] * 6, [1.0, -1.0, 0.0, 0.0, 0.0, 0.0], [1e-30, 0.0, 0.0, 0.0, 0.0, 0.0]], calibration=KNOTS
)
def test_the_points_of_all_groups_are_the_whole_difference_to_a_typical_customer(base, rows, calibration):
    model, contributions = _Based(float(base), calibration), np.array(rows, np.float32)
    groups = (Group("A", (0, 3)), Group("B", (1,)), Group("C", (2, 4)), Group("D", (5,), protected=True))
    points = compute_column_points(model, contributions)
    p = calibration.probability(base + contributions.astype(float).sum(axis=1))
    np.testing.assert_allclose(points.sum(axis=1), 100 * (p - typical_probability(model)), atol=1e-9)
    assert (points * contributions >= 0).all()
    margin = base + contributions.astype(float).sum(axis=1)
    found = rank_groups(model, contributions, margin, groups, top=4, protected=True)
    by_group = np.stack([points[:, list(g.columns)].sum(axis=1) for g in groups])
    said = np.take_along_axis(by_group, found.group, axis=0)
    np.testing.assert_allclose(found.points, np.where(np.abs(said) < 0.5, 0.0, said), atol=0.5 * 1e-6, rtol=1e-9)


def test_where_a_customer_is_typical_points_follow_the_slope_of_the_curve_there():
    added = np.array([[1.0], [-1.0]])
    np.testing.assert_allclose(compute_points(_Based(0.0, Calibration()), np.zeros(1), added), [[25.0], [-25.0]])
    np.testing.assert_allclose(compute_points(_Based(0.25, KNOTS), np.full(1, 0.25), added), [[10.0], [-10.0]])


def test_points_change_smoothly_towards_a_typical_customer():
    ways = np.array([1e-3, 1e-5, 2e-6, 5e-7, 1e-9, 0.0])
    slopes = Calibration().mean_slope(-0.7, -0.7 + ways)
    np.testing.assert_allclose(slopes, slopes[-1], rtol=1e-3)
    np.testing.assert_allclose(slopes[2:], slopes[-1], rtol=1e-6)


@settings(deadline=None, max_examples=60)
@given(CUSTOMERS)
def test_sentences_bars_and_headline_of_a_customer_say_the_same_points(customer):
    told = explain_customer(MODEL, WORDING, customer)
    whole = 100 * (told.probability - told.typical)
    every = [*told.groups, *(r for r in told.protected if r not in told.groups)]
    assert sum(r.points for r in every) == pytest.approx(whole, abs=1e-9)
    bars = waterfall_chart(told).figure.data[0]
    assert bars.x[0] == pytest.approx(100 * told.typical)
    drawn = dict(zip(bars.y[1:-1], bars.x[1:-1], strict=True))
    said = {r.label: r.points for r in (*told.raising, *told.lowering)}
    assert {name: drawn[name] for name in said} == pytest.approx(said, abs=0.006)
    assert [name for name in drawn if name in said] == list(said)
    assert sum(drawn.values()) == pytest.approx(whole, abs=0.05)
    labels = dict(zip(bars.y, bars.text, strict=True))
    for reason in (*told.raising, *told.lowering):
        assert f" {labels[reason.label][1:]} point" in reason.text
    for reason in told.groups:
        assert sum(reason.column_points.values()) == pytest.approx(reason.points, abs=1e-9)
        inside = columns_chart(told, WORDING, reason.group).figure.data[0]
        assert sum(inside.x[:-1]) == pytest.approx(inside.x[-1], abs=0.02)


@settings(deadline=None, max_examples=60)
@given(CUSTOMERS)
@example({"plan": "monthly", "spend": 500.0, "months": 200.0, "senior": False})
@example({"plan": "yearly", "spend": 0.0, "months": 0.0, "senior": False})
def test_a_reason_that_alone_passes_100_or_0_says_what_the_others_take_back_at_every_door(customer):
    model = replace(MODEL, calibration=KNOTS)
    told = explain_customer(model, WORDING, customer)
    whole, typical = round(100 * (told.probability - told.typical)), 100 * told.typical
    for reason in (*told.raising, *told.lowering):
        said, sign = abs(round(reason.points)), 1 if reason.points > 0 else -1
        beyond = not 0 <= typical + reason.points <= 100 and said > sign * whole
        others = re.search(r"more than the whole way \(other reasons (?:take|give) (\d+) back\)", reason.text)
        assert bool(others) == beyond
        if others:
            assert sign * (said - int(others[1])) == whole
            assert f" {said} points" in reason.text
    ranking = Ranking(model, WORDING)
    scored = ranking.scored(customers(id=["a"], **{name: [value] for name, value in customer.items()})).table
    assert told.reasons() == tuple(filter(None, (scored[f"reason_{k}"][0].as_py() for k in (1, 2, 3))))
    if any(value is not None for value in customer.values()):
        alone = OnlineScorer(model, ranking, VALUATION.playbook, FieldParser(model)).single(customer)
        assert alone.reasons == told.reasons()


def test_a_list_and_an_explanation_name_the_same_reasons_in_the_same_order():
    table = pa.table(
        {
            "id": ["a", "b"],
            "plan": ["monthly", "yearly"],
            "spend": [120.0, 20.0],
            "months": [1.0, 60.0],
            "senior": [True, False],
        }
    )
    scored = Ranking(MODEL, WORDING).scored(table).table.to_pylist()
    for row, customer in zip(scored, table.to_pylist(), strict=True):
        told = explain_customer(MODEL, WORDING, customer)
        assert told.reasons() == tuple(filter(None, (row[f"reason_{k}"] for k in (1, 2, 3))))


def test_every_customer_of_a_real_list_has_points_that_add_up_and_the_doors_agree(telco_home):
    workspace = Workspace(telco_home)
    ranked = workspace.lists.score(telco_home / TODAY)
    model, table = ranked.model, ranked.scored.table
    points = compute_column_points(model, ranked.contributions)
    whole = 100 * (ranked.probability - typical_probability(model))
    np.testing.assert_allclose(points.sum(axis=1), whole, atol=1e-9)
    for place, key in enumerate(list_keys(ranked)[:20]):
        told = workspace.customers.explain_in(ranked, key).explanation
        assert told.typical == typical_probability(model)
        rows = [table[f"reason_{k}"][place].as_py() for k in (1, 2, 3)]
        assert told.reasons() == tuple(filter(None, rows))
        for reason in (*told.raising, *told.lowering):
            assert f" {abs(round(reason.points))} point" in reason.text


def test_bars_that_pass_a_hundred_on_the_way_are_drawn_whole_and_said_to_be_a_way():
    odd = replace(MODEL, calibration=KNOTS)
    told = explain_customer(odd, WORDING, {"plan": "monthly", "spend": 500.0, "months": 200.0, "senior": False})
    chart = waterfall_chart(told)
    bars = chart.figure.data[0]
    ends = np.cumsum(bars.x[:-1])
    low, high = chart.figure.layout.xaxis.range
    assert ends.max() > 100 and low <= ends.min() and ends.max() < high
    assert "pass 100" in chart.reading
    assert chart.figure.layout.xaxis.tickvals == (0, 20, 40, 60, 80, 100)
    assert "others take that back" in chart.reading


def test_http_gives_the_points_of_the_workspace_and_its_sentences_those_of_a_list(telco_home, telco_api):
    lines = rows_of(telco_home)
    rows = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:8]]
    for row in rows:
        told = telco_api.post("/explain", json=row).json()
        assert told["reasons"] == telco_api.post("/predict", json=row).json()["reasons"]
        at_workspace = Workspace(telco_home).customers.explain(telco_home / TODAY, row["customerID"]).explanation
        assert {g["group"]: g["points"] for g in told["groups"]} == {r.group: r.points for r in at_workspace.groups}
        protected = sum(r.points for r in at_workspace.protected)
        whole = 100 * (told["probability"] - told["typical"])
        assert sum(g["points"] for g in told["groups"]) + protected == pytest.approx(whole, abs=1e-9)
