"""Pictures of one list say what they show, and survive a list that is too short to judge."""

import pytest

from churn.reports.monitoring_charts import drift_charts, moved_chart, parts_chart, worth_chart
from tests.test_watch import PLAYBOOK, a_list, watched


def words(rows, seed, **changes):
    return watched(a_list(rows, seed, **changes), playbook=PLAYBOOK).whole()


def test_the_column_that_matters_most_is_the_finding():
    chart = moved_chart(words(2000, 2, bill=lambda b: b * 1.2, shoe=lambda s: s + 2))
    assert chart.finding == "2 of 5 columns moved, above all Bill"
    assert {t.name for t in chart.figure.data} == {
        "Moved, drives the risk",
        "Moved, hardly drives the risk",
        "As learnt",
    }


def test_a_list_like_the_learnt_one_says_so():
    found = drift_charts(words(3000, 1))
    assert found[0].finding == "None of 5 columns moved"
    assert found[1].finding.startswith("The scores are spread as they were")
    assert found[2].finding == "The model is expected to rank as well as when it learnt"


def test_money_is_marked_as_assumed():
    chart = parts_chart(words(3000, 1))
    assert chart.finding.endswith("per 1,000 customers, the most of any part") and chart.assumes


def test_a_list_too_short_to_judge_draws_no_bars_and_claims_nothing():
    report = words(30, 5)
    findings = [chart.finding for chart in drift_charts(report)]
    assert moved_chart(report) is None
    assert findings[0].startswith("Too few to compare scores: ")
    assert findings[1] == "Too few customers to say how well the model ranks here"


@pytest.mark.parametrize("missing", ["auc"])
def test_a_measure_that_cannot_be_estimated_is_left_out(missing):
    report = words(3000, 1)
    del report["estimate"][missing]
    assert worth_chart(report) is None or len(worth_chart(report).figure.data[0].x) == 3


def test_pictures_are_small_on_the_wire():
    assert all(len(chart.figure.to_json()) < 30_000 for chart in drift_charts(words(3000, 1)))


def test_an_axis_beside_long_labels_has_few_ticks_so_that_a_phone_can_show_them():
    report = words(3000, 1)
    assert {chart(report).figure.layout.xaxis.nticks for chart in (worth_chart, parts_chart)} == {3}
