"""The club sample stands for any list: headings of its own, nothing that a ready-made business knows."""

import numpy as np
import pytest

from churn.profiles import profile_names, read_profile
from churn.samples.catalogue import make_sample
from churn.samples.random import best_auc

SAMPLE = make_sample("general")
LIST = SAMPLE.table()


def test_no_feature_has_the_heading_of_a_ready_made_business():
    known = {c.name for name in profile_names() for c in read_profile(name).schema.features}
    assert known.isdisjoint(LIST.column_names)


def test_dates_end_with_the_day_of_the_list():
    assert max(LIST["Joined"].to_pylist()) <= "2026-06-30"


def test_members_who_stop_coming_cancel_more_often():
    truth, visits = SAMPLE.truth()["probability"].to_numpy(), LIST["Visits Last 30 Days"].to_numpy()
    assert truth[visits == 0].mean() > 3 * truth[visits >= 8].mean()


def test_a_believable_share_cancels_and_a_good_model_could_know_it():
    left = np.array(LIST["Status"].to_pylist()) == "Cancelled"
    assert left.mean() == pytest.approx(0.18, abs=0.03)
    assert 0.80 <= best_auc(SAMPLE.truth()["probability"].to_numpy()) <= 0.90
