"""Random small choices for the tests of the plan, and the best of them by trying everything."""

from itertools import product

import numpy as np
from hypothesis import strategies as st

from churn.campaigns.optimizer import Choices, Limit


def random_choices(seed, customers=4, actions=2, minimum=False):
    """A choice with a budget, a channel and a segment limit, some pairs closed, some at a loss."""
    random = np.random.default_rng(seed)
    gain = random.normal(2, 4, (customers, actions)).round(1)
    gain[random.random(gain.shape) < 0.2] = -np.inf
    members = random.random(customers) < 0.5
    limits = [
        Limit("budget", "budget", float(random.uniform(0, 2 * customers))),
        Limit("channel", "call", float(random.integers(0, customers)), actions=np.arange(actions) == 0),
        Limit("at most", "segment", float(random.integers(0, customers)), members=members),
    ]
    limits += [Limit("at least", "rest", 1.0, members=~members)] if minimum else []
    return Choices(gain, random.uniform(0, 5, gain.shape).round(1), tuple(limits))


def best_by_trying(choices):
    """The total of the best choice that keeps all limits; None where none does."""
    best = None
    for tried in product(range(-1, choices.gain.shape[1]), repeat=choices.rows):
        choice = np.array(tried)
        total = choices.total(choice)
        if np.isfinite(total) and choices.keeps(choice) and (best is None or total > best):
            best = total
    return best


seeds = st.integers(0, 100_000)
