"""Each figure draws the report's numbers and states its finding."""

from functools import cache

import pytest

from churn.reports.model_charts import importance_chart, report_charts
from tests.small_lists import small_training


def report():
    return small_training().report.as_json()


@cache
def charts():
    return {c.name: c for c in report_charts(report())}


def test_the_roc_curve_is_that_of_the_report():
    drawn = charts()["roc"].figure.data[0]
    assert [[x, y] for x, y in zip(drawn.x, drawn.y, strict=True)] == report()["curves"]["roc"]
    assert (
        charts()["roc"].finding
        == f"A leaver is ranked above a stayer {report()['scores']['roc_auc']['mean']:.0%} of the time"
    )


def test_the_confusion_counts_every_checked_customer_once():
    assert sum(map(sum, charts()["confusion"].figure.data[0].z)) == 500


def test_calibration_shows_the_share_that_left_with_its_interval():
    points = charts()["calibration"].figure.data[1]
    first = report()["bins"][0]
    assert points.y[0] == first["left"] / first["customers"]
    assert points.y[0] - points.error_y.arrayminus[0] == pytest.approx(first["likely_low"])


def test_bars_of_importance_add_up_to_the_whole_the_strongest_on_top():
    rows = [{"column": "a", "size": 3.0}, {"column": "b", "size": 1.0}]
    bars = importance_chart(rows).figure.data[0]
    assert (list(bars.y), list(bars.x)) == (["b", "a"], [0.25, 0.75])


def test_a_chart_without_numbers_is_left_out():
    assert "profit" not in charts() and "learning-curve" not in charts()
    bare = {**report(), "fairness": [], "importance": []}
    assert not {"fairness", "importance"} & {c.name for c in report_charts(bare)}


def test_the_profit_curve_names_the_best_length_of_the_list():
    curve = [[0.0, 0.0, 0.0], [0.5, 4.0, 3.0], [1.0, 1.0, 1.0]]
    charts = report_charts({**report(), "earnings": {**report()["earnings"], "curve": curve}})
    profit = next(c for c in charts if c.name == "profit")
    assert profit.finding == "The best list is 50% of customers: 4.00 per customer of the whole list"


def test_the_learning_curve_says_whether_more_customers_would_help():
    points = [{"customers": n, "logloss": 0.5 - n / 1000, "sd": 0.01} for n in (50, 100)]
    curve = {"points": points, "helps": True, "said": "More customers would help: …"}
    charts = report_charts({**report(), "learning_curve": curve})
    assert next(c for c in charts if c.name == "learning-curve").finding == "More customers would help"
