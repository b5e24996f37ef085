"""Whether more customers would help is measured, not guessed."""

from types import SimpleNamespace

import numpy as np

from churn.training.baselines import LogisticRegression
from churn.training.dataset import examples_of
from churn.training.encoder import encoder_for
from churn.training.evaluation import Checked, plan_for
from churn.training.report_builder import growth_of, time_gap_of, verdict_of_growth
from tests.small_lists import SCHEMA, small_table


def held(rows, strength=1.0):
    table = small_table(rows, strength=strength)
    sample = examples_of(encoder_for(SCHEMA, table), table, np.asarray(table["gone"]).astype(np.int8), keys=None)
    plan = plan_for(sample, quick=True, seed=0)
    return SimpleNamespace(sample=sample, checked=Checked(plan, {}), parts=((LogisticRegression(), 1.0),))


def test_the_log_loss_is_measured_from_an_eighth_to_all_of_the_customers():
    found = growth_of(held(6000), seed=0)
    assert [p["customers"] for p in found["points"]] == [600, 1200, 2400, 4800]
    assert found["points"][0]["logloss"] > found["points"][-1]["logloss"]
    assert found["helps"] is False and found["said"].startswith("More customers would hardly help")


def test_a_last_doubling_that_still_pays_says_that_more_would_help():
    points = [{"customers": 100, "logloss": 0.50}, {"customers": 200, "logloss": 0.49}]
    assert verdict_of_growth(points) == {
        "helps": True,
        "said": "More customers would help: the last doubling lowered the log loss by 0.010.",
    }
    assert verdict_of_growth(points[:1])["helps"] is None


def test_the_gap_is_what_random_folds_would_have_hidden():
    found = time_gap_of(held(400), {"roc_auc": {"mean": 0.6}}, seed=0)
    assert found["gap"] == found["roc_auc_random"] - 0.6 and found["roc_auc_random"] > 0.7
