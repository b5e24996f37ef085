"""A measured campaign taken apart into what it teaches."""

import numpy as np
import pandas as pd
import pytest

from churn.campaigns.learning import estimate_rates, teach_playbook
from churn.money.playbook import Action, Estimate, Playbook

BOOK = Playbook((Action("call", channel="c", save=Estimate(0.1, 0.3, 0.5), take_up=Estimate(0.2, 0.3, 0.4)),))


def _campaign(customers=8000, seed=0):
    random = np.random.default_rng(seed)
    p = random.beta(4, 4, customers)
    held = random.random(customers) < 0.3
    left = random.random(customers) < np.where(held, p, p * 0.6)
    table = pd.DataFrame({"id": np.arange(customers).astype(str), "arm": np.where(held, "holdout", "treat")})
    table = table.assign(planned_action="call", tier=np.where(p > 0.5, "High", "Medium"), probability=p)
    back = pd.DataFrame({"id": table["id"], "left": left.astype(int)})
    return table, back.assign(accepted=(random.random(customers) < 0.5).astype(int))


def test_a_campaign_that_saves_four_of_ten_teaches_that():
    found = estimate_rates(*_campaign(), BOOK, key="id", outcome="left")
    saves = {f.segment: f.estimate.mid for f in found if f.rate == "save"}
    assert saves == {"High": pytest.approx(0.4, abs=0.06), "Medium": pytest.approx(0.4, abs=0.1)}
    assert {f.segment: round(f.estimate.mid, 1) for f in found if f.rate == "take_up"} == {"High": 0.5, "Medium": 0.5}


def test_the_playbook_then_knows_both_segments():
    book = teach_playbook(BOOK, estimate_rates(*_campaign(), BOOK, key="id", outcome="left"))
    segments = book.action("call").segments
    assert {s.rule.text for s in segments} == {'"tier" is "High"', '"tier" is "Medium"'}
    assert all(r.source == "learnt" for s in segments for r in s.rates.values())


def test_without_acceptances_or_enough_customers_nothing_is_taught():
    table, back = _campaign(60)
    assert estimate_rates(table, back.drop(columns="accepted"), BOOK, key="id", outcome="left") == ()
