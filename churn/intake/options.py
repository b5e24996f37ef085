"""Asked: everything a person may say about a list beside the file itself, and what stands when they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from churn.errors import RequestRefused
from churn.intake.dates import ORDERS, Order
from churn.intake.duplicates import Duplicates
from churn.intake.grid import KEEP
from churn.intake.sources import BLOCK, Limits
from churn.schema import Schema

Purpose = Literal["check", "score", "train"]

_CHOICES = {
    "dates": ORDERS,
    "duplicates": ("newest", "first", "refuse"),
    "purpose": ("check", "score", "train"),
}

_ROLES = ("key", "outcome", "value", "date")


@dataclass(frozen=True)
class UsualValues:
    """How a column usually is: its middle value, where it is a number, and the share of empty cells."""

    median: float | None = None
    blank: float = 0.0


NOT_KNOWN = UsualValues()


@dataclass(frozen=True)
class ReadRequest:
    """What was said about a list.

    schema      a model's schema to read by; `profile` names a business instead; neither: the business that fits
    mapping     their heading -> our column, confirmed by the person; an empty column name means: not one of ours
    roles       `key`, `outcome`, `value`, `date` -> their heading, for a list without a schema
    positive    the words of the outcome that mean the customer left
    drop        headings to carry along but never learn from
    purpose     `check` shows, `score` and `train` refuse what cannot be scored or learnt from
    usual       how each column usually is, to notice a change of unit and not to warn of what is as ever
    """

    schema: Schema | None = None
    profile: str | None = None
    sheet: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    dates: Order | None = None
    duplicates: Duplicates | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    positive: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    purpose: Purpose = "check"
    usual: Mapping[str, UsualValues] = field(default_factory=dict)
    home: Path | None = None
    limits: Limits = field(default_factory=Limits)
    keep: int = KEEP
    block: int = BLOCK
    by_row: bool = False

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in (None, *allowed):
                raise RequestRefused(
                    f"{getattr(self, name)!r} is no choice for {name}.", f"Choose {' or '.join(allowed)}."
                )
        if unknown := set(self.roles) - set(_ROLES):
            raise RequestRefused(f"There is no role {unknown.pop()!r}.", f"Known: {', '.join(_ROLES)}.")
