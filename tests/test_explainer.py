"""The Explainer of a blend, and its proof against the libraries."""

import subprocess
import sys
from dataclasses import replace

import lightgbm
import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from churn.errors import ChurnError, Damaged
from churn.explain.explainer import (
    TOLERANCE,
    Linear,
    build_design,
    build_explainer,
    build_proof,
    explainer_from,
    library_answers_from,
    linear_from,
    proof_from,
    sigmoid,
)
from churn.explain.library import LibraryModel, read_library_model, read_member
from churn.explain.trees import Forest, Split, Tree

NAN = np.nan


# A code with levels 0 and 1 (2 is unseen), and a number that is missing once.
TRAINED = np.array([[0, 1.0], [1, 3.0], [1, NAN], [0, 5.0]], np.float32)


DESIGN = build_design(TRAINED, [2, 0])


def contributions(linear, matrix):
    totals = np.zeros(matrix.shape[::-1], np.float32)
    linear.add_to(totals, matrix)
    return totals.T


def test_codes_become_levels_and_numbers_are_standardised_with_a_column_for_missing():
    sd = np.std([1, 3, 5])
    expected = [[1, 0, -2 / sd, 0], [0, 1, 0, 0], [0, 1, 0, 1], [1, 0, 2 / sd, 0]]
    np.testing.assert_allclose(DESIGN.columns(TRAINED), expected)


def test_an_unseen_code_or_a_gap_training_did_not_have_counts_as_average():
    odd = np.array([[2, 3.0], [NAN, 3.0], [-5, 3.0]], np.float32)
    np.testing.assert_allclose(DESIGN.columns(odd), [[0.5, 0.5, 0, 0]] * 3)


def test_contributions_are_measured_from_the_average_customer():
    linear = DESIGN.to_linear(np.array([1.0, 3.0, np.std([1, 3, 5]), 4.0]), 10.0)
    assert linear.base == 10 + 2 + 1
    assert contributions(linear, TRAINED).tolist() == [[-1, -3], [1, -1], [1, 3], [-1, 1]]
    np.testing.assert_allclose(contributions(linear, TRAINED).mean(axis=0), 0, atol=1e-7)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 1, 2, 3, NAN]), st.floats(-9, 9, width=32) | st.just(NAN)), min_size=1))
def test_base_and_contributions_are_the_margin_of_the_fitted_regression(people):
    rng = np.random.default_rng(0)
    trained = np.column_stack([rng.integers(0, 4, 90), rng.normal(size=90)]).astype(np.float32)
    trained[::9, 1] = NAN
    design = build_design(trained, [3, 0])
    fitted = LogisticRegression().fit(design.columns(trained), rng.random(90) < 0.5)
    linear, asked = design.to_linear(fitted.coef_, fitted.intercept_[0]), np.array(people, np.float32)
    margins = linear.base + contributions(linear, asked).sum(axis=1)
    np.testing.assert_allclose(margins, fitted.decision_function(design.columns(asked)), atol=1e-5)


def test_a_constant_or_empty_column_does_no_harm():
    trained = np.array([[7, NAN], [7, NAN]], np.float32)
    design = build_design(trained, [0, 0])
    linear = design.to_linear(np.ones(3), 0.0)
    assert contributions(linear, trained).tolist() == [[0, 0], [0, 0]]


def test_a_regression_read_back_is_the_same_regression():
    linear = DESIGN.to_linear(np.array([1.0, 3.0, 2.0, 4.0]), 10.0).scaled(0.5)
    again = linear_from(linear.to_arrays())
    assert again.base == linear.base == 6.5
    np.testing.assert_array_equal(contributions(again, TRAINED), contributions(linear, TRAINED))


STUMP = Tree((Split(0, 1.0), None, None), (1, -1, -1), (2, -1, -1), (0.0, -1.0, 3.0), (10.0, 5.0, 5.0))


FOREST = Forest((STUMP,), 2, base=0.5)


LINE = Linear(0.25, np.array([0.0, 2.0]), np.array([0.0, 1.0]), (np.array([0.0, 0.0]), np.array([-1.0, 0.0])))


PEOPLE = np.array([[0, 1], [1, 2], [np.nan, np.nan]], np.float32)


