"""Trees as plain facts: splits, leaves and how many training customers went each way, whichever library grew them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

Scale = Literal["log-odds", "probability"]
_LARGEST = float(np.finfo(np.float32).max)
DEEPEST = 6  # deeper trees would need tables too large to look up; they keep to the library's own arithmetic


@dataclass(frozen=True)
class Split:
    """One question about one column; a customer goes left when it holds.

    edge          a number goes left when it is below this; unused where `members` is given
    members       the category codes that go left; every other code, seen or not, goes right
    missing_left  where a missing value goes
    zero_left     where an exact zero goes, for boosters that count zero as missing
    """

    feature: int
    edge: float = 0.0
    members: frozenset[int] | None = None
    missing_left: bool = False
    zero_left: bool | None = None


@dataclass(frozen=True)
class Tree:
    """One tree: per node its split (None for a leaf), children, leaf value, and cover (the training weight there)."""

    splits: tuple[Split | None, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    values: tuple[float, ...]
    covers: tuple[float, ...]

    @cached_property
    def depth(self) -> int:
        """The most questions asked on a way from the root to a leaf."""
        return max(len(leaf.steps) for leaf in self.leaves())

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf with the way that leads to it."""
        waiting: list[tuple[int, tuple[Step, ...]]] = [(0, ())]
        while waiting:
            node, steps = waiting.pop()
            split = self.splits[node]
            if split is None:
                yield Leaf(steps, self.values[node])
                continue
            for child, goes_left in ((self.right[node], False), (self.left[node], True)):
                waiting.append((child, (*steps, Step(split, goes_left, self._share(child, node)))))

    def _share(self, child: int, node: int) -> float:
        return self.covers[child] / self.covers[node] if self.covers[node] > 0 else 0.0


@dataclass(frozen=True)
class Step:
    """One answer on the way to a leaf, and the share of training customers who gave it."""

    split: Split
    goes_left: bool
    share: float


@dataclass(frozen=True)
class Leaf:
    """Where a way ends, and what is added to the score there."""

    steps: tuple[Step, ...]
    value: float

    @property
    def share(self) -> float:
        """The share of training customers who end here."""
        return math.prod(step.share for step in self.steps)


@dataclass(frozen=True)
class Forest:
    """Trees whose leaf values add up to a score, and the score before any tree.

    scale  `log-odds`: the score is a margin and may be blended; `probability`: averaged votes, explained as they are
    """

    trees: tuple[Tree, ...]
    features: int
    base: float = 0.0
    scale: Scale = "log-odds"

    @property
    def depth(self) -> int:
        """The depth of the deepest tree."""
        return max((tree.depth for tree in self.trees), default=0)

    @property
    def expected(self) -> float:
        """The average of the trees' sums over the training customers, the base not counted."""
        return sum(leaf.value * leaf.share for tree in self.trees for leaf in tree.leaves())

    def times(self, weight: float) -> Forest:
        """The same trees with every leaf, and the base, multiplied."""
        scaled = tuple(replace(t, values=tuple(v * weight for v in t.values)) for t in self.trees)
        return replace(self, trees=scaled, base=self.base * weight)


def below(threshold: float) -> float:
    """The float32 edge that "x <= threshold" means for a float32 x: the next number above the threshold's floor."""
    if threshold >= _LARGEST:
        return math.inf
    near = np.float32(max(threshold, -_LARGEST))
    if float(near) > threshold:
        return float(near)
    return float(np.nextafter(near, np.float32(np.inf)))
