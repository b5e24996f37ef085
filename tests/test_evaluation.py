"""Candidates are judged only on customers they have not learnt from, and losers are spared."""

from dataclasses import dataclass

import numpy as np
import pytest

from churn.training.dataset import examples_of
from churn.training.encoder import encoder_for
from churn.training.evaluation import checked, plan_for
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(300)
EXAMPLES = examples_of(encoder_for(SCHEMA, TABLE), TABLE, np.asarray(TABLE["gone"]).astype(np.int8), keys=None)


@dataclass(frozen=True)
class Memory:
    """A candidate that knows by heart who left among those it learnt from, and guesses about all others."""

    name: str = "Memory"
    guess: float = 0.0
    cost: float = 0.0

    def fit(self, examples, *, seed):
        known = {row.tobytes(): y for row, y in zip(examples.matrix, examples.labels, strict=True)}
        return Remembered(known, self.guess)


@dataclass(frozen=True)
class Remembered:
    known: dict
    guess: float

    def margin(self, matrix):
        return np.array(
            [20 * self.known[r.tobytes()] - 10 if r.tobytes() in self.known else self.guess for r in matrix]
        )


def test_who_knows_by_heart_gains_nothing():
    found = checked([Memory()], EXAMPLES, plan_for(EXAMPLES, quick=False, seed=0), seed=0)
    assert (found.margins["Memory"] == 0.0).all() and found.margins["Memory"].shape == (3, 300)


def test_a_clear_loser_is_spared_further_repeats_unless_it_is_needed():
    plan = plan_for(EXAMPLES, quick=False, seed=0)
    good, bad = Memory("good", -0.5), Memory("bad", 5.0)
    assert checked([good, bad], EXAMPLES, plan, seed=0).repeats_of("bad") == 1
    assert checked([good, bad], EXAMPLES, plan, seed=0, always=("bad",)).repeats_of("bad") == 3


@pytest.mark.parametrize(
    ("rows", "quick", "said"),
    [(300, False, "5 folds, 3 times"), (300, True, "5 folds"), (30_000, False, "5 folds"), (90_000, False, "3 folds")],
)
def test_large_lists_need_fewer_folds(rows, quick, said):
    many = EXAMPLES.only(np.arange(rows) % 300)
    assert plan_for(many, quick=quick, seed=0).said == said


def test_the_time_of_a_fit_and_of_a_prediction_are_measured():
    found = checked([Memory()], EXAMPLES, plan_for(EXAMPLES, quick=True, seed=0), seed=0)
    assert found.seconds["Memory"] > 0 and found.latency["Memory"] > 0
