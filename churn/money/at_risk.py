"""Value at risk: the probability of leaving times what the customer is worth, by the playbook in force.

It stands on the same worth as the expected gain of an offer, over the same horizon, and is therefore never below it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from churn.money.customer_worth import stakes, worth
from churn.money.playbook import Playbook


@dataclass(frozen=True)
class Valuation:
    """How customers are valued: by the list's value column, or by the bill the playbook assumes.

    column      the column with the money of a period; None where there is none
    """

    playbook: Playbook
    column: str | None = None

    @property
    def assumed_bill(self) -> float | None:
        """What every customer is taken to pay in a period, where no column says it."""
        return self.playbook.bill if self.column is None else None

    @property
    def basis(self) -> str:
        """What the worth is made of; two lists are comparable in money where this is the same."""
        bill, playbook = self.assumed_bill, self.playbook
        paid = self.column or ("" if bill is None else f"{bill:g} assumed")
        if not paid:
            return ""
        return f"{paid} × {playbook.margin.mid:g} over {playbook.horizon}, discounted {playbook.discount:g} a year"

    def of_list(self, names: Collection[str]) -> Valuation:
        """The same for a list with these columns: without the value column, the assumed bill counts."""
        return self if self.column in names else replace(self, column=None)

    def at_risk(self, probability: np.ndarray, bill: np.ndarray | None) -> np.ndarray:
        """Probability times worth, customer by customer; NaN where nobody knows what a customer pays."""
        if bill is None and self.playbook.bill is None:
            return np.full(len(probability), np.nan)
        given = stakes(probability, bill, self.playbook, column=self.column or "")
        found = given.probability * worth(given, self.playbook)
        return found if bill is None else np.where(np.isnan(bill), np.nan, found)

    def at_risk_in(self, table: pa.Table, probability: np.ndarray) -> pa.Array:
        """The same for the customers of a checked list; null where it is not known."""
        column = self.of_list(table.column_names).column
        bill = None if column is None else np.asarray(table.column(column).cast(pa.float64()).to_numpy(), float)
        return pa.array(self.at_risk(probability, bill), from_pandas=True)

    def at_risk_of(self, probability: np.ndarray, bill: float | None) -> float | None:
        """The same for one customer who pays this much in a period (None: not known); None where it is not known."""
        known = None if self.column is None else np.array([np.nan if bill is None else bill], float)
        found = float(self.at_risk(probability, known)[0])
        return None if np.isnan(found) else found
