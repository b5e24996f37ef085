"""No customer is ever learnt from and checked on in the same fold."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from churn.training.dataset import fold_numbers, time_folds

ROWS = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=20, max_size=120)


@given(ROWS, st.integers(2, 5), st.integers(0, 99))
def test_all_rows_of_one_customer_are_in_one_fold(rows, count, seed):
    groups, labels = np.array([g for g, _ in rows]), np.array([float(y) for _, y in rows])
    part = fold_numbers(labels, groups, count, seed=seed)
    assert all(len(np.unique(part[groups == g])) == 1 for g in np.unique(groups))


@given(st.integers(10, 200), st.integers(10, 200), st.integers(2, 5), st.integers(0, 99))
def test_every_fold_has_its_share_of_leavers_and_of_customers(left, stayed, count, seed):
    labels = np.array([1.0] * left + [0.0] * stayed)
    part = fold_numbers(labels, np.arange(left + stayed), count, seed=seed)
    assert np.ptp(np.bincount(part, weights=labels, minlength=count)) <= 1
    assert np.ptp(np.bincount(part, minlength=count)) <= 1


def test_folds_forward_in_time_never_look_back():
    days = np.repeat(np.arange(12.0), 5)
    forward = time_folds(days, 3)
    assert len(forward) == 3
    assert all(days[learn].max() < days[check].min() for learn, check in forward)
