"""What moves a whole list, how stably, which way, and together with what."""

import numpy as np
import pytest

from churn.scoring.drivers import beeswarm, column_drivers, dependence, group_drivers, interactions
from tests.small_model import WORDING, small_model

MODEL = small_model()
RNG = np.random.default_rng(4)
MATRIX = np.column_stack(
    [RNG.integers(0, 72, 500), RNG.integers(0, 2, 500), RNG.integers(0, 2, 500), RNG.uniform(20, 110, 500)]
).astype(np.float32)
MATRIX[::50, 0] = np.nan
CONTRIBUTIONS = MODEL.explainer.contributions(MATRIX)


def test_drivers_are_the_mean_sizes_of_the_contributions_with_an_interval():
    drivers = column_drivers(MODEL, WORDING, CONTRIBUTIONS)
    sizes = dict(zip(MODEL.encoder.names, np.abs(CONTRIBUTIONS).mean(axis=0), strict=True))
    assert {d.name: pytest.approx(d.strength) for d in drivers} == sizes
    assert [d.name for d in drivers] == sorted(sizes, key=sizes.get, reverse=True)
    assert all(d.low < d.strength < d.high for d in drivers if d.name != "plan")
    assert sum(d.share for d in drivers) == pytest.approx(1.0)
    assert drivers == column_drivers(MODEL, WORDING, CONTRIBUTIONS)


def test_groups_carry_their_business_names():
    drivers = group_drivers(MODEL, WORDING, CONTRIBUTIONS)
    assert [d.label for d in drivers] == ["Contract", "Time as a customer", "Charges", "senior"]
    assert [d.in_top for d in drivers] == [1.0, 1.0, 1.0, 0.0]


def test_a_swarm_counts_every_customer_and_shows_which_values_lie_where():
    months = beeswarm(MODEL, MATRIX, CONTRIBUTIONS, columns=["months"])[0]
    assert (months.counts.sum(), months.counts[-1].sum()) == (500, 10)
    middle = (months.edges[:-1] + months.edges[1:]) / 2
    means = [(row * middle).sum() / row.sum() for row in months.counts[:-1]]
    assert means == sorted(means, reverse=True)


def test_dependence_is_the_mean_contribution_by_level_and_by_range():
    plans = dependence(MODEL, MATRIX, CONTRIBUTIONS, "plan")
    assert [(d.value, d.mean) for d in plans] == [("monthly", 1.0), ("yearly", -1.0)]
    spend = dependence(MODEL, MATRIX, CONTRIBUTIONS, "spend")
    assert sum(d.customers for d in spend) == 500
    assert [d.mean for d in spend] == sorted(d.mean for d in spend)
    assert all(d.low <= d.mean <= d.high and d.value < d.end for d in spend)
    assert dependence(MODEL, MATRIX, CONTRIBUTIONS, "months")[-1].value is None


def test_a_planted_interaction_is_found_and_its_absence_too():
    added = CONTRIBUTIONS.copy()
    added[:, 3] = np.where(MATRIX[:, 1] == 0, 1.0, -1.0)
    names = list(MODEL.encoder.names)
    found = interactions(MODEL, MATRIX, added, among=names)
    assert (found[0].column, found[0].other) == ("spend", "plan")
    assert found[0].strength > 0.9
    assert interactions(MODEL, MATRIX, CONTRIBUTIONS, among=["plan", "senior"])[0].strength == pytest.approx(
        0, abs=1e-6
    )


def test_an_empty_list_has_no_drivers_worth_a_number():
    nobody = MODEL.explainer.contributions(MATRIX[:0])
    assert [d.strength for d in column_drivers(MODEL, WORDING, nobody)] == [0.0] * 4
