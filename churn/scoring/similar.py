"""Customers of a list who are most like one customer, in the columns that this model listens to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from churn.learning.versions.model import Model
from churn.scoring.wording import Wording, capital

LIKE = 0.1  # of a column's usual spread: closer than this counts as the same
MOST_SAID = 3


@dataclass(frozen=True)
class Similar:
    """A customer like the one asked about.

    row        their place in the list
    distance   0 is the same in everything the model listens to, 1 different in all of it
    differs    what is different about them, in words, what weighs most first
    """

    row: int
    probability: float
    distance: float
    differs: tuple[str, ...]


def similar_customers(
    model: Model,
    wording: Wording,
    lists: tuple[np.ndarray, np.ndarray],
    own: np.ndarray,
    *,
    among: np.ndarray,
    most: int = 5,
) -> tuple[Similar, ...]:
    """The nearest customers marked in `among`; protected columns neither count nor are said.

    lists  the encoded list, and what each column adds to each customer's log-odds
    own    the customer asked about, encoded
    """
    matrix, contributions = lists
    weights = _weights(model, contributions)
    rows = np.flatnonzero(among)
    apart = np.zeros(len(rows))
    for j in np.flatnonzero(weights).tolist():
        apart += weights[j] * _apart(model, matrix[rows, j], float(own[j]), j)
    nearest = np.argsort(apart, kind="stable")[:most]
    chosen = matrix[rows[nearest]]
    p = model.probability(chosen)
    return tuple(
        Similar(int(rows[n]), float(p[i]), float(apart[n]), _differs(model, wording, weights, own, chosen[i]))
        for i, n in enumerate(nearest)
    )


def _weights(model: Model, contributions: np.ndarray) -> np.ndarray:
    """Per column its share of all that moves the list's scores; none for protected columns."""
    size = np.abs(contributions).mean(axis=0) if len(contributions) else np.zeros(len(model.encoder.fields))
    size = np.where([f.lever == "protected" for f in model.encoder.fields], 0.0, size)
    return size / (size.sum() or 1.0)


def _apart(model: Model, numbers: np.ndarray, own: float, column: int) -> np.ndarray:
    """How far apart in one column, 0 to 1: for numbers in usual spreads, else the same or not."""
    unknown = np.isnan(numbers)
    if np.isnan(own):
        return np.where(unknown, 0.0, 1.0)
    field = model.encoder.fields[column]
    if field.levels or field.form == "flag":
        return np.where(numbers == own, 0.0, 1.0)
    learnt = model.reference.quantiles[column]
    spread = float(learnt[90] - learnt[10])
    far = np.minimum(np.abs(numbers - own) / (spread if spread > 0 else 1.0), 1.0)
    return np.where(unknown, 1.0, far)


def _differs(
    model: Model, wording: Wording, weights: np.ndarray, own: np.ndarray, other: np.ndarray
) -> tuple[str, ...]:
    apart = np.array([_apart(model, other[j : j + 1], float(own[j]), j)[0] for j in range(len(own))])
    order = np.argsort(-weights * apart, kind="stable")
    said = [j for j in order if weights[j] > 0 and apart[j] > LIKE and model.encoder.fields[j].form != "age"]
    names = model.encoder.names
    return tuple(
        capital(wording.says(names[j], model.encoder.shown(names[j], float(other[j])))) for j in said[:MOST_SAID]
    )
