"""What is said where no column tells what a customer pays."""

from __future__ import annotations

from churn.money.at_risk import Valuation
from churn.notices import Notice
from churn.scoring.wording import Wording


def notices_on_worth(valuation: Valuation, wording: Wording) -> tuple[Notice, ...]:
    """A warning where the playbook's bill is assumed."""
    bill = valuation.assumed_bill
    if bill is None:
        return ()
    paid = wording.money(bill)
    return (Notice("warning", f"No value column: every customer is taken to pay {paid} a period (assumed)."),)
