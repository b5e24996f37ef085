"""An explainer that says something else than its libraries is found out."""

from dataclasses import replace

import numpy as np
import pytest
import xgboost

from churn.errors import Damaged
from churn.explain.agreement import TOLERANCE, answers_from, proof_for, proof_from
from churn.explain.explainer import Linear, explainer_for
from churn.explain.library import member_of

RNG = np.random.default_rng(2)
MATRIX = RNG.normal(size=(200, 2)).astype(np.float32)
MODEL = xgboost.XGBClassifier(n_estimators=10, max_depth=3, n_jobs=1).fit(MATRIX, MATRIX[:, 0] > 0)
LINE = Linear(0.5, np.array([1.0, 0.0]), np.zeros(2), (np.zeros(2), np.array([0.1, -0.1])))
PROOF = proof_for([(0.6, MODEL), (0.4, LINE)], MATRIX, slope=1.2, intercept=0.3)
BLEND = explainer_for([(0.6, member_of(MODEL)), (0.4, LINE)], 2, slope=1.2, intercept=0.3)


def test_a_blend_of_tables_agrees_with_its_libraries():
    assert PROOF.answers.differ_from(BLEND) < TOLERANCE
    assert (BLEND.way, PROOF.library.libraries_needed) == ("tables", ("xgboost",))


def test_the_answers_are_the_librarys_own_contributions():
    theirs = MODEL.get_booster().predict(xgboost.DMatrix(MATRIX), pred_contribs=True)[:, :2]
    linear = explainer_for([(0.4, LINE)], 2, slope=1.2).contributions(MATRIX)
    np.testing.assert_allclose(PROOF.answers.contributions[:200], 0.72 * theirs + linear, atol=1e-5)


def test_another_slope_another_base_and_another_table_are_all_noticed():
    moved = replace(BLEND, base=BLEND.base + 0.01)
    other = replace(BLEND, lookup=replace(BLEND.lookup, credits=BLEND.lookup.credits * np.float32(1.1)))
    steeper = explainer_for([(0.6, member_of(MODEL)), (0.4, LINE)], 2, slope=1.3, intercept=0.3)
    assert min(PROOF.answers.differ_from(e) for e in (moved, other, steeper)) > TOLERANCE


def test_a_proof_read_back_can_be_asked_again():
    again = proof_from(PROOF.library.to_arrays(), PROOF.answers.to_arrays()).asked_again()
    np.testing.assert_array_equal(again.answers.contributions, PROOF.answers.contributions)
    assert np.isnan(again.answers.rows[-1]).all()


def test_answers_that_were_cut_are_refused():
    with pytest.raises(Damaged, match="not complete"):
        answers_from({"rows": MATRIX})
