"""Ways to choose whom to treat, compared in money."""

import numpy as np
import pandas as pd
import pytest

from churn.money.economics import build_stakes
from churn.money.playbook import Action, Playbook, exact_estimate
from churn.money.policies import compare_policies, profit_curve

BOOK = Playbook(
    (Action("mail", channel="m", save=exact_estimate(0.5), contact=exact_estimate(10)),), periods=exact_estimate(1)
)
LIST = pd.DataFrame({"p": [0.9, 0.6, 0.2, 0.1], "bill": [10.0, 100.0, 400.0, 100.0]})
GIVEN = build_stakes(LIST["p"], LIST["bill"], BOOK)
# gains: .9·.5·10 − 10 = −5.5, 30 − 10 = 20, 40 − 10 = 30, 5 − 10 = −5


def test_four_policies_by_hand():
    found = {p.name: (p.treated, round(p.mid, 6)) for p in compare_policies(GIVEN, BOOK, LIST)}
    assert found == {
        "expected gain above 0": (2, 50.0),
        "everybody": (4, 39.5),
        "probability above 50%": (2, 14.5),
        "as many, top by risk": (2, 14.5),
    }


def test_with_known_outcomes_the_money_is_what_would_have_happened():
    found = compare_policies(GIVEN, BOOK, LIST, left=np.array([1, 0, 1, 0]))
    assert [(p.name, p.mid) for p in found[:2]] == [("expected gain above 0", 180.0), ("everybody", 165.0)]


def test_the_profit_curve_peaks_where_gain_ends():
    curve = profit_curve(np.array([-5.5, 20.0, 30.0, -5.0]), LIST["p"].to_numpy())
    assert curve.customers.tolist() == [0, 1, 2, 3, 4]
    assert curve.by_gain.tolist() == pytest.approx([0, 30, 50, 45, 39.5])
    assert curve.by_risk.tolist() == pytest.approx([0, -5.5, 14.5, 44.5, 39.5])
