"""The Explainer: a blend of forests and regressions as one exact account of a score, and the proof that it is exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from churn.errors import Damaged, RequestRefused
from churn.explain.library import LibraryModel, library_model_from, read_library_model
from churn.explain.tables import Core, Lookup, build_lookup, lookup_from
from churn.explain.trees import DEEPEST, Forest, Scale

AT_ONCE = 1024  # customers at a time, so that all fields of them stay in the processor's memory


@dataclass(frozen=True)
class Design:
    """How one column of codes or numbers per field becomes the columns a regression is fitted on.

    Each field has places: one per code, then missing, then "other" (an unseen code; for a number, any number).
    A place that training knew becomes a column of its own; a number adds (number - mean) / scale. A code or a
    missing value that training did not have counts as the average customer.

    levels   per field how many codes it has, the unseen one not counted; 0 for a number
    means    per field the mean of a number, and scales its standard deviation
    shares   per field the share of training customers at each place
    """

    levels: tuple[int, ...]
    means: np.ndarray
    scales: np.ndarray
    shares: tuple[np.ndarray, ...]

    def columns(self, matrix: np.ndarray) -> np.ndarray:
        """The regression's columns for a matrix of customers, float64, all finite."""
        fields = range(len(self.levels))
        return np.concatenate([part for j in fields for part in self._columns_of(matrix[:, j], j)], axis=1)

    def to_linear(self, coefficients: np.ndarray, intercept: float) -> Linear:
        """Turn a regression fitted on these columns into contributions per field."""
        widths = [len(self._known(j)) + (not many) for j, many in enumerate(self.levels)]
        parts = np.split(np.asarray(coefficients, np.float64).ravel(), np.cumsum(widths)[:-1])
        slopes = np.zeros(len(parts))
        credits, base = [], float(intercept)
        for j, part in enumerate(parts):
            if not self.levels[j]:
                slopes[j], part = part[0] / self.scales[j], part[1:]
            average = float(self.shares[j][self._known(j)] @ part)
            credits.append(self._indicators(j) @ part - average)
            base += average
        return Linear(base, slopes, self.means, tuple(credits))

    def _columns_of(self, numbers: np.ndarray, j: int) -> list[np.ndarray]:
        indicators = self._indicators(j)[_place_of(numbers, self.levels[j])]
        if self.levels[j]:
            return [indicators]
        return [np.nan_to_num((numbers[:, None] - self.means[j]) / self.scales[j]), indicators]

    def _known(self, j: int) -> np.ndarray:
        """The places of a field that have a column of their own."""
        known = self.shares[j] > 0
        if not self.levels[j]:
            known[-1] = False
        return np.flatnonzero(known)

    def _indicators(self, j: int) -> np.ndarray:
        """Per place of a field what stands in its columns."""
        known, shares = self._known(j), self.shares[j]
        own = np.eye(len(shares))[:, known]
        if self.levels[j]:
            own[shares == 0] = shares[known]
        return own


def build_design(matrix: np.ndarray, levels: Sequence[int]) -> Design:
    """Build the Design of a training matrix; `levels` has per field how many codes it has, 0 for a number."""
    means, scales = np.zeros(len(levels)), np.ones(len(levels))
    shares = []
    for j, many in enumerate(levels):
        numbers = matrix[:, j].astype(np.float64)
        shares.append(np.bincount(_place_of(numbers, many), minlength=many + 2) / len(numbers))
        known = numbers[~np.isnan(numbers)]
        if not many and len(known):
            means[j], scales[j] = known.mean(), known.std() or 1.0
    return Design(tuple(levels), means, scales, tuple(shares))


