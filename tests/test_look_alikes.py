"""Copies with all their numbers shifted are told from customers who merely look alike."""

import numpy as np
import pyarrow as pa
import pytest

from churn.schema import Column, Schema
from churn.training.dataset import examples_of, shifted_copies, with_copies_together
from churn.training.encoder import encoder_for

RANDOM = np.random.default_rng(2)
LEVELS, NUMBERS = RANDOM.integers(0, 3, (600, 4)), RANDOM.normal(50, 10, (600, 4))
GONE = (RANDOM.random(600) < 0.3).astype(np.int8)


def examples(levels, numbers, gone):
    cells = {f"level{i}": pa.array(levels[:, i].astype(str)) for i in range(4)}
    cells |= {f"number{i}": pa.array(numbers[:, i]) for i in range(4)}
    schema = Schema(tuple(Column(c, "category" if c.startswith("level") else "number") for c in cells))
    table = pa.table(cells)
    return examples_of(encoder_for(schema, table), table, gone, keys=None)


def test_honest_look_alikes_are_left_apart():
    assert len(shifted_copies(examples(LEVELS, NUMBERS, GONE))) == 0


def test_every_customer_again_with_all_numbers_shifted_is_found():
    shifted = NUMBERS * (1 + RANDOM.normal(0, 0.01, NUMBERS.shape))
    doubled = examples(np.tile(LEVELS, (2, 1)), np.concatenate([NUMBERS, shifted]), np.tile(GONE, 2))
    grouped = with_copies_together(doubled)
    assert grouped.distinct == pytest.approx(600, abs=30)
    assert "distinct customers" in grouped.notices[0].text


def test_near_customers_with_outcomes_of_their_own_are_not_copies():
    near = NUMBERS * (1 + RANDOM.normal(0, 0.01, NUMBERS.shape))
    own = np.concatenate([GONE, RANDOM.permutation(GONE)])
    assert len(shifted_copies(examples(np.tile(LEVELS, (2, 1)), np.concatenate([NUMBERS, near]), own))) == 0
