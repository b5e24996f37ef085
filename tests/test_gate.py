"""The gate between a challenger and the champion."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.training.gate import FEWEST_ROWS, UnseenScores, _decide, _why_in_doubt, run_gate
from churn.training.metrics import auc
from churn.training.train import train
from tests.small_lists import SCHEMA, small_table, small_training

TABLE = small_table()


def test_the_first_model_of_a_name_goes_live():
    trained = small_training()
    assert run_gate(trained.model, trained.unseen, None, TABLE).promoted


def test_the_same_model_again_changes_nothing():
    trained = small_training()
    verdict = run_gate(trained.model, trained.unseen, trained.model, TABLE)
    assert (verdict.promoted, verdict.loss["mean"], verdict.customers) == (False, 0.0, 500)


def test_a_better_model_wins_on_customers_new_to_the_champion():
    weak = train(small_table(120, seed=5), SCHEMA, quick=True, drop=["tenure", "plan"]).model
    trained = small_training()
    verdict = run_gate(trained.model, trained.unseen, weak, TABLE)
    assert verdict.promoted and verdict.customers == 500 and verdict.loss["low"] > 0


def test_a_worse_model_never_wins():
    champion = small_training().model
    table = small_table(seed=11)
    random = np.random.default_rng(0)
    guess = UnseenScores(np.arange(500), np.asarray(table["gone"]).astype(float), random.uniform(0.2, 0.8, 500))
    verdict = run_gate(champion, guess, champion, table)
    assert not verdict.promoted and verdict.loss["high"] < 0


def test_a_champion_that_has_learnt_from_nearly_all_rows_cannot_be_compared():
    trained = small_training()
    knows = replace(trained.model.reference, rows=trained.model.reference.rows[:20], row_scores=np.zeros(20))
    verdict = run_gate(trained.model, trained.unseen, replace(trained.model, reference=knows), TABLE)
    assert not verdict.promoted and verdict.customers < FEWEST_ROWS


def test_a_challenger_that_is_far_slower_stays_out():
    weak = train(small_table(120, seed=5), SCHEMA, quick=True, drop=["tenure", "plan"]).model
    trained = small_training()
    slow = replace(trained.model, report={"cost": {"trees_of_depth_4": 9000.0}})
    assert "too long" in run_gate(slow, trained.unseen, weak, TABLE).why


def decided(*, loses, of=1.0):
    """The decision on a challenger with clearly truer probabilities that brings a little less, beyond chance."""
    truer = {"mean": 0.02, "low": 0.01, "high": 0.03}
    profit = {"mean": -loses, "low": -2 * loses, "high": -loses / 10, "champion": of}
    return _decide(truer, profit, {"champion": 0.08, "challenger": 0.01}, {"champion": 1.0, "challenger": 1.0})


def test_truer_probabilities_win_over_a_trifle_of_profit_but_not_over_more():
    assert decided(loses=0.008)[0]
    assert decided(loses=0.02) == (False, "The champion stays: the challenger is worse in profit, beyond chance.")
    assert not decided(loses=0.008, of=0.5)[0] and not decided(loses=0.001, of=0.0)[0]


def with_outcomes(outcomes):
    """The small list told otherwise, and a challenger that learnt from it."""
    table = TABLE.set_column(TABLE.column_names.index("gone"), "gone", pa.array(outcomes, TABLE["gone"].type))
    return table, train(table, SCHEMA, quick=True)


def test_a_challenger_learnt_from_mixed_up_outcomes_stays_out_and_the_list_is_doubted():
    champion = small_training().model
    table, trained = with_outcomes(np.random.default_rng(1).permutation(np.asarray(TABLE["gone"])))
    verdict = run_gate(trained.model, trained.unseen, champion, table)
    assert not verdict.promoted and verdict.loss["low"] > 0  # by log loss alone it would have won
    assert "no better than chance. Nor does the champion in this list" in verdict.why


def test_a_challenger_learnt_from_outcomes_told_the_wrong_way_round_stays_out():
    champion = small_training().model
    table, trained = with_outcomes(~np.asarray(TABLE["gone"]).astype(bool))
    verdict = run_gate(trained.model, trained.unseen, champion, table)
    assert not verdict.promoted and "the right way round" in verdict.why


@settings(deadline=None)
@given(st.integers(0, 2**31), st.floats(0.2, 0.6), st.floats(0, 0.2))
def test_what_knows_nothing_never_replaces_a_champion_however_wrong_that_is(seed, level, width):
    random, champion = np.random.default_rng(seed), small_training().model
    labels = random.permutation(np.asarray(TABLE["gone"]).astype(float))
    p = level + width * (random.random(500) - 0.5)
    verdict = run_gate(champion, UnseenScores(np.arange(500), labels, p), champion, TABLE)
    assert verdict.ranking["challenger"]["low"] > 0.5 or not verdict.promoted


def ranks(value, half=0.025):
    return {"auc": value, "low": value - half, "high": value + half}


def test_a_challenger_has_to_lie_further_above_chance_where_the_champion_fell_to_it():
    promised = {"mean": 0.95, "low": 0.94}
    assert _why_in_doubt({"challenger": ranks(0.53), "champion": ranks(0.75)}, promised) == ""
    assert _why_in_doubt({"challenger": ranks(0.56), "champion": ranks(0.5)}, promised) == ""
    assert _why_in_doubt({"challenger": ranks(0.53), "champion": ranks(0.5)}, promised) == (
        "The champion stays: the challenger tells leavers from stayers no better than chance. "
        "Nor does the champion in this list (ROC-AUC 0.50 here, 0.95 when it learnt): check who is said to have left."
    )


def test_the_best_of_several_that_know_nothing_stays_out_though_choosing_makes_it_look_better():
    champion, looked_better = small_training().model, 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        labels = random.permutation(np.asarray(TABLE["gone"]).astype(float))
        best = max((random.uniform(0.3, 0.4, 500) for _ in range(8)), key=lambda p: auc(labels, p))
        verdict = run_gate(champion, UnseenScores(np.arange(500), labels, best), champion, TABLE)
        looked_better += verdict.ranking["challenger"]["low"] > 0.5 and verdict.loss["low"] > 0
        assert not verdict.promoted
    assert looked_better  # by its interval alone one of them would have gone live
