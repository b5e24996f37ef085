"""What an experiment teaches about whom to contact."""

import json

import numpy as np
import pytest

from churn.campaigns.uplift import measure_uplift
from churn.errors import ChurnError
from tests.experiments import small_experiment


def test_where_customers_differ_the_right_ones_are_targeted_and_dogs_left_asleep():
    matrix, treated, good, effect = small_experiment()
    found = measure_uplift(matrix, treated, good, repeats=60)
    assert found.usable
    assert (effect[found.targets] > 0).mean() > 0.95
    assert (effect[found.sleeping] < 0).mean() > 0.95
    assert found.sleeping.sum() > 1000
    assert not (found.targets & found.sleeping).any()
    assert "customers are better left alone" in found.verdict


def test_where_everybody_reacts_alike_no_one_is_singled_out():
    matrix, treated, _, _ = small_experiment(seed=2)
    good = (np.random.default_rng(5).random(3000) < 0.4 + 0.2 * treated).astype(float)
    found = measure_uplift(matrix, treated, good, repeats=60)
    assert (found.usable, found.sleeping.sum(), found.harm) == (False, 0, None)
    assert found.verdict.startswith("No usable difference between customers: on average +")
    assert found.verdict.endswith("contact everybody or nobody.")
    assert found.targets.all()


def test_the_answer_is_plain_json():
    matrix, treated, good, _ = small_experiment(900)
    answer = measure_uplift(matrix, treated, good, repeats=20).as_json()
    assert json.loads(json.dumps(answer)) == answer
    assert answer["qini"]["low"] <= answer["qini"]["mid"]


@pytest.mark.parametrize(
    ("treated", "good", "said"),
    [
        (np.ones(4), np.array([1.0, 0, 1, 0]), "Everybody in this experiment is in the same arm"),
        (np.array([1, 0, 1, 0]), np.array([1.0, np.nan, 1, 0]), "Some customers have no outcome"),
        (np.array([1, 0]), np.array([1.0, 0, 1, 0]), "not equally long"),
    ],
)
def test_an_experiment_that_is_none_is_refused(treated, good, said):
    with pytest.raises(ChurnError, match=said):
        measure_uplift(np.zeros((4, 1)), treated, good)
