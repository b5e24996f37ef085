"""What is said beside a value at risk: over how long, in which currency, and whether its bill is assumed."""

from __future__ import annotations

from typing import Any

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


def worth_said(valuation: Valuation | None, wording: Wording) -> dict[str, Any]:
    """The fields that go with every value at risk."""
    return {
        "value_horizon": valuation.playbook.horizon if valuation else "",
        "value_assumed": valuation is not None and valuation.assumed_bill is not None,
        "currency": wording.currency,
    }
