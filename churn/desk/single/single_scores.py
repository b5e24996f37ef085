"""What is said of a customer who was scored: of one as a whole, of many column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Single:
    """One customer's score; `probability` is that of leaving, `leaves` whether it reaches the model's threshold."""

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


@dataclass(frozen=True)
class Singles:
    """Many customers' scores by column, in the order they were sent; a Single each when they are gone through.

    features  what is worth keeping of them, by column; nothing where no customer has a key
    """

    model: str
    key: Sequence[str | None]
    probability: Sequence[float]
    leaves: Sequence[bool]
    status: Sequence[str]
    tier: Sequence[str]
    reasons: Sequence[tuple[str, ...]]
    action: Sequence[str | None]
    expected_gain: Sequence[float | None]
    ignored: Sequence[tuple[str, ...]]
    missing: Sequence[tuple[str, ...]]
    features: Mapping[str, Sequence[Any]] = field(default_factory=dict, repr=False)

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
        told = {name: getattr(self, name)[row] for name in _TOLD}
        kept = self.features.items() if told["key"] else ()
        features = {name: column[row] for name, column in kept if column[row] is not None}
        return Single(model=self.model, features=features, **told)


_TOLD = tuple(f.name for f in fields(Single) if f.name not in ("model", "features"))
