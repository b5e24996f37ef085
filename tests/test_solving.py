"""The best choice, against trying everything."""

import numpy as np
import pytest
from hypothesis import given, settings

from churn.campaigns.optimizer import Choices, Limit, choose_best
from churn.errors import RequestRefused
from tests.worlds import best_by_trying, random_choices, seeds


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_short_list_is_solved_exactly(seed):
    world = random_choices(seed)
    found = choose_best(world)
    assert world.keeps(found.choice)
    assert found.total == pytest.approx(best_by_trying(world))
    assert (found.exact, found.bound) == (True, found.total)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_a_minimum_is_kept_or_refused_as_trying_everything_says(seed):
    world = random_choices(seed, minimum=True)
    best = best_by_trying(world)
    if best is None:
        with pytest.raises(RequestRefused, match="No plan can keep all limits at once"):
            choose_best(world)
    else:
        assert choose_best(world).total == pytest.approx(best)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_a_longer_list_comes_within_a_hair_of_its_bound(seed):
    world = random_choices(seed, customers=600, actions=4)
    found = choose_best(world)
    assert world.keeps(found.choice)
    assert found.total <= found.bound + 1e-9
    assert found.reached >= 0.995 or found.bound - found.total <= np.nanmax(world.gain[np.isfinite(world.gain)])


def test_the_way_for_long_lists_agrees_with_the_exact_one():
    for seed in range(15):
        world = random_choices(seed, customers=5)
        assert choose_best(world, exact=-1).total == pytest.approx(choose_best(world).total)


def test_the_same_seed_gives_the_same_plan():
    world = random_choices(3, customers=900, actions=3)
    assert choose_best(world, seed=1).choice.tolist() == choose_best(world, seed=1).choice.tolist()


def test_nobody_is_chosen_when_nothing_pays():
    world = Choices(np.array([[-1.0], [0.0]]), np.ones((2, 1)), (Limit("budget", "budget", 9.0),))
    assert choose_best(world).choice.tolist() == [-1, -1]
