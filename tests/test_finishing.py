"""The champion's tables say what its libraries say, calibration included."""

from dataclasses import replace

import numpy as np
import pytest

from churn.training import selection as finishing
from churn.training.baselines import DecisionTree, LogisticRegression
from churn.training.boosting import Boosted, Rung
from churn.training.calibration import Calibration
from churn.training.dataset import examples_of
from churn.training.encoder import encoder_for
from churn.training.selection import fitted_champion
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(300)
EXAMPLES = examples_of(encoder_for(SCHEMA, TABLE), TABLE, np.asarray(TABLE["gone"]).astype(np.int8), keys=None)
RUNG = Rung(4, 0.1, 3)
PARTS = [(Boosted("xgboost", RUNG, 20, 2), 0.5), (Boosted("lightgbm", RUNG, 20), 0.3), (LogisticRegression(), 0.2)]


def test_a_blend_with_its_calibration_line_is_one_exact_table():
    champion = fitted_champion(PARTS, EXAMPLES, Calibration("platt", 1.2, -0.3), seed=0)
    mixed = sum(w * part.margin(EXAMPLES.matrix) for part, w in champion.parts)
    np.testing.assert_allclose(champion.explainer.margin(EXAMPLES.matrix), 1.2 * mixed - 0.3, atol=1e-4)
    assert champion.difference < 1e-4


def test_unseen_levels_and_missing_values_are_scored_as_the_libraries_score_them():
    champion = fitted_champion(PARTS, EXAMPLES, Calibration(), seed=0)
    strange = EXAMPLES.matrix[:40].copy()
    strange[:20] = np.nan
    for i, field in enumerate(EXAMPLES.encoder.fields):
        strange[20:, i] = field.unseen if field.levels else (field.high or 1.0)
    mixed = sum(w * part.margin(strange) for part, w in champion.parts)
    np.testing.assert_allclose(champion.explainer.margin(strange), mixed, atol=1e-4)


def test_a_part_without_weight_is_not_even_fitted():
    champion = fitted_champion([(PARTS[2][0], 1.0), (PARTS[0][0], 0.0)], EXAMPLES, Calibration(), seed=0)
    assert len(champion.parts) == 1


def test_what_cannot_be_explained_cannot_be_champion():
    with pytest.raises(TypeError, match="cannot be part of a champion"):
        fitted_champion([(DecisionTree(), 1.0)], EXAMPLES, Calibration(), seed=0)


def test_trees_too_deep_for_tables_fall_back_to_their_library():
    deep = Boosted("xgboost", Rung(9, 0.3, 0, columns=1.0, rows=1.0, ridge=0.0), 12)
    champion = fitted_champion([(deep, 0.6), (LogisticRegression(), 0.4)], EXAMPLES, Calibration(), seed=0)
    assert (champion.explainer.way, champion.explainer.libraries_needed) == ("tables and library", ("xgboost",))
    mixed = sum(w * part.margin(EXAMPLES.matrix) for part, w in champion.parts)
    np.testing.assert_allclose(champion.explainer.margin(EXAMPLES.matrix), mixed, atol=1e-4)


def test_tables_that_say_something_else_are_left_for_the_library(monkeypatch):
    right = finishing.explainer_for
    monkeypatch.setattr(finishing, "explainer_for", lambda *a, **k: replace(right(*a, **k), base=9.0))
    champion = fitted_champion(PARTS, EXAMPLES, Calibration(), seed=0)
    assert champion.explainer.libraries_needed == ("lightgbm", "xgboost")
    assert champion.difference < 1e-4
