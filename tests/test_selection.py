"""Candidates on the same folds, their blend, and the champion."""

import sys
from dataclasses import dataclass, replace

import numpy as np
import pytest

from churn.training import selection as finishing
from churn.training import selection as room
from churn.training.baselines import DecisionTree, LogisticRegression
from churn.training.boosting import QUICK_CAPACITIES, Boosted, BoostingParams, SearchResult
from churn.training.calibration import Calibration, sigmoid
from churn.training.dataset import encode_examples
from churn.training.encoder import encoder_for
from churn.training.metrics import logloss
from churn.training.selection import (
    blend_out_of_fold,
    draw_sample,
    evaluate,
    fit_blend_weights,
    fit_champion,
    mean_loss,
    plan_folds,
    select_model,
)
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(300)


EXAMPLES = encode_examples(encoder_for(SCHEMA, TABLE), TABLE, np.asarray(TABLE["gone"]).astype(np.int8), keys=None)


@dataclass(frozen=True)
class Memory:
    """A candidate that knows by heart who left among those it learnt from, and guesses about all others."""

    name: str = "Memory"
    guess: float = 0.0
    cost: float = 0.0

    def fit(self, examples, *, seed):
        known = {row.tobytes(): y for row, y in zip(examples.matrix, examples.labels, strict=True)}
        return Remembered(known, self.guess)


@dataclass(frozen=True)
class Remembered:
    known: dict
    guess: float

    def margin(self, matrix):
        return np.array(
            [20 * self.known[r.tobytes()] - 10 if r.tobytes() in self.known else self.guess for r in matrix]
        )


def test_who_knows_by_heart_gains_nothing():
    found = evaluate([Memory()], EXAMPLES, plan_folds(EXAMPLES, quick=False, seed=0), seed=0)
    assert (found.margins["Memory"] == 0.0).all() and found.margins["Memory"].shape == (3, 300)


def test_a_clear_loser_is_spared_further_repeats_unless_it_is_needed():
    plan = plan_folds(EXAMPLES, quick=False, seed=0)
    good, bad = Memory("good", -0.5), Memory("bad", 5.0)
    assert evaluate([good, bad], EXAMPLES, plan, seed=0).repeats_of("bad") == 1
    assert evaluate([good, bad], EXAMPLES, plan, seed=0, always=("bad",)).repeats_of("bad") == 3


@pytest.mark.parametrize(
    ("rows", "quick", "description"),
    [(300, False, "5 folds, 3 times"), (300, True, "5 folds"), (30_000, False, "5 folds"), (90_000, False, "3 folds")],
)
def test_large_lists_need_fewer_folds(rows, quick, description):
    many = EXAMPLES.take(np.arange(rows) % 300)
    assert plan_folds(many, quick=quick, seed=0).description == description


def test_the_time_of_a_fit_and_of_a_prediction_are_measured():
    found = evaluate([Memory()], EXAMPLES, plan_folds(EXAMPLES, quick=True, seed=0), seed=0)
    assert found.seconds["Memory"] > 0 and found.latency["Memory"] > 0


RANDOM = np.random.default_rng(0)


TRUTH = RANDOM.normal(-0.5, 1.5, 4000)


LABELS = (RANDOM.random(4000) < sigmoid(TRUTH)).astype(float)


def test_a_part_that_says_nothing_gets_no_weight():
    margins = np.column_stack([TRUTH, RANDOM.normal(0, 3, 4000)])
    assert fit_blend_weights(margins, LABELS).tolist() == [1.0, 0.0]


def test_two_halves_of_the_truth_share_the_weight():
    noise = RANDOM.normal(0, 1, 4000)
    margins = np.column_stack([TRUTH + noise, TRUTH - noise])
    weights = fit_blend_weights(margins, LABELS)
    assert weights == pytest.approx([0.5, 0.5], abs=0.05) and weights.sum() == pytest.approx(1)
    mixed = logloss(LABELS, sigmoid(margins @ weights))
    assert mixed < min(logloss(LABELS, sigmoid(m)) for m in margins.T)


def test_a_single_part_is_the_blend():
    assert fit_blend_weights(TRUTH[:, None], LABELS).tolist() == [1.0]


def test_the_weights_of_a_fold_are_learnt_without_it():
    margins = np.column_stack([TRUTH, -TRUTH])
    margins[2000:] = margins[2000:, ::-1]  # in the second half the other part is right
    halves = np.arange(4000) < 2000
    repeat = [(np.flatnonzero(~halves), np.flatnonzero(halves)), (np.flatnonzero(halves), np.flatnonzero(~halves))]
    blended = blend_out_of_fold(margins, LABELS, repeat)
    np.testing.assert_allclose(blended, -TRUTH, atol=1e-6)


