"""What scores are worth is computed by hand once, and by the playbook from then on."""

import numpy as np
import pyarrow as pa
import pytest

from churn.money.playbook import Action, Playbook, exactly
from churn.training.metrics import ASSUMED_BREAK_EVEN, Earnings, break_even_of, earnings_of

# Kept customers bring 12 x 10 = 120; an offer costs 20, a contact 2; half are saved, half of the stayers take it.
OFFER = Action("offer", save=exactly(0.5), take_up=exactly(0.5), contact=exactly(2.0), offer=exactly(20.0))
BOOK = Playbook((OFFER,), title="By hand")
TABLE = pa.table({"bill": [10.0] * 4})
BREAK_EVEN = (2 + 0.5 * 20) / (0.5 * (120 - 20) + 0.5 * 20)


def test_the_break_even_is_that_of_the_customer_in_the_middle():
    assert break_even_of(BOOK, TABLE, "bill") == (pytest.approx(BREAK_EVEN), "By hand", [])


def test_without_a_playbook_the_assumption_is_named():
    even, basis, _ = break_even_of(None, TABLE, "bill")
    assert (even, basis.startswith("assumed")) == (ASSUMED_BREAK_EVEN, True)
    assert pytest.approx(11 / 67, abs=1e-4) == ASSUMED_BREAK_EVEN


def test_a_playbook_that_never_pays_or_knows_no_bill_is_said():
    dear = Playbook((Action("gold", save=exactly(0.1), offer=exactly(500.0), contact=exactly(9.0)),))
    assert "ever pays" in break_even_of(dear, TABLE, "bill")[2][0].text
    assert "no column that says what a customer is worth" in break_even_of(BOOK, TABLE, None)[2][0].text


def test_the_gain_is_reckoned_on_who_really_left():
    labels, p = np.array([1.0, 0, 0, 0]), np.array([0.9, 0.8, 0.05, 0.05])
    found = earnings_of(BOOK, TABLE, "bill", (labels, p), Earnings("By hand", BREAK_EVEN))
    ours = next(q for q in found.policies if q["name"] == "expected gain above 0")
    # One leaver and one stayer are treated: 0.5 x 100 - 2, and -0.5 x 20 - 2, spread over four customers.
    assert (ours["treated"], ours["mid"]) == (2, pytest.approx((48 - 12) / 4))
    assert found.curve[0] == (0.0, 0.0, 0.0) and found.empc is not None
