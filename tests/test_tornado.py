"""Which assumption the result hangs on."""

import numpy as np
import pandas as pd
import pytest

from churn.money.economics import build_stakes
from churn.money.playbook import Action, Estimate, Playbook, RateSegment
from churn.money.policies import assumption_sensitivity
from churn.money.rules import parse_rule

MAIL = Action("mail", channel="m", save=Estimate(0.4, 0.5, 0.7), contact=Estimate(8, 10, 11))
BOOK = Playbook((MAIL,), periods=Estimate(0.5, 1, 2))
LIST = pd.DataFrame({"p": [0.6, 0.2], "bill": [100.0, 400.0], "tier": ["High", "Low"]})
GIVEN = build_stakes(LIST["p"], LIST["bill"], BOOK)
BOTH = np.array([0, 0])


def test_each_assumption_moves_the_total_by_hand_widest_first():
    # the total is (60 + 80)·.5 − 20 = 50 in the middle
    bars = assumption_sensitivity(GIVEN, BOOK, LIST, BOTH)
    assert [(b.assumption, round(b.gain_low, 6), round(b.gain_high, 6)) for b in bars] == [
        ("periods", 15.0, 120.0),
        ("mail: save rate", 36.0, 78.0),
        ("mail: contact cost", 54.0, 48.0),
    ]


def test_actions_nobody_gets_have_no_bar():
    assert [b.assumption for b in assumption_sensitivity(GIVEN, BOOK, LIST, np.array([-1, -1]))] == ["periods"]


def test_rates_of_a_segment_have_a_bar_of_their_own():
    book = BOOK.having("mail", segments=(RateSegment(parse_rule("tier is Low"), {"save": Estimate(0.1, 0.2, 0.3)}),))
    bars = {b.assumption: b.width for b in assumption_sensitivity(GIVEN, book, LIST, BOTH)}
    assert bars["mail, tier is Low: save rate"] == pytest.approx(16.0)
    assert bars["mail: save rate"] == pytest.approx(18.0)
