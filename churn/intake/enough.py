"""Enough: how many customers, how many who left and how many who stayed, a list needs before anything can be learnt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from churn.errors import ListRefused

CUSTOMERS = 100
LEAVERS = STAYERS = 30  # fewer on one side leave a handful in each fold: every figure on the card would be chance


@dataclass(frozen=True)
class Known:
    """The customers of a list whose outcome is known, and how many of them left."""

    customers: int
    left: int

    @property
    def stayed(self) -> int:
        """How many did not leave."""
        return self.customers - self.left

    @property
    def enough(self) -> bool:
        """Whether something can be learnt from them that holds for others."""
        return self.customers >= CUSTOMERS and self.left >= LEAVERS and self.stayed >= STAYERS

    @property
    def said(self) -> str:
        """The counts beside what is needed, as a sentence."""
        return (
            f"The list has {self.customers:,} customers, {self.left:,} of whom left; at least {CUSTOMERS} customers, "
            f"{LEAVERS} who left and {STAYERS} who stayed, are needed to learn from."
        )


def refuse_too_few(known: Known) -> None:
    """Refuse a list that is too short, or in which too few left or stayed, to learn from."""
    if not known.enough:
        raise ListRefused(known.said, "Take a longer period, or add lists together.")


def refuse_empty(columns: Iterable[str]) -> None:
    """Refuse a list whose needed columns hold nothing at all: it lacks them as much as one without the headings."""
    if names := ", ".join(columns):
        raise ListRefused(f"{names} is needed and holds nothing at all.", "Export the list again with it filled in.")