def test_a_blend_is_the_weighted_sum_of_its_members_with_slope_and_intercept():
    blend = build_explainer([(0.5, FOREST), (2.0, LINE), (0.0, FOREST)], 2, slope=2.0, intercept=-1.0)
    assert blend.base == -1 + 2 * (0.5 * (0.5 + 1.0) + 2.0 * 0.25)
    np.testing.assert_array_equal(blend.contributions(PEOPLE), [[-2, 0], [2, 8], [2, -4]])
    np.testing.assert_array_equal(blend.margin(PEOPLE), blend.base + np.array([-2.0, 10.0, -2.0]))
    np.testing.assert_array_equal(blend.probability(PEOPLE), sigmoid(blend.margin(PEOPLE)))


def test_a_blend_read_back_from_its_arrays_gives_the_same_numbers(tmp_path):
    blend = build_explainer([(0.5, FOREST), (2.0, LINE)], 2)
    np.savez(tmp_path / "a.npz", **blend.to_arrays())
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        again = explainer_from(arrays)
    assert (again.base, again.scale, again.libraries_needed) == (blend.base, "log-odds", ())
    np.testing.assert_array_equal(again.contributions(PEOPLE), blend.contributions(PEOPLE))


def test_tables_that_are_cut_or_of_another_kind_are_refused():
    arrays = build_explainer([(1.0, FOREST), (1.0, LINE)], 2).to_arrays()
    cut = {name: a for name, a in arrays.items() if name != "lookup.steps"}
    for broken in (cut, {**arrays, "protocol": np.array(99)}, {}):
        with pytest.raises(Damaged, match="explanation tables"):
            explainer_from(broken)


def test_averaged_votes_stand_alone_or_are_refused():
    votes = Forest((STUMP,), 2, scale="probability")
    alone = build_explainer([(1.0, votes)], 2)
    assert (alone.scale, alone.probability(PEOPLE).tolist()) == ("probability", [0.0, 1.0, 1.0])
    for members, slope in (([(0.5, votes), (0.5, LINE)], 1.0), ([(1.0, votes)], 2.0)):
        with pytest.raises(ChurnError, match="averaged votes"):
            build_explainer(members, 2, slope=slope)


def test_a_matrix_of_another_width_is_refused():
    with pytest.raises(ChurnError, match="reads 2 columns"):
        build_explainer([(1.0, FOREST)], 2).margin(np.zeros((3, 5), np.float32))


def test_reading_and_explaining_needs_no_machine_learning_library(tmp_path):
    np.savez(tmp_path / "a.npz", **build_explainer([(1.0, FOREST), (1.0, LINE)], 2).to_arrays())
    code = (
        "import sys, numpy as np; from churn.explain.explainer import explainer_from;"
        "print(explainer_from(np.load(sys.argv[1])).margin(np.zeros((1, 2), np.float32)));"
        "assert not {'xgboost', 'lightgbm', 'sklearn', 'shap', 'scipy', 'pandas', 'numba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.npz")], check=True, capture_output=True)


RNG = np.random.default_rng(2)


MATRIX = RNG.normal(size=(200, 2)).astype(np.float32)


MODEL = xgboost.XGBClassifier(n_estimators=10, max_depth=3, n_jobs=1).fit(MATRIX, MATRIX[:, 0] > 0)


AGREEMENT_LINE = Linear(0.5, np.array([1.0, 0.0]), np.zeros(2), (np.zeros(2), np.array([0.1, -0.1])))


PROOF = build_proof([(0.6, MODEL), (0.4, AGREEMENT_LINE)], MATRIX, slope=1.2, intercept=0.3)


BLEND = build_explainer([(0.6, read_member(MODEL)), (0.4, AGREEMENT_LINE)], 2, slope=1.2, intercept=0.3)


def test_a_blend_of_tables_agrees_with_its_libraries():
    assert PROOF.answers.max_difference(BLEND) < TOLERANCE
    assert (BLEND.way, PROOF.library.libraries_needed) == ("tables", ("xgboost",))


def test_the_answers_are_the_librarys_own_contributions():
    theirs = MODEL.get_booster().predict(xgboost.DMatrix(MATRIX), pred_contribs=True)[:, :2]
    linear = build_explainer([(0.4, AGREEMENT_LINE)], 2, slope=1.2).contributions(MATRIX)
    np.testing.assert_allclose(PROOF.answers.contributions[:200], 0.72 * theirs + linear, atol=1e-5)


