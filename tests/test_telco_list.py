"""The telco sample has the well-known columns, levels, blanks and rate, and as much to learn as the real list."""

import numpy as np
import pyarrow.compute as pc
import pytest

from churn.profiles import read_profile
from churn.samples.catalogue import make_sample
from churn.samples.random import best_auc

SAMPLE = make_sample("telco")
LIST = SAMPLE.table()
SCHEMA = read_profile("telco").schema


def auc(score, left):
    """The share of pairs of a leaver and a stayer that the score puts right (rank formula)."""
    _, where, times = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(times) - (times - 1) / 2)[where]
    return (rank[left].mean() - (left.sum() + 1) / 2) / (~left).sum()


def test_it_has_7043_customers_and_the_21_columns_of_the_profile():
    assert (LIST.num_rows, tuple(LIST.column_names)) == (7043, SCHEMA.names)
    assert len(LIST["customerID"].unique()) == 7043


@pytest.mark.parametrize("column", [c.name for c in SCHEMA.columns if c.levels])
def test_every_level_of_the_profile_occurs_and_no_other(column):
    assert sorted(LIST[column].unique().to_pylist()) == sorted(SCHEMA.by_name[column].levels)


def test_total_charges_is_one_blank_exactly_where_tenure_is_zero():
    blank = pc.equal(LIST["TotalCharges"], " ")
    assert blank.equals(pc.equal(LIST["tenure"], 0))
    assert 5 <= pc.sum(blank).as_py() <= 20


def test_flags_are_yes_and_no_except_senior_citizen():
    assert sorted(LIST["SeniorCitizen"].unique().to_pylist()) == [0, 1]
    assert all(sorted(LIST[f].unique().to_pylist()) == ["No", "Yes"] for f in ("Partner", "Dependents", "PhoneService"))


def test_services_say_that_there_is_no_line_exactly_where_there_is_none():
    offline = pc.equal(LIST["InternetService"], "No")
    services = ("OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies")
    assert all(pc.equal(LIST[s], "No internet service").equals(offline) for s in services)
    assert pc.equal(LIST["MultipleLines"], "No phone service").equals(pc.equal(LIST["PhoneService"], "No"))


def test_about_26_5_percent_leave_and_the_truth_allows_an_auc_like_the_real_list():
    left = np.array(LIST["Churn"].to_pylist()) == "Yes"
    truth = SAMPLE.truth()["probability"].to_numpy()
    assert left.mean() == pytest.approx(0.265, abs=0.012)
    assert 0.855 <= best_auc(truth) <= 0.885
    assert auc(truth, left) == pytest.approx(best_auc(truth), abs=0.015)


def test_the_truth_is_calibrated():
    left = np.array(LIST["Churn"].to_pylist()) == "Yes"
    truth = SAMPLE.truth()["probability"].to_numpy()
    tenths = np.array_split(np.argsort(truth), 10)
    assert [left[t].mean() for t in tenths] == pytest.approx([truth[t].mean() for t in tenths], abs=0.06)


def test_longer_contracts_lie_lower_in_risk():
    truth, contract = SAMPLE.truth()["probability"].to_numpy(), np.array(LIST["Contract"].to_pylist())
    month, one, two = (truth[contract == level].mean() for level in SCHEMA.by_name["Contract"].levels)
    assert month > 3 * one > 3 * two
