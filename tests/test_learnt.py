"""Learnt rates between the assumption and the data."""

import numpy as np
import pytest

from churn.campaigns.learning import Cell, SaveCell, apply_rates, assumed_customers, estimate_save, estimate_take_up
from churn.money.playbook import Action, Estimate, Playbook, exact_estimate

ASSUMED = Estimate(0.2, 0.3, 0.4)


def test_with_hardly_any_data_the_assumption_stays():
    (found,) = estimate_take_up([Cell("mail", "High", 1, 1)], ASSUMED)
    assert 0.3 < found.estimate.mid < 0.4
    assert found.weight < 0.06


def test_with_much_data_the_data_count():
    (found,) = estimate_take_up([Cell("mail", "High", 20_000, 10_000)], ASSUMED)
    assert found.estimate.mid == pytest.approx(0.5, abs=0.002)
    assert (found.estimate.source, found.estimate.customers) == ("learnt", 20_000)


def test_alike_segments_are_drawn_together_and_different_ones_are_not():
    alike = estimate_take_up([Cell("a", s, 100, t) for s, t in (("x", 28), ("y", 32))], ASSUMED)
    apart = estimate_take_up([Cell("a", s, 100, t) for s, t in (("x", 8), ("y", 62))], ASSUMED)
    assert alike[1].estimate.mid - alike[0].estimate.mid < 0.02
    assert apart[1].estimate.mid - apart[0].estimate.mid > 0.45


@pytest.mark.parametrize("offered", [20, 200])
def test_the_error_is_never_above_the_raw_rates(offered):
    random = np.random.default_rng(4)
    ours, raw = [], []
    for _ in range(40):
        true = np.clip(random.uniform(0.1, 0.4) + random.normal(0, 0.05, 6), 0.01, 0.9)
        cells = [Cell("a", str(i), offered, int(k)) for i, k in enumerate(random.binomial(offered, true))]
        ours += [(f.estimate.mid - t) ** 2 for f, t in zip(estimate_take_up(cells, ASSUMED), true, strict=True)]
        raw += [(c.took / offered - t) ** 2 for c, t in zip(cells, true, strict=True)]
    assert np.mean(ours) < np.mean(raw)


def test_a_save_rate_measured_badly_stays_near_the_assumption():
    unsure, sure = (estimate_save([SaveCell("call", "High", 0.9, e, 50)], ASSUMED)[0] for e in (1.0, 0.001))
    assert unsure.estimate.mid == pytest.approx(0.3, abs=0.03)
    assert sure.estimate.mid == pytest.approx(0.9, abs=0.01)
    assert unsure.estimate.low <= unsure.estimate.mid <= unsure.estimate.high


def test_a_learnt_rate_stands_beside_its_assumption_with_its_weight():
    (found,) = estimate_take_up([Cell("mail", "High", 20_000, 10_000)], ASSUMED)
    assert found.words.startswith("mail, High: take-up 50.0% (49.")
    assert found.words.endswith("assumed 30.0%; 100% of it is evidence from 20,000 customers.")


def test_learnt_rates_enter_the_playbook_by_segment():
    book = Playbook((Action("mail", channel="m", save=exact_estimate(0.1)),))
    rates = [
        *estimate_take_up([Cell("mail", "High", 500, 250)], ASSUMED),
        *estimate_save([SaveCell("mail", "", 0.5, 0.01, 900)], ASSUMED),
    ]
    taught = apply_rates(book, rates).action("mail")
    assert (taught.segments[0].rule.text, list(taught.segments[0].rates)) == ('"tier" is "High"', ["take_up"])
    assert taught.save.customers == 900


def test_an_assumption_is_worth_the_customers_that_leave_its_range_open():
    # sd .2/3.29: .3·.7/.0037 − 1
    assert assumed_customers(ASSUMED) == pytest.approx(55.8, abs=0.1)
    assert assumed_customers(exact_estimate(0.3)) == 20.0


def test_a_learnt_estimate_can_be_written_into_a_playbook_file():
    found = estimate_take_up([Cell("call", "High", 200, 50)], Estimate(0.1, 0.2, 0.3))
    assert {type(n) for rate in found for n in (rate.estimate.low, rate.estimate.mid, rate.estimate.high)} == {float}
