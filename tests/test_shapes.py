"""The shape of a learnt column is rebuilt from what the model keeps, whatever the column looks like."""

from dataclasses import replace

import numpy as np
import pytest

from churn.errors import RequestRefused
from churn.monitoring.sketch import coarse_places, column_shapes, cuts_between
from tests.test_watch import MODEL, a_list

SHAPES = {s.name: s for s in column_shapes(MODEL)}
STEPS = np.linspace(0, 1, 101)


def test_cuts_of_an_even_number_have_a_hundredth_between_them():
    cuts, shares = cuts_between(STEPS * 100)
    assert len(cuts) == 100 and shares[1:-1].tolist() == pytest.approx([0.01] * 99) and shares.sum() == pytest.approx(1)


def test_no_cut_lies_on_a_value_many_share():
    learnt = np.repeat([0.0, 1.0, 2.0], [600, 300, 100])
    cuts, shares = cuts_between(np.quantile(learnt, STEPS))
    assert set(cuts).isdisjoint({0.0, 1.0, 2.0})
    true = np.searchsorted(np.sort(learnt), cuts, side="right") / len(learnt)
    assert np.abs(np.cumsum(shares)[:-1] - true).max() <= 0.01


def test_a_number_that_was_never_known_has_one_bin():
    cuts, shares = cuts_between(np.full(101, np.nan))
    assert (cuts.tolist(), shares.tolist()) == ([], [1.0])


def test_coarse_bins_are_about_ten_and_none_is_a_sliver():
    _, shares = cuts_between(np.quantile(np.random.default_rng(0).poisson(1.2, 7000), STEPS))
    coarse = np.bincount(coarse_places(shares), weights=shares)
    assert coarse.min() >= 0.05 and coarse.sum() == pytest.approx(1)
    assert len(np.bincount(coarse_places(np.full(100, 0.01)))) >= 10


def test_learnt_shares_and_counts_of_the_same_list_agree():
    table = a_list(6000, 99)
    matrix = MODEL.encoder.matrix(table)
    for i, shape in enumerate(SHAPES.values()):
        counts = shape.counted(matrix[:, i])
        assert counts.sum() == 6000 and np.abs(counts / 6000 - shape.shares).max() < 0.011


def test_missing_values_fall_into_no_bin():
    assert SHAPES["bill"].counted(np.array([np.nan, 50.0])).sum() == 1
    assert SHAPES["auto"].counted(np.array([np.nan, 1.0, 1.0])).tolist() == [0, 2]


def test_unseen_levels_are_counted_apart():
    plan = SHAPES["plan"]
    assert plan.unseen_of(plan.counted(np.array([0.0, 3.0, 3.0]))) == 2
    assert SHAPES["auto"].unseen_of(np.array([5, 5])) == 0


def test_a_reference_of_nobody_is_refused():
    empty = replace(MODEL, reference=replace(MODEL.reference, customers=0))
    with pytest.raises(RequestRefused, match="Train a new version"):
        column_shapes(empty)