def test_another_slope_another_base_and_another_table_are_all_noticed():
    moved = replace(BLEND, base=BLEND.base + 0.01)
    other = replace(BLEND, lookup=replace(BLEND.lookup, credits=BLEND.lookup.credits * np.float32(1.1)))
    steeper = build_explainer([(0.6, read_member(MODEL)), (0.4, AGREEMENT_LINE)], 2, slope=1.3, intercept=0.3)
    assert min(PROOF.answers.max_difference(e) for e in (moved, other, steeper)) > TOLERANCE


def test_a_proof_read_back_can_be_asked_again():
    again = proof_from(PROOF.library.to_arrays(), PROOF.answers.to_arrays()).recomputed()
    np.testing.assert_array_equal(again.answers.contributions, PROOF.answers.contributions)
    assert np.isnan(again.answers.rows[-1]).all()


def test_answers_that_were_cut_are_refused():
    with pytest.raises(Damaged, match="not complete"):
        library_answers_from({"rows": MATRIX})


LIBRARY_RNG = np.random.default_rng(5)


LIBRARY_MATRIX = LIBRARY_RNG.normal(size=(600, 3)).astype(np.float32)


LEFT = (LIBRARY_MATRIX[:, 0] * LIBRARY_MATRIX[:, 1] + LIBRARY_RNG.normal(size=600) > 0).astype(int)


XGBOOST = {"n_estimators": 5, "n_jobs": 1, "min_child_weight": 0}


def deep(kind):
    if kind == "xgboost":
        return xgboost.XGBClassifier(max_depth=8, **XGBOOST).fit(LIBRARY_MATRIX, LEFT)
    if kind == "lightgbm":
        words = {"objective": "binary", "num_leaves": 60, "verbose": -1, "num_threads": 1}
        return lightgbm.train(words, lightgbm.Dataset(LIBRARY_MATRIX, LEFT), 5)
    return RandomForestClassifier(3, max_depth=8, random_state=0).fit(LIBRARY_MATRIX, LEFT)


def answer(model):
    if isinstance(model, lightgbm.Booster):
        return model.predict(LIBRARY_MATRIX[:9])
    return model.predict_proba(LIBRARY_MATRIX[:9])[:, 1]


@pytest.mark.parametrize("kind", ["xgboost", "lightgbm", "shap"])
@pytest.mark.filterwarnings("ignore")  # what importing shap says about others
def test_trees_too_deep_for_tables_keep_to_their_library_and_still_add_up(kind):
    model = deep(kind)
    explainer = build_explainer([(1.0, read_member(model))], 3)
    assert explainer.libraries_needed == (kind,)
    np.testing.assert_allclose(explainer.probability(LIBRARY_MATRIX[:9]), answer(model), atol=1e-5)
    again = explainer_from(explainer.to_arrays())
    np.testing.assert_array_equal(again.contributions(LIBRARY_MATRIX[:9]), explainer.contributions(LIBRARY_MATRIX[:9]))


def test_dropout_boosters_are_not_put_into_tables():
    model = xgboost.XGBClassifier(booster="dart", rate_drop=0.5, max_depth=2, verbosity=0, **XGBOOST).fit(
        LIBRARY_MATRIX, LEFT
    )
    member = read_member(model)
    assert isinstance(member, LibraryModel)
    np.testing.assert_allclose(
        build_explainer([(1.0, member)], 3).probability(LIBRARY_MATRIX[:9]), answer(model), atol=1e-5
    )


def test_shallow_trees_go_into_tables_and_agree_with_the_slow_way():
    model = xgboost.XGBClassifier(max_depth=3, **XGBOOST).fit(LIBRARY_MATRIX, LEFT)
    fast, slow = read_member(model), read_library_model(model)
    assert isinstance(fast, Forest)
    both = [build_explainer([(0.5, member)], 3) for member in (fast, slow)]
    np.testing.assert_allclose(both[0].contributions(LIBRARY_MATRIX), both[1].contributions(LIBRARY_MATRIX), atol=1e-6)
    np.testing.assert_allclose(both[0].base, both[1].base, atol=1e-6)
