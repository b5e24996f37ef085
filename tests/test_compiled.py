"""Machine code adds the same numbers in the same order as NumPy."""

import numpy as np
import pytest

from churn.explain.tables import WORTHWHILE, core_for, lookup_for
from churn.explain.trees import Forest, Split, Tree

EDGES = np.linspace(-1, 1, 25)
TREES = tuple(
    Tree(
        (Split(i % 3, float(np.float32(a)), missing_left=i % 2 == 0), None, None),
        (1, -1, -1),
        (2, -1, -1),
        (0.0, a, -a / 3),
        (7.0, 3.0, 4.0),
    )
    for i, a in enumerate(EDGES)
)


@pytest.mark.parametrize("rows", [9, 512, 1300])
def test_both_cores_agree_to_the_last_bit(rows):
    pytest.importorskip("numba")
    tables = lookup_for(Forest(TREES, 3))
    matrix = np.random.default_rng(rows).normal(size=(rows, 3)).astype(np.float32)
    matrix[::7, 1] = np.nan
    plain, compiled = np.zeros((3, rows), np.float32), np.zeros((3, rows), np.float32)
    tables.add_to(plain, matrix)
    tables.add_to(compiled, matrix, core="numba")
    np.testing.assert_array_equal(plain, compiled)


def test_machine_code_is_only_made_for_lists_long_enough_to_pay_for_it():
    assert [core_for(None), core_for(WORTHWHILE - 1)] == ["numpy", "numpy"]
