"""The champion as training ships it: a blend of bagged boosters and a regression, found by the whole selection.

How fast it scores a long list, and whether models learnt from other draws of the same customers name the same reasons.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from churn.scoring.reasons import Group, build_groups, rank_groups, sum_by_group
from churn.training.calibration import Calibration
from churn.training.dataset import Examples
from churn.training.model import Explainer, Model
from churn.training.prepare import PrepareOptions, prepare
from churn.training.selection import Champion, Selection, fit_champion, select_model
from tests.bench.measuring import Line

REFITS = 5
ASKED = 1400  # customers whose reasons are compared
SEED = 7


@dataclass(frozen=True)
class Shipped:
    """A selection, and the champion it ended with."""

    selection: Selection
    examples: Examples
    champion: Champion
    groups: tuple[Group, ...]

    @property
    def parts(self) -> str:
        """What the champion is made of."""
        named = [(c.name, getattr(c, "trees", 0) * getattr(c, "bags", 1), w) for c, w in self.selection.parts if w]
        return ", ".join(f"{w:.0%} {name}" + (f" ({trees} trees)" if trees else "") for name, trees, w in named)

    def model(self, like: Model) -> Model:
        """The champion as a model with everything else of another one."""
        proven = {"explainer": self.champion.explainer, "proof": self.champion.proof}
        return replace(like, name="champion", encoder=self.examples.encoder, **proven)


def shipped_from(table, schema) -> Shipped:
    """The whole selection on a list, as `train` does it, and its champion."""
    ready = prepare(table, schema, PrepareOptions())
    selection = select_model(ready.examples, quick=False, seed=0)
    champion = fit_champion(selection.parts, ready.examples, Calibration(), seed=0)
    return Shipped(selection, ready.examples, champion, build_groups(ready.schema, ready.examples.encoder))


def stability_lines(given: Shipped) -> list[Line]:
    """Do champions learnt from bootstrap draws name the same top three groups, and the same reasons as a list would?"""
    random, rows = np.random.default_rng(SEED), given.examples.matrix[:ASKED]
    again = []
    for _ in range(REFITS):
        drawn = given.examples.take(random.integers(0, len(given.examples), len(given.examples)))
        again.append(fit_champion(given.selection.parts, drawn, Calibration(), seed=0))
    first, others = _told(given, given.champion, rows), [_told(given, c, rows) for c in again]
    strongest, raising, named = (float(np.mean([_shared(first[k], o[k]) for o in others])) for k in range(3))
    return [
        Line("top-3 raising groups again in bootstrap refits", f"{raising:.3f}", "", "", "≥ .90", raising >= 0.9),
        Line("the same, strongest either way", f"{strongest:.3f}"),
        Line("the same, as a list names them, with their direction", f"{named:.3f}"),
    ]


def _told(given: Shipped, champion: Champion, rows: np.ndarray) -> tuple[list[set], list[set], list[set]]:
    """Per customer the three strongest groups, the three that raise most, and the reasons a list would name."""
    contributions = champion.explainer.contributions(rows)
    sums = sum_by_group(contributions, given.groups)
    strongest, raising = (np.argsort(-a, axis=0)[:3].T for a in (np.abs(sums), sums))
    named = rank_groups(
        _Plain(champion.explainer), contributions, champion.explainer.margin_of(contributions), given.groups
    )
    said = [
        {(g, p > 0) for g, p in zip(*pair, strict=True) if p}
        for pair in zip(named.group.T, named.points.T, strict=True)
    ]
    return [set(r) for r in strongest.tolist()], [set(r) for r in raising.tolist()], said


def _shared(ones: list[set], others: list[set]) -> float:
    """The share of what one names that the other names, too, over customers."""
    return float(
        np.mean([len(a & b) / max(len(a), len(b), 1) if a or b else 1.0 for a, b in zip(ones, others, strict=True)])
    )


@dataclass(frozen=True)
class _Plain:
    """What reasons ask a model for: where its log-odds begin, and a calibration, which here changes nothing."""

    explainer: Explainer
    calibration: Calibration = field(default_factory=Calibration)
