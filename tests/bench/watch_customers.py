"""Made-up customers without any drift, and a model by hand that has learnt from them: what watching is held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from churn.money.playbook import Action, Playbook, exact_estimate
from churn.schema import Column, Schema
from churn.training.calibration import Calibration, sigmoid
from churn.training.encoder import encoder_for
from churn.training.model import Model, build_reference
from churn.training.thresholds import Thresholds

NUMBERS = tuple(f"n{i}" for i in range(12))
LEVELS = tuple(f"c{i}" for i in range(5))
FLAGS = tuple(f"f{i}" for i in range(3))
LEARNT = 7000
OFFER = Action(
    "call",
    channel="call",
    save=exact_estimate(0.3),
    contact=exact_estimate(2.0),
    take_up=exact_estimate(0.1),
    offer=exact_estimate(5),
)
PLAYBOOK = Playbook((OFFER,), margin=exact_estimate(0.5), periods=exact_estimate(12))
SCHEMA = Schema(
    (
        Column("n0", "number", "value"),
        *(Column(n) for n in NUMBERS[1:]),
        *(Column(c, "category") for c in LEVELS),
        *(Column(f, "flag") for f in FLAGS),
    )
)
Made = dict[str, np.ndarray]


def customers(rows: int, seed: int) -> Made:
    """Normal, skewed, whole, zero-inflated and heavy-tailed numbers, levels rare and common."""
    random = np.random.default_rng(seed)
    made: Made = {"n0": random.gamma(9, 7, rows)}
    for i, name in enumerate(NUMBERS[1:]):
        kinds = (
            lambda: random.normal(50, 10, rows),
            lambda: random.lognormal(3, 1, rows),
            lambda: random.integers(0, 72, rows).astype(float),
            lambda: random.poisson(1.2, rows).astype(float),
            lambda: np.where(random.random(rows) < 0.6, 0.0, random.exponential(20, rows)),
            lambda: np.where(random.random(rows) < 0.1, np.nan, random.normal(0, 1, rows)),
        )
        made[name] = kinds[i % 6]()
    for i, name in enumerate(LEVELS):
        share = 1.0 / np.arange(1, 4 + 3 * i) ** 1.2
        made[name] = random.choice(len(share), rows, p=share / share.sum())
    for i, name in enumerate(FLAGS):
        made[name] = random.random(rows) < 0.1 + 0.3 * i
    return made


def as_table(made: Made) -> pa.Table:
    """Customers as a checked table."""
    names = pa.array([f"level {i}" for i in range(20)])
    columns = {}
    for name, values in made.items():
        if name in LEVELS:
            columns[name] = names.take(pa.array(values))
        else:
            columns[name] = pa.array(values, from_pandas=values.dtype == float)
    return pa.table(columns)


@dataclass(frozen=True)
class Straight:
    """A model by hand: log-odds with a weight per column, every other column weighing little."""

    weights: np.ndarray
    middle: np.ndarray
    base: float = -1.2

    def contributions(self, matrix: np.ndarray) -> np.ndarray:
        return np.nan_to_num((matrix - self.middle) * self.weights)

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        return self.base + self.contributions(matrix).sum(axis=1)


def model_of(learnt: pa.Table) -> Model:
    """The model by hand with the reference of these customers."""
    encoder = encoder_for(SCHEMA, learnt)
    matrix = encoder.matrix(learnt)
    spread = np.nanstd(matrix, axis=0)
    strong = np.where(np.arange(matrix.shape[1]) % 3 == 0, 0.55, 0.1) / np.where(spread > 0, spread, 1)
    explainer = Straight(strong, np.nanmedian(matrix, axis=0))
    reference = build_reference(encoder, matrix, sigmoid(explainer.margin(matrix)))
    return Model(
        "bench", "v1", SCHEMA, encoder, explainer, Calibration(), Thresholds(0.3, "money", 0.1, 0.1, 0.5), reference
    )
