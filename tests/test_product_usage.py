"""The product sample is honestly weak: knowing the truth itself would not help much."""

import numpy as np
import pytest

from churn.profiles import read_profile
from churn.samples.catalogue import make_sample
from churn.samples.random import best_auc, rounded

SAMPLE = make_sample("product")
LIST = SAMPLE.table()


def test_it_has_the_columns_of_the_profile_and_unique_users():
    assert tuple(LIST.column_names) == read_profile("product").schema.names
    assert len(LIST["user_id"].unique()) == LIST.num_rows == 5000


def test_averages_are_what_the_totals_say():
    events, sessions, revenue = (LIST[c].to_numpy() for c in ("total_events", "total_sessions", "total_revenue"))
    assert np.array_equal(LIST["avg_events_per_session"].to_numpy(), rounded(events / sessions))
    assert np.array_equal(LIST["revenue_per_session"].to_numpy(), rounded(revenue / sessions))


def test_active_days_lie_between_first_and_last_use_in_the_window():
    first, last = (np.array(LIST[c].to_pylist(), "datetime64[s]") for c in ("first_active", "last_active"))
    days = (last.astype("datetime64[D]") - first.astype("datetime64[D]")).astype(int)
    assert np.array_equal(days, LIST["active_days"].to_numpy())
    assert (str(first.min())[:10], str(last.max())[:10]) == ("2026-05-01", "2026-06-30")


def test_31_percent_leave_and_no_honest_model_beats_point_six_by_much():
    left = np.array(LIST["churned"].to_pylist()) == "True"
    assert left.mean() == pytest.approx(0.312, abs=0.02)
    assert best_auc(SAMPLE.truth()["probability"].to_numpy()) == pytest.approx(0.60, abs=0.01)
