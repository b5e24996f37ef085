"""A challenger takes over only when it is better on customers unseen by both."""

from dataclasses import replace

import numpy as np

from churn.learning.training import train
from churn.learning.versions.gatekeeping import FEWEST_ROWS, Unseen, _decision, gate
from tests.small_lists import SCHEMA, small_table, small_training

TABLE = small_table()


def test_the_first_model_of_a_name_goes_live():
    trained = small_training()
    assert gate(trained.model, trained.unseen, None, TABLE).promoted


def test_the_same_model_again_changes_nothing():
    trained = small_training()
    verdict = gate(trained.model, trained.unseen, trained.model, TABLE)
    assert (verdict.promoted, verdict.loss["mean"], verdict.customers) == (False, 0.0, 500)


def test_a_better_model_wins_on_customers_new_to_the_champion():
    weak = train(small_table(120, seed=5), SCHEMA, quick=True, drop=["tenure", "plan"]).model
    trained = small_training()
    verdict = gate(trained.model, trained.unseen, weak, TABLE)
    assert verdict.promoted and verdict.customers == 500 and verdict.loss["low"] > 0


def test_a_worse_model_never_wins():
    champion = small_training().model
    table = small_table(seed=11)
    random = np.random.default_rng(0)
    guess = Unseen(np.arange(500), np.asarray(table["gone"]).astype(float), random.uniform(0.2, 0.8, 500))
    verdict = gate(champion, guess, champion, table)
    assert not verdict.promoted and verdict.loss["high"] < 0


def test_a_champion_that_has_learnt_from_nearly_all_rows_cannot_be_compared():
    trained = small_training()
    knows = replace(trained.model.reference, rows=trained.model.reference.rows[:20], row_scores=np.zeros(20))
    verdict = gate(trained.model, trained.unseen, replace(trained.model, reference=knows), TABLE)
    assert not verdict.promoted and verdict.customers < FEWEST_ROWS


def test_a_challenger_that_is_far_slower_stays_out():
    weak = train(small_table(120, seed=5), SCHEMA, quick=True, drop=["tenure", "plan"]).model
    trained = small_training()
    slow = replace(trained.model, report={"cost": {"trees_of_depth_4": 9000.0}})
    assert "too long" in gate(slow, trained.unseen, weak, TABLE).why


def decided(*, loses, of=1.0):
    """The decision on a challenger with clearly truer probabilities that brings a little less, beyond chance."""
    truer = {"mean": 0.02, "low": 0.01, "high": 0.03}
    profit = {"mean": -loses, "low": -2 * loses, "high": -loses / 10, "champion": of}
    return _decision(truer, profit, {"champion": 0.08, "challenger": 0.01}, {"champion": 1.0, "challenger": 1.0})


def test_truer_probabilities_win_over_a_trifle_of_profit_but_not_over_more():
    assert decided(loses=0.008)[0]
    assert decided(loses=0.02) == (False, "The champion stays: the challenger is worse in profit, beyond chance.")
    assert not decided(loses=0.008, of=0.5)[0] and not decided(loses=0.001, of=0.0)[0]
