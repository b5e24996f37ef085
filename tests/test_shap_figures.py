"""The SHAP figures show how each column moves the scores."""

from functools import cache

import numpy as np
import pytest

from churn.showing.figures.shap_figures import points_moved, shap_charts
from tests.small_lists import small_training


def model():
    return small_training().model


@cache
def charts():
    return {c.name: c for c in shap_charts(model())}


def test_the_strongest_column_is_on_top_of_the_summary():
    moved = np.abs(points_moved(model(), model().reference.rows)).mean(axis=0)
    names = charts()["shap-summary"].figure.layout.yaxis.ticktext
    assert names[-1] == model().encoder.names[int(moved.argmax())]


def test_longer_tenure_takes_risk_away():
    place = model().encoder.names.index("tenure")
    curve = charts()[f"dependence-{place}"].figure.data[0]
    assert list(curve.x) == sorted(curve.x) and curve.y[0] > 0 > curve.y[-1]


def test_levels_are_shown_by_their_own_names():
    place = model().encoder.names.index("plan")
    assert list(charts()[f"dependence-{place}"].figure.data[0].x) == ["month", "year"]


def test_points_are_the_change_of_an_average_customers_probability():
    row = model().reference.rows[:1]
    base, added = (
        model().explainer.base,
        float(model().explainer.contributions(row)[0, 0]),
    )
    expected = 1 / (1 + np.exp(-base - added)) - 1 / (1 + np.exp(-base))
    assert points_moved(model(), row)[0, 0] == pytest.approx(expected)
