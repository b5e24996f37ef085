"""A small randomised experiment with a known effect, for the tests of uplift."""

import numpy as np


def small_experiment(customers=3000, strength=0.35, seed=0):
    """A matrix, who was treated, whether it went well, and the true effect, which the first column alone decides."""
    random = np.random.default_rng(seed)
    matrix = random.normal(0, 1, (customers, 3)).astype(np.float32)
    treated = random.random(customers) < 0.5
    effect = strength * np.sign(matrix[:, 0])
    good = random.random(customers) < 0.5 + effect * treated
    return matrix, treated, good.astype(float), effect
