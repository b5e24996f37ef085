"""The reference says where a score stands among the customers the model was learnt from."""

import numpy as np
import pyarrow as pa

from churn.schema import Column, Schema
from churn.training.encoder import encoder_for
from churn.training.model import reference_from, reference_of

TABLE = pa.table({"spend": [float(i) for i in range(5000)], "plan": ["a", "b", None, "b", "b"] * 1000})
ENCODER = encoder_for(Schema((Column("spend"), Column("plan", "category"))), TABLE)
SCORES = np.linspace(0, 1, 5000)
REFERENCE = reference_of(ENCODER, ENCODER.matrix(TABLE), SCORES)


def test_a_percentile_is_the_share_of_learnt_customers_with_a_lower_score():
    np.testing.assert_allclose(REFERENCE.percentile(np.array([-1.0, 0.25, 0.9, 2.0])), [0, 0.25, 0.9, 1], atol=0.001)


def test_equal_scores_share_the_middle_of_their_place():
    same = reference_of(ENCODER, ENCODER.matrix(TABLE), np.full(5000, 0.3))
    assert same.percentile(np.array([0.3])).tolist() == [0.5]


def test_at_most_two_thousand_rows_are_kept():
    assert REFERENCE.rows.shape == (2000, 2) and REFERENCE.row_scores.shape == (2000,)


def test_levels_are_counted_and_numbers_become_quantiles():
    assert ENCODER.names == ("plan", "spend")
    assert REFERENCE.counts.tolist() == [[1000, 3000, 0], [0, 0, 0]]
    assert REFERENCE.missing.tolist() == [1000, 0]
    assert REFERENCE.quantiles[1, [0, 50, 100]].tolist() == [0, 2499.5, 4999]


def test_the_reference_survives_being_arrays():
    again = reference_from(REFERENCE.arrays())
    assert {k: v.tolist() for k, v in again.arrays().items()}.keys() == REFERENCE.arrays().keys()
    np.testing.assert_array_equal(again.quantiles, REFERENCE.quantiles)