@dataclass(frozen=True)
class Linear:
    """A regression's margin as a base and what each field adds: credits[place] + slope x (number - mean)."""

    base: float
    slopes: np.ndarray
    means: np.ndarray
    credits: tuple[np.ndarray, ...]

    def add_to(self, totals: np.ndarray, matrix: np.ndarray) -> None:
        """Add what every field contributes, for a float32 matrix of customers, to `totals` (fields, customers)."""
        credits, starts, levels, amounts = self._flat
        for first in range(0, len(matrix), AT_ONCE):
            part = slice(first, first + AT_ONCE)
            numbers = matrix[part].T.astype(np.float64)
            added = credits[starts + _place_of(numbers, levels)]
            sloped = (numbers[amounts] - self.means[amounts, None]) * self.slopes[amounts, None]
            sloped[np.isnan(sloped)] = 0.0
            added[amounts] += sloped
            totals[:, part] += added.astype(np.float32)

    @cached_property
    def _flat(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """All credits in one line, where each field's begin, how many codes it has, and which fields are numbers."""
        counts = np.array([len(c) for c in self.credits])
        starts, levels = (np.cumsum(counts) - counts)[:, None], (counts - 2)[:, None]
        return np.concatenate(self.credits), starts, levels, np.flatnonzero(counts == 2)

    def scaled(self, weight: float) -> Linear:
        """The same regression with everything multiplied."""
        credits = tuple(c * weight for c in self.credits)
        return replace(self, base=self.base * weight, slopes=self.slopes * weight, credits=credits)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The regression as plain arrays; `linear_from` reads them back."""
        starts = np.cumsum([0, *(len(c) for c in self.credits)]).astype(np.int64)
        numbers = {"base": np.array(self.base), "slopes": self.slopes, "means": self.means}
        return {**numbers, "credits": np.concatenate(self.credits), "starts": starts}


def linear_from(arrays: Mapping[str, np.ndarray]) -> Linear:
    """The regression that `to_arrays` wrote."""
    credits = tuple(np.split(arrays["credits"], arrays["starts"][1:-1]))
    return Linear(float(arrays["base"]), arrays["slopes"], arrays["means"], credits)


def _place_of(numbers: np.ndarray, levels: np.ndarray | int) -> np.ndarray:
    """Per number the code, then `levels` for missing, then `levels + 1` for any other number."""
    inside = (numbers >= 0) & (numbers < levels)
    outside = np.where(np.isnan(numbers), levels, levels + 1)
    return np.where(inside, numbers, outside).astype(np.intp)


# The Explainer itself.


PROTOCOL = 1
Member = Forest | Linear | LibraryModel


@dataclass(frozen=True)
class Explainer:
    """What every column adds to a customer's score: margin = base + the sum of the contributions, for every row.

    features  how many columns a matrix must have
    base      the score of a customer of whom nothing is known
    scale     `log-odds`, or `probability` where averaged votes of trees are explained as they are
    """

    features: int
    base: float
    lookup: Lookup | None = None
    linears: tuple[Linear, ...] = ()
    libraries: tuple[LibraryModel, ...] = ()
    scale: Scale = "log-odds"

    @property
    def libraries_needed(self) -> tuple[str, ...]:
        """The libraries that explain what the tables cannot; empty where everything is in tables."""
        return tuple(sorted({x.kind for x in self.libraries}))

    @property
    def way(self) -> str:
        """How scores are explained: `tables`, or `library` for what tables cannot cover, or both together."""
        used = {"tables": self.lookup or self.linears or not self.libraries, "library": self.libraries}
        return " and ".join(name for name, parts in used.items() if parts)

    def contributions(self, matrix: np.ndarray, *, core: Core = "numpy") -> np.ndarray:
        """What every column adds for every customer: float32 (customers, columns), each column contiguous."""
        totals = np.zeros((self.features, len(matrix)), np.float32)
        numbers = self._checked(matrix)
        for linear in self.linears:
            linear.add_to(totals, numbers)
        for library in self.libraries:
            library.add_to(totals, numbers)
        if self.lookup:
            self.lookup.add_to(totals, numbers, core=core)
        return totals.T

    def margin(self, matrix: np.ndarray, *, core: Core = "numpy") -> np.ndarray:
        """The score of every customer on the explainer's scale, float64."""
        return self.margin_of(self.contributions(matrix, core=core))

    def margin_of(self, contributions: np.ndarray) -> np.ndarray:
        """The score that contributions add up to."""
        return sum_contributions(self.base, contributions)

    def probability(self, matrix: np.ndarray, *, core: Core = "numpy") -> np.ndarray:
        """The probability that the score stands for."""
        return self.probability_of(self.margin(matrix, core=core))

    def probability_of(self, margin: np.ndarray) -> np.ndarray:
        """The probability of scores on the explainer's scale."""
        return sigmoid(margin) if self.scale == "log-odds" else np.clip(margin, 0.0, 1.0)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The explainer as plain arrays, ready for an npz file; `explainer_from` reads them back."""
        head = {"protocol": np.array(PROTOCOL), "features": np.array(self.features), "base": np.array(self.base)}
        parts = {f"linear{i}": x.to_arrays() for i, x in enumerate(self.linears)}
        parts |= {f"library{i}": x.to_arrays() for i, x in enumerate(self.libraries)}
        if self.lookup:
            parts["lookup"] = self.lookup.to_arrays()
        arrays = {f"{part}.{name}": array for part, named in parts.items() for name, array in named.items()}
        return {**head, "scale": np.array(self.scale), **arrays}

    def _checked(self, matrix: np.ndarray) -> np.ndarray:
        if matrix.ndim != 2 or matrix.shape[1] != self.features:
            raise RequestRefused(
                f"The matrix has shape {matrix.shape}, the model reads {self.features} columns.",
                "Encode the list with the model's own encoder.",
            )
        return matrix.astype(np.float32, copy=False)


def build_explainer(
    members: Sequence[tuple[float, Member]], features: int, *, slope: float = 1.0, intercept: float = 0.0
) -> Explainer:
    """The Explainer of slope x (sum of weight x member) + intercept: a blend and its calibration.

    Forests of all members go into the same tables, so a blend of many costs little more than its largest.
    """
    kept = [(m, m.scaled(weight * slope)) for weight, m in members if weight]
    scale = _common_scale([m for m, _ in kept], alone=len(kept) == 1 and (slope, intercept) == (1.0, 0.0))
    forests = [m for _, m in kept if isinstance(m, Forest)]
    together = Forest(tuple(t for f in forests for t in f.trees), features)
    if together.depth > DEEPEST:
        raise RequestRefused(f"Trees deeper than {DEEPEST} do not fit into tables.", "Read them with `read_member`.")
    return Explainer(
        features,
        intercept + together.expected + sum(m.base for _, m in kept),
        build_lookup(together) if together.trees else None,
        tuple(m for _, m in kept if isinstance(m, Linear)),
        tuple(m for _, m in kept if isinstance(m, LibraryModel)),
        scale,
    )


def explainer_from(arrays: Mapping[str, np.ndarray]) -> Explainer:
    """The Explainer that `to_arrays` wrote; needs no machine-learning library for what is in tables."""
    try:
        if int(arrays["protocol"]) != PROTOCOL:
            raise Damaged("The explanation tables are of another kind than this program reads.", "Train again.")
        return Explainer(
            int(arrays["features"]),
            float(arrays["base"]),
            lookup_from(_arrays_of(arrays, "lookup")) if "lookup.starts" in arrays else None,
            tuple(linear_from(_arrays_of(arrays, name)) for name in _names(arrays, "linear")),
            tuple(library_model_from(_arrays_of(arrays, name)) for name in _names(arrays, "library")),
            "probability" if str(arrays["scale"]) == "probability" else "log-odds",
        )
    except (KeyError, ValueError, IndexError) as problem:
        raise Damaged("The explanation tables are not complete.", "Roll back to another version.") from problem


def sum_contributions(base: float, contributions: np.ndarray) -> np.ndarray:
    """Add base and contributions up, float64: to the last bit the same for one customer as for many.

    Column by column: a sum along rows would add in an order that depends on how many rows there are.
    """
    if len(contributions) == 1:  # without an array for every step; the numbers and their order are the same
        alone = float(base)
        for added in contributions[0].tolist():
            alone += added
        return np.array([alone])
    total = np.full(len(contributions), float(base))
    for column in contributions.T:
        total += column
    return total


def sigmoid(margin: np.ndarray) -> np.ndarray:
    """The probability that log-odds stand for."""
    return 1.0 / (1.0 + np.exp(-np.clip(margin, -500.0, 500.0)))


def _common_scale(members: Sequence[Member], *, alone: bool) -> Scale:
    if all(isinstance(m, Linear) or m.scale == "log-odds" for m in members):
        return "log-odds"
    if not alone:
        raise RequestRefused(
            "A forest of averaged votes cannot be blended with log-odds, or calibrated, and stay explainable.",
            "Let it stand alone, or leave it out of the blend.",
        )
    return "probability"


def _arrays_of(arrays: Mapping[str, np.ndarray], part: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(f"{part}."): arrays[name] for name in arrays if name.startswith(f"{part}.")}


def _names(arrays: Iterable[str], kind: str) -> list[str]:
    """The parts of a kind, in the order they were added."""
    found = {name.partition(".")[0] for name in arrays if name.startswith(kind)}
    return sorted(found, key=lambda name: int(name.removeprefix(kind)))


# Proof: what the libraries themselves answer, kept with a version to check its tables against.


TOLERANCE = 1e-4  # on the margin
_PARTS = ("rows", "contributions", "margins")


@dataclass(frozen=True)
class LibraryAnswers:
    """What the libraries answered for some encoded customers; no library is needed to compare with it.

    rows           the customers, float32 (customers, columns), among them one of whom nothing is known
    contributions  what each column adds, (customers, columns)
    margins        the score of each
    """

    rows: np.ndarray
    contributions: np.ndarray
    margins: np.ndarray

    def max_difference(self, explainer: Explainer) -> float:
        """The largest difference, over customers, columns and margins, between an explainer and these answers."""
        ours = explainer.contributions(self.rows)
        by_column = np.abs(ours - self.contributions)
        margins = np.abs(explainer.margin_of(ours) - self.margins)
        return float(max(by_column.max(initial=0.0), margins.max(initial=0.0)))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The answers as plain arrays; `library_answers_from` reads them back."""
        return {part: getattr(self, part) for part in _PARTS}


@dataclass(frozen=True)
class Proof:
    """The libraries' own models, as plain bytes, with their answers: what tables are compared with.

    library  the same score without any table, as the libraries explain it themselves
    """

    library: Explainer
    answers: LibraryAnswers

    def recomputed(self) -> Proof:
        """Ask the same models again, with the libraries installed here."""
        return Proof(self.library, _ask_library(self.library, self.answers.rows))


def build_proof(
    members: Sequence[tuple[float, Any]], rows: np.ndarray, *, slope: float = 1.0, intercept: float = 0.0
) -> Proof:
    """Ask the libraries about some customers, and about one of whom nothing is known.

    members  per member its weight and the fitted estimator; a Linear, which no library explains, stands for itself
    """
    slow = [(weight, m if isinstance(m, Linear) else read_library_model(m)) for weight, m in members]
    library = build_explainer(slow, rows.shape[1], slope=slope, intercept=intercept)
    unknown = np.full((1, rows.shape[1]), np.nan, np.float32)
    return Proof(library, _ask_library(library, np.concatenate([rows, unknown])))


def library_answers_from(arrays: Mapping[str, np.ndarray]) -> LibraryAnswers:
    """The answers that `to_arrays` wrote."""
    if not set(_PARTS) <= set(arrays):
        raise Damaged("The libraries' stored answers are not complete.", "Roll back to another version.")
    return LibraryAnswers(*(arrays[part] for part in _PARTS))


def proof_from(library: Mapping[str, np.ndarray], answers: Mapping[str, np.ndarray]) -> Proof:
    """The proof whose parts were written as arrays."""
    return Proof(explainer_from(library), library_answers_from(answers))


def _ask_library(library: Explainer, rows: np.ndarray) -> LibraryAnswers:
    contributions = library.contributions(rows)
    return LibraryAnswers(rows, np.ascontiguousarray(contributions), library.margin_of(contributions))
