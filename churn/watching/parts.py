"""Parts of a list worth a look of their own: by the columns that drive the risk most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from churn.learning.versions.model import Model
from churn.scoring.wording import Wording, capital
from churn.watching.estimate import Estimate, Likely, likely_measures, promised
from churn.watching.shapes import Shape

FEWEST_IN_PART = 200
FEWEST_LEARNT = 50
MOST_COLUMNS = 4
MOST_LEVELS = 6
Z95 = 1.959964


def parts_of(
    model: Model, shapes: Sequence[Shape], weights: np.ndarray, wording: Wording
) -> Iterator[tuple[str, int, float, float]]:
    """The parts a list is cut into: their name, column, and the range of encoded values they hold."""
    for place in np.argsort(-weights, kind="stable")[:MOST_COLUMNS]:
        shape, subject = shapes[place], capital(wording.label(shapes[place].name))
        if shape.is_number:
            yield from _thirds(shape, int(place), (subject, wording))
        else:
            words = ("no", "yes") if shape.field.form == "flag" else shape.field.levels
            common = np.argsort(-shape.shares[: len(words)], kind="stable")[:MOST_LEVELS]
            for code in sorted(common):
                yield f"{subject}: {words[code]}", int(place), float(code), float(code)


def estimates_by_part(
    model: Model, cut: Sequence[tuple[str, int, float, float]], matrix: np.ndarray, found: tuple[np.ndarray, np.ndarray]
) -> dict[str, Estimate]:
    """The estimate of every part that has enough customers, beside what it was when the model learnt.

    found  the probabilities of the customers, and what acting on each is expected to bring (empty without money)
    """
    p, gains = found
    estimates = {}
    for name, place, low, high in cut:
        rows = (matrix[:, place] >= low) & (matrix[:, place] <= high)
        if rows.sum() >= FEWEST_IN_PART:
            measures = likely_measures(model, p[rows], learnt=_learnt(model, place, low, high))
            profit = _mean(gains[rows]) if len(gains) else None
            estimates[name] = Estimate(int(rows.sum()), measures, profit)
    return estimates


def _learnt(model: Model, place: int, low: float, high: float) -> dict[str, float] | None:
    column = model.reference.rows[:, place]
    rows = (column >= low) & (column <= high)
    if rows.sum() < FEWEST_LEARNT:
        return None
    return promised(model, model.reference.row_scores[rows])


def _thirds(shape: Shape, place: int, words: tuple[str, Wording]) -> Iterator[tuple[str, int, float, float]]:
    subject, wording = words
    middle = shape.middle if shape.middle is not None else np.zeros(101)
    one, two = (float(np.float32(f"{middle[at]:.3g}")) for at in (33, 67))
    if not one < two:
        return
    low, high = wording.shown(shape.name, one), wording.shown(shape.name, two)
    yield f"{subject}: below {low}", place, -np.inf, _just_below(one)
    yield f"{subject}: {low} to {high}", place, one, _just_below(two)
    yield f"{subject}: {high} or more", place, two, np.inf


def _just_below(edge: float) -> float:
    """The largest number of an encoded list below an edge."""
    return float(np.nextafter(np.float32(edge), np.float32(-np.inf)))


def _mean(gains: np.ndarray) -> Likely:
    half = Z95 * float(gains.std() / np.sqrt(len(gains)))
    return Likely(float(gains.mean()), float(gains.mean()) - half, float(gains.mean()) + half)
