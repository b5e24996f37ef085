"""The history as rows, and the latest numbers of every watched model."""

from dataclasses import replace

from churn import Workspace
from churn.workspace.monitoring_views import history_rows
from tests.test_watch_log import ONE
from tests.watched import a_list

GAUGES = {
    "drift_score_psi": 0.05,
    "drift_columns_moved": 2.0,
    "drift_data_alarms": 1.0,
    "drift_expected_churn_rate": 0.25,
    "drift_expected_profit_per_customer": 1.5,
}


def test_the_latest_list_comes_first_with_what_was_expected_and_found():
    known = {"churn_rate": {"value": 0.3}}
    judged, short = ({"details": [{"judged": is_long}]} for is_long in (True, False))
    lists = (
        replace(ONE, gauges=GAUGES, report=judged),
        replace(ONE, gauges=GAUGES, at="x", realised=known, report=short),
    )
    first, second = history_rows(lists)
    assert (first.at, first.expected_rate, first.realised_rate, first.profit) == ("x", 0.25, 0.3, 1500.0)
    assert first.moved is None  # too short to tell
    assert (second.realised_rate, second.expected_auc, second.moved, second.faults) == (None, None, 2, 1)


def test_the_latest_signs_are_numbers_by_model(own_telco):
    workspace = Workspace(own_telco)
    assert workspace.monitor.latest() == []
    workspace.monitor.check(a_list(own_telco, "today"))
    (signs,) = workspace.monitor.latest()
    assert (signs["model"], signs["version"], signs["gauges"]["drift_customers"]) == ("telco", "v1", 1100.0)
    assert all(isinstance(number, float) for number in signs["gauges"].values())
