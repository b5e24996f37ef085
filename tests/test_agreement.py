"""An explainer that says something else than its libraries is found out."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from churn.errors import Damaged
from churn.explain.agreement import TOLERANCE, answers_from, proof_for, proof_from
from churn.explain.explainer import Linear, explainer_for
from churn.explain.library import member_of

RNG = np.random.default_rng(2)
MATRIX = RNG.normal(size=(200, 2)).astype(np.float32)
LINE = Linear(0.5, np.array([1.0, 0.0]), np.zeros(2), (np.zeros(2), np.array([0.1, -0.1])))


@cache
def boosted():
    import xgboost

    return xgboost.XGBClassifier(n_estimators=10, max_depth=3, n_jobs=1).fit(MATRIX, MATRIX[:, 0] > 0)


@cache
def proof():
    return proof_for([(0.6, boosted()), (0.4, LINE)], MATRIX, slope=1.2, intercept=0.3)


@cache
def blend():
    return explainer_for([(0.6, member_of(boosted())), (0.4, LINE)], 2, slope=1.2, intercept=0.3)


def test_a_blend_of_tables_agrees_with_its_libraries():
    assert proof().answers.differ_from(blend()) < TOLERANCE
    assert (blend().way, proof().library.libraries_needed) == ("tables", ("xgboost",))


def test_the_answers_are_the_librarys_own_contributions():
    import xgboost

    theirs = boosted().get_booster().predict(xgboost.DMatrix(MATRIX), pred_contribs=True)[:, :2]
    linear = explainer_for([(0.4, LINE)], 2, slope=1.2).contributions(MATRIX)
    np.testing.assert_allclose(proof().answers.contributions[:200], 0.72 * theirs + linear, atol=1e-5)


def test_another_slope_another_base_and_another_table_are_all_noticed():
    moved = replace(blend(), base=blend().base + 0.01)
    other = replace(blend(), lookup=replace(blend().lookup, credits=blend().lookup.credits * np.float32(1.1)))
    steeper = explainer_for([(0.6, member_of(boosted())), (0.4, LINE)], 2, slope=1.3, intercept=0.3)
    assert min(proof().answers.differ_from(e) for e in (moved, other, steeper)) > TOLERANCE


def test_a_proof_read_back_can_be_asked_again():
    again = proof_from(proof().library.to_arrays(), proof().answers.to_arrays()).asked_again()
    np.testing.assert_array_equal(again.answers.contributions, proof().answers.contributions)
    assert np.isnan(again.answers.rows[-1]).all()


def test_answers_that_were_cut_are_refused():
    with pytest.raises(Damaged, match="not complete"):
        answers_from({"rows": MATRIX})
