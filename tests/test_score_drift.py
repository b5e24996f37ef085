"""The scores of a list stand beside those of the learnt customers and of the last list."""

from dataclasses import replace

import numpy as np
import pytest

from churn.errors import RequestRefused
from churn.monitoring.scores import _why, learnt_scores, measure_score_drift, measure_score_shape, score_shape_from_json
from tests.test_watch import MODEL, a_list


def scores(rows, seed=0, **changes):
    return MODEL.probability(MODEL.encoder.matrix(a_list(rows, seed, **changes)))


def drifted(rows, seed=0, last=None, **changes):
    return measure_score_drift(MODEL, scores(rows, seed, **changes), customers=rows, last=last)


def test_unchanged_scores_have_not_moved():
    assert [drifted(rows, seed).moved for rows in (500, 5000) for seed in range(20)] == [False] * 40


def test_learnt_scores_are_spread_evenly_over_their_own_bins():
    then = learnt_scores(MODEL)
    np.testing.assert_allclose(then.bins, [0.05] * 20, atol=0.002)
    assert sum(then.tiers) == pytest.approx(1) and then.customers == 6000


def test_riskier_customers_move_the_scores_and_are_said_in_words():
    found = drifted(2000, months=lambda m: m / 3)
    assert (found.moved, found.alarming) == (True, True)
    assert "of the customers are expected to leave; it was 27% when it learnt" in found.why


def test_a_short_list_is_never_alarming():
    assert not drifted(400, months=lambda m: m / 9).moved
    assert not drifted(900, months=lambda m: m / 9).alarming


def test_the_last_list_stands_beside_this_one():
    last = measure_score_shape(MODEL, scores(3000, 1, months=lambda m: m / 3), 3000)
    found = drifted(3000, 2, last=last, months=lambda m: m / 3)
    assert found.apart.psi > 0.2 > 0.02 > found.from_last.psi


def test_a_shape_survives_being_written_down():
    shape = measure_score_shape(MODEL, scores(700), 700)
    assert score_shape_from_json(shape.as_json()) == shape


def test_a_damaged_shape_is_refused():
    with pytest.raises(RequestRefused, match="cannot be read"):
        score_shape_from_json({"customers": 3})


def test_a_model_that_says_the_same_for_everybody_has_one_bin():
    from dataclasses import replace

    flat = replace(MODEL, reference=replace(MODEL.reference, scores=np.full(1001, 0.3)))
    assert measure_score_drift(flat, np.full(600, 0.3), customers=600).moved is False


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ((0.1, 0.3, 0.6), "40% are in tier Medium instead of 30%"),
        ((0.1004, 0.4, 0.4996), "though each tier holds as many as it did"),
    ],
)
def test_moved_scores_name_the_tier_that_changed_most_if_any_did(tiers, said):
    shape = replace(learnt_scores(MODEL), tiers=(0.1, 0.4, 0.5))
    assert said in _why(shape, replace(shape, tiers=tiers), 5000, True)