def test_rows_that_were_not_checked_stay_unknown():
    margins = np.column_stack([TRUTH, TRUTH])
    margins[:10] = np.nan
    part = np.arange(10, 4000) % 2 == 0
    repeat = [(np.array([]), np.arange(10, 4000)[part]), (np.array([]), np.arange(10, 4000)[~part])]
    assert np.isnan(blend_out_of_fold(margins, LABELS, repeat)).nonzero()[0].tolist() == list(range(10))


TUNED = [SearchResult("xgboost", QUICK_CAPACITIES[0], 20, 0.5), SearchResult("lightgbm", QUICK_CAPACITIES[0], 20, 0.5)]


def test_the_champion_has_the_lowest_log_loss_of_those_that_can_be_explained():
    selection = select_model(EXAMPLES, quick=True, seed=0, tuned=TUNED)
    able = ["XGBoost", "Logistic regression", "Blend"]
    assert selection.champion == min(able, key=lambda n: mean_loss(selection.margins[n], EXAMPLES.labels))
    assert sum(weight for _, weight in selection.parts) == 1.0


def test_without_lightgbm_the_contest_goes_on_and_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    monkeypatch.setattr(room, "RandomForest", room.DecisionTree)
    selection = select_model(EXAMPLES, quick=False, seed=0, tuned=TUNED[:1])
    assert "LightGBM" not in selection.margins and "LightGBM is left out" in selection.notices[0].text


def test_a_sample_keeps_the_share_of_leavers_and_whole_groups():
    part = draw_sample(EXAMPLES, 0, most=100)
    assert len(part) == 100 and abs(part.labels.mean() - EXAMPLES.labels.mean()) < 0.01
    assert draw_sample(EXAMPLES, 0) is EXAMPLES


RUNG = BoostingParams(4, 0.1, 3)


PARTS = [(Boosted("xgboost", RUNG, 20, 2), 0.5), (Boosted("lightgbm", RUNG, 20), 0.3), (LogisticRegression(), 0.2)]


def test_a_blend_with_its_calibration_line_is_one_exact_table():
    champion = fit_champion(PARTS, EXAMPLES, Calibration("platt", 1.2, -0.3), seed=0)
    mixed = sum(w * part.margin(EXAMPLES.matrix) for part, w in champion.parts)
    np.testing.assert_allclose(champion.explainer.margin(EXAMPLES.matrix), 1.2 * mixed - 0.3, atol=1e-4)
    assert champion.difference < 1e-4


def test_unseen_levels_and_missing_values_are_scored_as_the_libraries_score_them():
    champion = fit_champion(PARTS, EXAMPLES, Calibration(), seed=0)
    strange = EXAMPLES.matrix[:40].copy()
    strange[:20] = np.nan
    for i, field in enumerate(EXAMPLES.encoder.fields):
        strange[20:, i] = field.unseen if field.levels else (field.high or 1.0)
    mixed = sum(w * part.margin(strange) for part, w in champion.parts)
    np.testing.assert_allclose(champion.explainer.margin(strange), mixed, atol=1e-4)


def test_a_part_without_weight_is_not_even_fitted():
    champion = fit_champion([(PARTS[2][0], 1.0), (PARTS[0][0], 0.0)], EXAMPLES, Calibration(), seed=0)
    assert len(champion.parts) == 1


def test_what_cannot_be_explained_cannot_be_champion():
    with pytest.raises(TypeError, match="cannot be part of a champion"):
        fit_champion([(DecisionTree(), 1.0)], EXAMPLES, Calibration(), seed=0)


def test_trees_too_deep_for_tables_fall_back_to_their_library():
    deep = Boosted("xgboost", BoostingParams(9, 0.3, 0, columns=1.0, rows=1.0, ridge=0.0), 12)
    champion = fit_champion([(deep, 0.6), (LogisticRegression(), 0.4)], EXAMPLES, Calibration(), seed=0)
    assert (champion.explainer.way, champion.explainer.libraries_needed) == ("tables and library", ("xgboost",))
    mixed = sum(w * part.margin(EXAMPLES.matrix) for part, w in champion.parts)
    np.testing.assert_allclose(champion.explainer.margin(EXAMPLES.matrix), mixed, atol=1e-4)


def test_tables_that_say_something_else_are_left_for_the_library(monkeypatch):
    right = finishing.build_explainer
    monkeypatch.setattr(finishing, "build_explainer", lambda *a, **k: replace(right(*a, **k), base=9.0))
    champion = fit_champion(PARTS, EXAMPLES, Calibration(), seed=0)
    assert champion.explainer.libraries_needed == ("lightgbm", "xgboost")
    assert champion.difference < 1e-4
