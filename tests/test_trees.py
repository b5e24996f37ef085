"""Trees read from XGBoost, LightGBM and scikit-learn models."""

import lightgbm
import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from churn.errors import RequestRefused
from churn.explain.explainer import build_explainer
from churn.explain.trees import Forest, Leaf, Split, Tree, TreeStep, edge_above, read_forest

FIRST, SECOND = Split(0, 1.0), Split(1, members=frozenset({2}))


TREE = Tree((FIRST, None, SECOND, None, None), (1, -1, 3, -1, -1), (2, -1, 4, -1, -1), (0, 1, 0, 2, 3), (8, 2, 6, 3, 3))


def test_every_leaf_comes_with_its_way_and_the_share_that_took_it():
    root_left, root_right = TreeStep(FIRST, True, 0.25), TreeStep(FIRST, False, 0.75)
    assert list(TREE.leaves()) == [
        Leaf((root_left,), 1),
        Leaf((root_right, TreeStep(SECOND, True, 0.5)), 2),
        Leaf((root_right, TreeStep(SECOND, False, 0.5)), 3),
    ]
    assert [leaf.share for leaf in TREE.leaves()] == [0.25, 0.375, 0.375]
    assert TREE.depth == 2


def test_a_forest_knows_its_average_and_scales_with_its_weight():
    forest = Forest((TREE, TREE), 2, base=1.0)
    average = 2 * (0.25 * 1 + 0.375 * 2 + 0.375 * 3)
    assert (forest.expected, forest.depth) == (average, 2)
    assert (forest.scaled(3.0).expected, forest.scaled(3.0).base) == (3 * average, 3.0)


def test_a_node_nobody_reached_in_training_has_no_share():
    nobody = Tree((FIRST, None, None), (1, -1, -1), (2, -1, -1), (0, 1, 2), (0, 0, 0))
    assert [leaf.share for leaf in nobody.leaves()] == [0.0, 0.0]


@settings(deadline=None)
@given(st.floats(allow_nan=False), st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_below_means_at_most_the_threshold_for_every_number_a_matrix_can_hold(threshold, number):
    for x in (np.float32(number), np.float32(np.clip(threshold, -3e38, 3e38))):
        assert (float(x) <= threshold) == (x < np.float32(edge_above(threshold)))


RNG = np.random.default_rng(3)


CODES, NUMBERS = RNG.integers(0, 6, (400, 2)), RNG.normal(size=(400, 2))


FULL = np.hstack([CODES, NUMBERS]).astype(np.float32)


LEFT = ((FULL[:, 0] == 2) + FULL[:, 2] + RNG.normal(size=400) > 0.5).astype(int)


GAPS = np.where(RNG.random(FULL.shape) < 0.1, np.float32(np.nan), FULL)


# Codes nobody has seen, numbers far outside, exact zeros, nothing known at all.
ODD = np.array([[99, 6, 1e9, -1e9], [0, 0, 0, 0], [np.nan] * 4, [5, np.nan, 1e-36, -0.0]], np.float32)


def margins(estimator, matrix):
    return build_explainer([(1.0, read_forest(estimator))], 4).margin(matrix)


@pytest.mark.parametrize("learnt_from", [FULL, GAPS], ids=["full", "gaps"])
def test_xgboost_with_sets_is_read_as_it_answers(learnt_from):
    types = ["c", "c", "q", "q"]
    model = xgboost.XGBClassifier(
        n_estimators=20, max_depth=4, n_jobs=1, feature_types=types, enable_categorical=True, min_child_weight=0
    ).fit(learnt_from, LEFT)
    asked = np.vstack([FULL, GAPS, ODD])
    np.testing.assert_allclose(margins(model, asked), model.predict(asked, output_margin=True), atol=1e-5)


@pytest.mark.parametrize("zero_as_missing", [False, True])
@pytest.mark.parametrize("learnt_from", [FULL, GAPS], ids=["full", "gaps"])
def test_lightgbm_is_read_as_it_answers(learnt_from, zero_as_missing):
    settings = {
        "objective": "binary",
        "verbose": -1,
        "max_depth": 4,
        "num_threads": 1,
        "zero_as_missing": zero_as_missing,
    }
    model = lightgbm.train(settings, lightgbm.Dataset(learnt_from, LEFT, categorical_feature=[0, 1]), 20)
    asked = np.vstack([FULL, GAPS, ODD])
    np.testing.assert_allclose(margins(model, asked), model.predict(asked, raw_score=True), atol=1e-5)


@pytest.mark.parametrize("kind", [DecisionTreeClassifier, RandomForestClassifier])
@pytest.mark.parametrize("learnt_from", [FULL, GAPS], ids=["full", "gaps"])
def test_a_scikit_learn_forest_is_read_in_probabilities(learnt_from, kind):
    model = kind(max_depth=5, random_state=0).fit(learnt_from, LEFT)
    explainer = build_explainer([(1.0, read_forest(model))], 4)
    asked = np.vstack([FULL, GAPS, ODD])
    assert explainer.scale == "probability"
    np.testing.assert_allclose(explainer.probability(asked), model.predict_proba(asked)[:, 1], atol=1e-6)


def test_a_classifier_that_stopped_early_is_read_up_to_its_best_round():
    model = xgboost.XGBClassifier(n_estimators=60, max_depth=5, n_jobs=1, learning_rate=1, early_stopping_rounds=2)
    model.fit(FULL[:200], LEFT[:200], eval_set=[(FULL[200:], LEFT[200:])], verbose=False)
    assert len(read_forest(model).trees) == model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    np.testing.assert_allclose(margins(model, FULL), model.predict(FULL, output_margin=True), atol=1e-5)


def test_what_has_no_trees_or_more_than_one_answer_is_refused_in_words():
    three = xgboost.XGBClassifier(n_estimators=1, n_jobs=1).fit(FULL, FULL[:, 0] % 3)
    for model in (object(), three, LogisticRegression().fit(FULL, LEFT)):
        with pytest.raises(RequestRefused, match=r"trees to read|into tables"):
            read_forest(model)
