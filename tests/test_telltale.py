"""A classifier tells today's customers from the learnt ones only when they differ, and says by what."""

import numpy as np

from churn.monitoring.drift import DomainClassifier, classify_domain
from churn.scoring.wording import wording_for
from tests.test_watch import MODEL, SCHEMA, a_list


def told(table):
    return classify_domain(MODEL, MODEL.encoder.matrix(table))


def test_customers_like_the_learnt_ones_cannot_be_told_apart():
    found = told(a_list(2000, 1))
    assert (found.tells, found.columns) == (False, ()) and abs(found.auc - 0.5) < 0.04


def test_columns_that_no_longer_go_together_are_seen_though_none_moved():
    from churn.monitoring.report import watch_list

    tied = a_list(3000, 2, months=lambda m: np.sort(m), bill=lambda b: np.sort(b))
    report = watch_list(MODEL, tied)
    assert (report.moved, report.telltale.tells) == ((), True)
    assert {name for name, _ in report.telltale.columns} == {"bill", "months"}
    assert any("a classifier picks today's" in n.text for n in report.notices)


def test_the_column_it_tells_by_is_named():
    found = told(a_list(2000, 3, shoe=lambda s: s + 3))
    assert found.columns[0][0] == "shoe"


def test_a_short_list_is_not_asked():
    assert told(a_list(499)) is None


def test_the_finding_is_one_sentence():
    notice = DomainClassifier(0.82, 0.8, 0.84, (("plan", 0.2), ("bill", 0.1))).notice(wording_for(SCHEMA))
    text = "Shown a customer of each, a classifier picks today's from the learnt one in 82% of pairs"
    assert notice.text == f"{text}, mostly by plan and bill."
