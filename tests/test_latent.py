"""Chance is the same everywhere and follows the law it claims."""

import numpy as np
import pytest

from churn.samples.random import Draw, bell, best_auc, chance, make_draw, rounded

MANY = 60_000


def draw(size=MANY):
    return make_draw("a test", 5, 0, size)


def test_the_same_seed_name_and_unit_give_the_same_numbers():
    assert make_draw("a", 1, 2, 4).uniform().tolist() == make_draw("a", 1, 2, 4).uniform().tolist()
    others = [make_draw("b", 1, 2, 4), make_draw("a", 2, 2, 4), make_draw("a", 1, 3, 4)]
    assert all(o.uniform().tolist() != make_draw("a", 1, 2, 4).uniform().tolist() for o in others)


def test_the_uniform_numbers_are_those_written_down_here():
    """If numpy ever changed its generator, every shipped sample would change: this says so first."""
    assert rounded(make_draw("telco", 2026, 0, 3).uniform()).tolist() == [0.608155, 0.496528, 0.989234]


def test_a_bell_has_mean_0_spread_1_and_nothing_in_its_last_bits():
    drawn = draw().normal()
    assert (abs(drawn.mean()) < 0.02, abs(drawn.std() - 1) < 0.02) == (True, True)
    assert np.array_equal(drawn, rounded(drawn))
    assert bell(np.array([0.5])).tolist() == [0.0]


@pytest.mark.parametrize("mean", [0.2, 3.0, 30.0])
def test_counts_have_the_mean_and_the_spread_of_poisson(mean):
    counted = draw().count(np.full(MANY, mean))
    assert counted.mean() == pytest.approx(mean, rel=0.03)
    assert counted.var() == pytest.approx(mean, rel=0.05)


def test_levels_come_with_the_shares_asked_for():
    assert np.bincount(draw().level([0.2, 0.5, 0.3])) / MANY == pytest.approx([0.2, 0.5, 0.3], abs=0.01)
    by_weight = draw().level_by(np.full(MANY, 1.0), np.full(MANY, 3.0))
    assert np.bincount(by_weight) / MANY == pytest.approx([0.25, 0.75], abs=0.01)


def test_what_never_happens_never_happens_and_what_always_happens_does():
    drawn = Draw(np.random.Generator(np.random.PCG64(1)), 1000)
    assert (drawn.happens(np.zeros(1000)).sum(), drawn.happens(np.ones(1000)).sum()) == (0, 1000)


def test_whole_numbers_reach_both_ends():
    assert sorted(set(draw(500).whole(3, 6).tolist())) == [3, 4, 5, 6]


def test_even_odds_are_a_half_and_huge_odds_do_not_overflow():
    assert chance([0.0, 700.0, -700.0]).tolist() == [0.5, 1.0, 0.0]


def test_the_best_auc_is_the_share_of_pairs_put_right_on_average():
    p = [0.1, 0.4, 0.4, 0.9]
    pairs = [(a * (1 - b), 1.0 if a > b else 0.5 if a == b else 0.0) for a in p for b in p]
    by_hand = sum(w * right for w, right in pairs) / sum(w for w, _ in pairs)
    assert best_auc(p) == pytest.approx(by_hand)


def test_knowing_nothing_gives_an_auc_of_a_half():
    assert best_auc(np.full(50, 0.3)) == 0.5
