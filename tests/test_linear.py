"""A regression is explained against the average training customer, in closed form."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.explain.explainer import design_for, linear_from

NAN = np.nan
# A code with levels 0 and 1 (2 is unseen), and a number that is missing once.
TRAINED = np.array([[0, 1.0], [1, 3.0], [1, NAN], [0, 5.0]], np.float32)
DESIGN = design_for(TRAINED, [2, 0])


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
    linear = DESIGN.explained(np.array([1.0, 3.0, np.std([1, 3, 5]), 4.0]), 10.0)
    assert linear.base == 10 + 2 + 1
    assert contributions(linear, TRAINED).tolist() == [[-1, -3], [1, -1], [1, 3], [-1, 1]]
    np.testing.assert_allclose(contributions(linear, TRAINED).mean(axis=0), 0, atol=1e-7)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 1, 2, 3, NAN]), st.floats(-9, 9, width=32) | st.just(NAN)), min_size=1))
def test_base_and_contributions_are_the_margin_of_the_fitted_regression(people):
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    trained = np.column_stack([rng.integers(0, 4, 90), rng.normal(size=90)]).astype(np.float32)
    trained[::9, 1] = NAN
    design = design_for(trained, [3, 0])
    fitted = LogisticRegression().fit(design.columns(trained), rng.random(90) < 0.5)
    linear, asked = design.explained(fitted.coef_, fitted.intercept_[0]), np.array(people, np.float32)
    margins = linear.base + contributions(linear, asked).sum(axis=1)
    np.testing.assert_allclose(margins, fitted.decision_function(design.columns(asked)), atol=1e-5)


def test_a_constant_or_empty_column_does_no_harm():
    trained = np.array([[7, NAN], [7, NAN]], np.float32)
    design = design_for(trained, [0, 0])
    linear = design.explained(np.ones(3), 0.0)
    assert contributions(linear, trained).tolist() == [[0, 0], [0, 0]]


def test_a_regression_read_back_is_the_same_regression():
    linear = DESIGN.explained(np.array([1.0, 3.0, 2.0, 4.0]), 10.0).times(0.5)
    again = linear_from(linear.to_arrays())
    assert again.base == linear.base == 6.5
    np.testing.assert_array_equal(contributions(again, TRAINED), contributions(linear, TRAINED))
