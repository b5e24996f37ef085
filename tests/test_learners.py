"""The uplift learners on an experiment whose truth is known."""

import numpy as np
import pytest

from churn.campaigns.uplift import predict_uplift
from churn.errors import ListRefused
from tests.experiments import small_experiment


def test_both_learners_find_who_reacts():
    matrix, treated, good, effect = small_experiment()
    found = predict_uplift(matrix, treated, good)
    assert np.corrcoef(found.x, effect)[0, 1] > 0.85
    assert np.corrcoef(found.s, effect)[0, 1] > 0.75
    assert found.agreement > 0.6
    assert 0.0 < found.noise < 0.2


def test_the_same_seed_gives_the_same_uplift():
    matrix, treated, good, _ = small_experiment(800)
    first, again = (predict_uplift(matrix, treated, good, seed=3) for _ in range(2))
    assert (first.x.tolist(), first.noise) == (again.x.tolist(), again.noise)


def test_missing_values_are_learnt_from_as_they_are():
    matrix, treated, good, effect = small_experiment(1500)
    matrix[::7, 1] = np.nan
    assert np.corrcoef(predict_uplift(matrix, treated, good).x, effect)[0, 1] > 0.7


def test_too_few_outcomes_are_refused():
    matrix, treated, good, _ = small_experiment(150)
    with pytest.raises(ListRefused, match=r"Among the \d+ .*treated customers fewer than 50"):
        predict_uplift(matrix, treated, good * 0)
