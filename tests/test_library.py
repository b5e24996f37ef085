"""What the tables cannot cover is explained by its own library, through the same door."""

import numpy as np
import pytest

from churn.explain.explainer import explainer_for, explainer_from
from churn.explain.library import Library, library_of, member_of
from churn.explain.trees import Forest

RNG = np.random.default_rng(5)
MATRIX = RNG.normal(size=(600, 3)).astype(np.float32)
LEFT = (MATRIX[:, 0] * MATRIX[:, 1] + RNG.normal(size=600) > 0).astype(int)
XGBOOST = {"n_estimators": 5, "n_jobs": 1, "min_child_weight": 0}


def deep(kind):
    import lightgbm
    import xgboost
    from sklearn.ensemble import RandomForestClassifier

    if kind == "xgboost":
        return xgboost.XGBClassifier(max_depth=8, **XGBOOST).fit(MATRIX, LEFT)
    if kind == "lightgbm":
        words = {"objective": "binary", "num_leaves": 60, "verbose": -1, "num_threads": 1}
        return lightgbm.train(words, lightgbm.Dataset(MATRIX, LEFT), 5)
    return RandomForestClassifier(3, max_depth=8, random_state=0).fit(MATRIX, LEFT)


def answer(model):
    import lightgbm

    if isinstance(model, lightgbm.Booster):
        return model.predict(MATRIX[:9])
    return model.predict_proba(MATRIX[:9])[:, 1]


@pytest.mark.parametrize("kind", ["xgboost", "lightgbm", "shap"])
@pytest.mark.filterwarnings("ignore")  # what importing shap says about others
def test_trees_too_deep_for_tables_keep_to_their_library_and_still_add_up(kind):
    model = deep(kind)
    explainer = explainer_for([(1.0, member_of(model))], 3)
    assert explainer.libraries_needed == (kind,)
    np.testing.assert_allclose(explainer.probability(MATRIX[:9]), answer(model), atol=1e-5)
    again = explainer_from(explainer.to_arrays())
    np.testing.assert_array_equal(again.contributions(MATRIX[:9]), explainer.contributions(MATRIX[:9]))


def test_dropout_boosters_are_not_put_into_tables():
    import xgboost

    model = xgboost.XGBClassifier(booster="dart", rate_drop=0.5, max_depth=2, verbosity=0, **XGBOOST).fit(MATRIX, LEFT)
    member = member_of(model)
    assert isinstance(member, Library)
    np.testing.assert_allclose(explainer_for([(1.0, member)], 3).probability(MATRIX[:9]), answer(model), atol=1e-5)


def test_shallow_trees_go_into_tables_and_agree_with_the_slow_way():
    import xgboost

    model = xgboost.XGBClassifier(max_depth=3, **XGBOOST).fit(MATRIX, LEFT)
    fast, slow = member_of(model), library_of(model)
    assert isinstance(fast, Forest)
    both = [explainer_for([(0.5, member)], 3) for member in (fast, slow)]
    np.testing.assert_allclose(both[0].contributions(MATRIX), both[1].contributions(MATRIX), atol=1e-6)
    np.testing.assert_allclose(both[0].base, both[1].base, atol=1e-6)
