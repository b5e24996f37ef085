"""Whatever a library grew is read as it would itself answer: margins equal, customer by customer."""

import numpy as np
import pytest

from churn.errors import RequestRefused
from churn.explain.explainer import explainer_for
from churn.explain.trees import forest_of

RNG = np.random.default_rng(3)
CODES, NUMBERS = RNG.integers(0, 6, (400, 2)), RNG.normal(size=(400, 2))
FULL = np.hstack([CODES, NUMBERS]).astype(np.float32)
LEFT = ((FULL[:, 0] == 2) + FULL[:, 2] + RNG.normal(size=400) > 0.5).astype(int)
GAPS = np.where(RNG.random(FULL.shape) < 0.1, np.float32(np.nan), FULL)
# Codes nobody has seen, numbers far outside, exact zeros, nothing known at all.
ODD = np.array([[99, 6, 1e9, -1e9], [0, 0, 0, 0], [np.nan] * 4, [5, np.nan, 1e-36, -0.0]], np.float32)


def margins(estimator, matrix):
    return explainer_for([(1.0, forest_of(estimator))], 4).margin(matrix)


@pytest.mark.parametrize("learnt_from", [FULL, GAPS], ids=["full", "gaps"])
def test_xgboost_with_sets_is_read_as_it_answers(learnt_from):
    import xgboost

    types = ["c", "c", "q", "q"]
    model = xgboost.XGBClassifier(
        n_estimators=20, max_depth=4, n_jobs=1, feature_types=types, enable_categorical=True, min_child_weight=0
    ).fit(learnt_from, LEFT)
    asked = np.vstack([FULL, GAPS, ODD])
    np.testing.assert_allclose(margins(model, asked), model.predict(asked, output_margin=True), atol=1e-5)


@pytest.mark.parametrize("zero_as_missing", [False, True])
@pytest.mark.parametrize("learnt_from", [FULL, GAPS], ids=["full", "gaps"])
def test_lightgbm_is_read_as_it_answers(learnt_from, zero_as_missing):
    import lightgbm

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


@pytest.mark.parametrize("kind", ["DecisionTreeClassifier", "RandomForestClassifier"])
@pytest.mark.parametrize("learnt_from", [FULL, GAPS], ids=["full", "gaps"])
def test_a_scikit_learn_forest_is_read_in_probabilities(learnt_from, kind):
    from sklearn import ensemble, tree

    model = (getattr(tree, kind, None) or getattr(ensemble, kind))(max_depth=5, random_state=0).fit(learnt_from, LEFT)
    explainer = explainer_for([(1.0, forest_of(model))], 4)
    asked = np.vstack([FULL, GAPS, ODD])
    assert explainer.scale == "probability"
    np.testing.assert_allclose(explainer.probability(asked), model.predict_proba(asked)[:, 1], atol=1e-6)


def test_a_classifier_that_stopped_early_is_read_up_to_its_best_round():
    import xgboost

    model = xgboost.XGBClassifier(n_estimators=60, max_depth=5, n_jobs=1, learning_rate=1, early_stopping_rounds=2)
    model.fit(FULL[:200], LEFT[:200], eval_set=[(FULL[200:], LEFT[200:])], verbose=False)
    assert len(forest_of(model).trees) == model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    np.testing.assert_allclose(margins(model, FULL), model.predict(FULL, output_margin=True), atol=1e-5)


def test_what_has_no_trees_or_more_than_one_answer_is_refused_in_words():
    import xgboost
    from sklearn.linear_model import LogisticRegression

    three = xgboost.XGBClassifier(n_estimators=1, n_jobs=1).fit(FULL, FULL[:, 0] % 3)
    for model in (object(), three, LogisticRegression().fit(FULL, LEFT)):
        with pytest.raises(RequestRefused, match=r"trees to read|into tables"):
            forest_of(model)
