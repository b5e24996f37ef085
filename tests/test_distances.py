"""Distances tell two lists apart by size, not by their length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from churn.monitoring.drift import (
    chance_of_gap,
    find_widest_gap,
    hold_false_discoveries,
    mean_shift,
    measure_distance,
    noise_floor,
    pool_bins,
    pool_neighbours,
)

COUNTS = arrays(np.int64, some.integers(2, 12), elements=some.integers(0, 5000)).filter(lambda a: a.sum() > 0)


def test_the_same_shares_have_no_distance():
    found = measure_distance(np.array([300, 700]), np.array([0.3, 0.7]), 10_000, ordered=False)
    assert (found.psi, found.low, found.tv, round(found.js, 3)) == (0.0, 0.0, 0.0, 0.0)


def test_psi_and_total_variation_by_hand():
    found = measure_distance(np.array([40_000, 60_000]), np.array([0.5, 0.5]), 100_000, ordered=False)
    by_hand = -0.1 * np.log(0.4 / 0.5) + 0.1 * np.log(0.6 / 0.5)
    assert (round(found.raw_psi, 5), round(found.tv, 9)) == (round(by_hand, 5), 0.1)
    assert found.psi == pytest.approx(by_hand - 2e-5, abs=1e-5)


def test_the_noise_floor_is_what_unchanged_lists_show_on_average():
    random, shares = np.random.default_rng(1), np.full(10, 0.1)
    raw = [_raw_psi(random.multinomial(500, shares), random.multinomial(2000, shares)) for _ in range(400)]
    assert noise_floor(10, 500, 2000) == pytest.approx(np.mean(raw), rel=0.1)


def test_the_interval_holds_the_true_distance():
    random, now, then = np.random.default_rng(2), np.array([0.3, 0.3, 0.4]), np.array([0.4, 0.3, 0.3])
    truth = float(np.sum((now - then) * np.log(now / then)))
    drawn = [
        measure_distance(random.multinomial(2000, now), random.multinomial(5000, then) / 5000, 5000, ordered=False)
        for _ in range(300)
    ]
    assert 0.92 <= np.mean([d.low <= truth <= d.high for d in drawn]) <= 0.98


def test_chance_is_even_when_nothing_changed():
    random, shares = np.random.default_rng(3), np.full(5, 0.2)
    p = [chance_of_gap(random.multinomial(800, shares), random.multinomial(3000, shares)) for _ in range(500)]
    assert 0.02 <= np.mean(np.array(p) < 0.05) <= 0.08


def test_thin_levels_are_put_together():
    assert [part.tolist() for part in pool_bins(np.array([90, 2, 1]), np.array([900, 10, 10]))] == [[90, 3], [900, 20]]


def test_thin_neighbours_are_joined_and_nobody_is_lost():
    now, then = pool_neighbours(np.array([1, 1, 50, 50, 1]), np.array([1, 1, 50, 50, 1]))
    assert (now.tolist(), then.tolist()) == ([52, 51], [52, 51])


@given(COUNTS, some.integers(100, 100_000), some.booleans())
def test_every_distance_is_within_its_bounds(counts, customers, ordered):
    shares = np.roll(counts, 1) / counts.sum()
    found = measure_distance(counts, shares, customers, ordered=ordered)
    assert 0 <= found.low <= found.psi <= found.high
    assert 0 <= found.tv <= 1 and 0 <= found.js <= 1 and 0 <= found.p_value <= 1


def test_benjamini_and_hochberg_by_hand():
    assert hold_false_discoveries(np.array([0.01, 0.04, 0.03, 0.5]), 0.06).tolist() == [True, True, True, False]
    assert hold_false_discoveries(np.array([]), 0.05).tolist() == []


def test_a_mean_moves_in_standard_deviations_and_an_outlier_is_drawn_in():
    then = np.arange(1000.0)
    now = np.append(then + 100, 1e12)
    shift, chance = mean_shift(now, then, (0.0, 2000.0))
    assert shift == pytest.approx(100 / then.std(), abs=0.02) and chance < 1e-6


def test_a_column_that_never_varied_has_no_shift():
    assert mean_shift(np.arange(5.0), np.full(5, 3.0), (0.0, 9.0)) == (0.0, 1.0)


def test_the_widest_gap_is_between_cumulative_shares():
    assert find_widest_gap(np.array([1, 1, 2]), np.array([0.5, 0.25, 0.25])) == 0.25


def _raw_psi(now, then):
    p, q = (now + 0.5) / (now.sum() + 5), (then + 0.5) / (then.sum() + 5)
    return np.sum((p - q) * np.log(p / q))
