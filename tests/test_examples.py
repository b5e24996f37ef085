"""Examples are in an order of their own, whatever the file's was."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from churn.training.dataset import examples_of, key_groups
from churn.training.encoder import encoder_for
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(60)


@given(st.permutations(range(60)))
def test_the_order_of_the_file_changes_nothing(order):
    straight, shuffled = (_examples(t) for t in (TABLE, TABLE.take(pa.array(order))))
    np.testing.assert_array_equal(straight.matrix, shuffled.matrix)
    np.testing.assert_array_equal(straight.labels, shuffled.labels)
    np.testing.assert_array_equal(straight.places, np.array(order)[shuffled.places])


def test_rows_with_one_key_are_one_customer_and_missing_keys_are_customers_of_their_own():
    assert key_groups(pa.chunked_array([["b", None, "a", "b", None]])).tolist() == [0, 1, 2, 0, 3]


def test_rows_without_an_outcome_are_not_examples():
    labels = np.asarray(TABLE["gone"]).astype(np.int8)
    labels[:10] = -1
    assert len(examples_of(encoder_for(SCHEMA, TABLE), TABLE, labels, keys=None)) == 50


def _examples(table):
    labels = np.asarray(table["gone"]).astype(np.int8)
    return examples_of(encoder_for(SCHEMA, TABLE), table, labels, keys=None)
