"""Equal rows have equal numbers, different ones different ones, on every machine."""

import numpy as np

from churn.training.dataset import row_hashes

ROWS = np.array([[1, 2], [1, 2], [2, 1], [np.nan, 0.0], [np.nan, -0.0]], np.float32)


def test_equal_rows_hash_alike_and_others_apart():
    hashes = row_hashes(ROWS)
    assert len(np.unique(hashes)) == 3
    assert hashes[0] == hashes[1] and hashes[3] == hashes[4]


def test_the_numbers_are_the_same_on_every_machine():
    assert row_hashes(ROWS)[:1].tolist() == [7516335058102098630]


def test_a_million_different_rows_do_not_collide():
    rows = np.arange(300_000, dtype=np.float32).reshape(-1, 1)
    assert len(np.unique(row_hashes(rows))) == 300_000
