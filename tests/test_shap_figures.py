"""The SHAP figures show how each column moves the scores."""

from dataclasses import replace
from functools import cache

import numpy as np

from churn.reports.model_charts import dependence, shap_charts
from churn.scoring.reasons import compute_column_points
from tests.small_lists import small_training


def model():
    return small_training().model


@cache
def charts():
    return {c.name: c for c in shap_charts(model())}


def test_the_strongest_column_is_on_top_of_the_summary():
    moved = np.abs(compute_column_points(model(), model().explainer.contributions(model().reference.rows))).mean(axis=0)
    names = charts()["shap-summary"].figure.layout.yaxis.ticktext
    assert names[-1] == model().encoder.names[int(moved.argmax())]


def test_longer_tenure_takes_risk_away():
    place = model().encoder.names.index("tenure")
    curve = charts()[f"dependence-{place}"].figure.data[0]
    assert list(curve.x) == sorted(curve.x) and curve.y[0] > 0 > curve.y[-1]


def test_levels_are_shown_by_their_own_names():
    place = model().encoder.names.index("plan")
    assert list(charts()[f"dependence-{place}"].figure.data[0].x) == ["month", "year"]


def test_the_headline_of_a_curve_speaks_of_what_is_drawn():
    for name, chart in charts().items():
        if name.startswith("dependence-"):
            drawn = chart.figure.data[0].y
            assert chart.finding.endswith(f": from {min(drawn):+.0f} to {max(drawn):+.0f} points")


def test_unknown_values_that_are_not_drawn_are_not_in_the_headline():
    rows = model().reference.rows.copy()
    place = model().encoder.names.index("tenure")
    rows[0, place] = np.nan
    moved = compute_column_points(model(), model().explainer.contributions(rows))
    moved[0, place] = 98.0
    changed = replace(model(), reference=replace(model().reference, rows=rows))
    assert "98" not in dependence(changed, moved, place).finding


def test_a_curve_lies_within_the_points_of_the_customers_it_is_drawn_from():
    moved = compute_column_points(model(), model().explainer.contributions(model().reference.rows))
    for name, chart in charts().items():
        if name.startswith("dependence-"):
            own = moved[:, int(name.rpartition("-")[2])]
            curve = chart.figure.data[0]
            assert own.min() - 1e-9 <= min(curve.y) and max(curve.y) <= own.max() + 1e-9
            if curve.type == "scatter":
                tops = np.add(curve.y, curve.error_y.array)
                assert tops.max() <= own.max() + 1e-9
