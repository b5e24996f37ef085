"""The best on unseen customers becomes champion, and a missing library is only a notice."""

import sys

import numpy as np

from churn.training import selection as room
from churn.training.boosting import QUICK_RUNGS, Step
from churn.training.dataset import examples_of
from churn.training.encoder import encoder_for
from churn.training.selection import contest, mean_loss, sample_of
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(300)
EXAMPLES = examples_of(encoder_for(SCHEMA, TABLE), TABLE, np.asarray(TABLE["gone"]).astype(np.int8), keys=None)
TUNED = [Step("xgboost", QUICK_RUNGS[0], 20, 0.5), Step("lightgbm", QUICK_RUNGS[0], 20, 0.5)]


def test_the_champion_has_the_lowest_log_loss_of_those_that_can_be_explained():
    held = contest(EXAMPLES, quick=True, seed=0, tuned=TUNED)
    able = ["XGBoost", "Logistic regression", "Blend"]
    assert held.champion == min(able, key=lambda n: mean_loss(held.margins[n], EXAMPLES.labels))
    assert sum(weight for _, weight in held.parts) == 1.0


def test_without_lightgbm_the_contest_goes_on_and_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    monkeypatch.setattr(room, "RandomForest", room.DecisionTree)
    held = contest(EXAMPLES, quick=False, seed=0, tuned=TUNED[:1])
    assert "LightGBM" not in held.margins and "LightGBM is left out" in held.notices[0].text


def test_a_sample_keeps_the_share_of_leavers_and_whole_groups():
    part = sample_of(EXAMPLES, 0, most=100)
    assert len(part) == 100 and abs(part.labels.mean() - EXAMPLES.labels.mean()) < 0.01
    assert sample_of(EXAMPLES, 0) is EXAMPLES
