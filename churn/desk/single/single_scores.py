"""What is said of a customer who was scored: of one as a whole, of many column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from churn.notices import Notice


@dataclass(frozen=True)
class Single:
    """One customer's score; `probability` is that of leaving, `leaves` whether it reaches the model's threshold.

    value_at_risk  probability × worth over `value_horizon`, in `currency`; None where it is not known;
                   `value_assumed` where it stands on the playbook's bill
    """

    key: str | None
    probability: float
    leaves: bool
    status: str
    tier: str
    reasons: tuple[str, ...]
    action: str | None
    expected_gain: float | None
    model: str
    ignored: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    features: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    value_at_risk: float | None = None
    value_horizon: str = ""
    value_assumed: bool = False
    currency: str = ""
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class Singles:
    """Many customers' scores by column, in the order they were sent; a Single each when they are gone through.

    features  what is worth keeping of them, by column; nothing where no customer has a key
    notices   what to know of each before trusting the score, where that is told
    of_all    what to know of them together
    """

    model: str
    key: Sequence[str | None]
    probability: Sequence[float]
    leaves: Sequence[bool]
    status: Sequence[str]
    tier: Sequence[str]
    reasons: Sequence[tuple[str, ...]]
    value_at_risk: Sequence[float | None]
    action: Sequence[str | None]
    expected_gain: Sequence[float | None]
    ignored: Sequence[tuple[str, ...]]
    missing: Sequence[tuple[str, ...]]
    features: Mapping[str, Sequence[Any]] = field(default_factory=dict, repr=False)
    value_horizon: str = ""
    value_assumed: bool = False
    currency: str = ""
    notices: Sequence[tuple[Notice, ...]] = ()
    of_all: tuple[Notice, ...] = ()

    def __len__(self) -> int:
        return len(self.probability)

    def __iter__(self) -> Iterator[Single]:
        return map(self._at, range(len(self)))

    def part(self, first: int, end: int) -> Singles:
        """Some of them, from one place to before another, with what is worth keeping of them."""
        columns = {name: getattr(self, name)[first:end] for name in (*_TOLD,)}
        return Singles(
            model=self.model, features={n: column[first:end] for n, column in self.features.items()}, **columns
        )

    def _at(self, row: int) -> Single:
        told = {name: getattr(self, name)[row] for name in _TOLD if getattr(self, name) or name != "notices"}
        kept = self.features.items() if told["key"] else ()
        features = {name: column[row] for name, column in kept if column[row] is not None}
        return Single(features=features, **{name: getattr(self, name) for name in _OF_ALL}, **told)


_OF_ALL = ("model", "value_horizon", "value_assumed", "currency")
_TOLD = tuple(f.name for f in fields(Single) if f.name not in (*_OF_ALL, "features"))
