"""The DriftReport says the same to every door."""

import json
from functools import cache

from churn.money.economics import Stakes
from churn.monitoring.performance import follow_list, measure_performance
from churn.monitoring.report import EarlierLists
from tests.test_watch import MODEL, PLAYBOOK, a_list, watched


@cache
def the_report():
    return watched(a_list(2000, 2, bill=lambda b: b * 1.3), playbook=PLAYBOOK)


def test_moved_columns_come_first_and_agree_everywhere():
    words = the_report().as_json()
    assert the_report().moved == ("bill",) == tuple(c["name"] for c in words["columns"] if c["moved"])
    assert (words["verdict"], words["advice"]["do"], words["columns"][0]["name"]) == ("watch", "watch", "bill")


def test_score_and_estimate_hold_numbers_with_intervals():
    words = the_report().as_json()
    assert {"moved", "size", "interval", "rate", "tiers", "learnt", "why"} <= words["score"].keys()
    assert words["estimate"]["auc"].keys() == {"value", "low", "high", "learnt"}
    assert {"auc", "recall", "precision", "churn_rate", "profit", "segments"} <= words["estimate"].keys()


def test_faults_of_the_data_are_among_the_notices():
    report = watched(a_list(2000, 2).drop_columns(["shoe"]))
    assert [a.text for a in report.alarms] == [n["text"] for n in report.as_json()["notices"]][:1]


def test_realised_performance_joins_the_estimate():
    table = a_list(2000, 3)
    p = MODEL.probability(MODEL.encoder.matrix(table))
    followed = follow_list("May", Stakes(p, p * 0 + 50), (p > 0.4).astype(float), playbook=PLAYBOOK, columns=table)
    report = watched(a_list(2000, 4), before=EarlierLists(performance=measure_performance(MODEL, followed)))
    assert report.as_json()["estimate"]["realised"]["list"] == "May"
    json.dumps(report.as_json(), allow_nan=False)


def test_the_column_table_has_every_measure():
    assert {"psi", "ks", "tv", "js", "p_value", "weight"} <= the_report().column_table()[0].keys()


def test_gauges_are_plain_numbers():
    gauges = the_report().gauges()
    assert (gauges["drift_columns_moved"], gauges["drift_retrain_advised"], gauges["drift_customers"]) == (1, 0, 2000)
    assert all(isinstance(v, float) for v in gauges.values()) and "drift_expected_profit_per_customer" in gauges
