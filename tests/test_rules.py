"""The rules a model has to beat are rules a person could apply."""

import numpy as np
import pyarrow as pa
import pytest

from churn.schema import Column, Schema
from churn.training.baselines import HandRule, OneColumnRule, bin_edges, bins_of
from churn.training.dataset import examples_of
from churn.training.encoder import encoder_for

RANDOM = np.random.default_rng(0)
NOISE, TELLING = RANDOM.normal(size=400), RANDOM.normal(size=400)
GONE = TELLING + RANDOM.normal(size=400) > 0.7
TABLE = pa.table({"noise": NOISE, "telling": pa.array(np.where(NOISE > 2, np.nan, TELLING), from_pandas=True)})
SCHEMA = Schema((Column("noise"), Column("telling")))
EXAMPLES = examples_of(encoder_for(SCHEMA, TABLE), TABLE, GONE.astype(np.int8), keys=None)


def test_the_one_column_rule_finds_the_telling_column():
    rule = OneColumnRule().fit(EXAMPLES, seed=0)
    assert EXAMPLES.encoder.names[rule.place] == "telling"
    low, high = rule.share(np.array([[0.0, -2.0], [0.0, 2.0]], np.float32))
    assert low < 0.2 < 0.6 < high


def test_the_hand_rule_counts_points_and_more_points_mean_more_risk():
    rule = HandRule().fit(EXAMPLES, seed=0)
    assert rule.points(EXAMPLES.matrix).max() == 2
    assert (np.diff(rule.odds) > 0).all()


def test_few_values_get_a_bin_each_and_many_share_bins():
    codes = np.array([0, 1, 2, np.nan], np.float32)
    assert bins_of(codes, bin_edges(codes, 10)).tolist() == [0, 1, 2, 3]
    assert len(bin_edges(NOISE, 10)) == 9


def test_a_share_is_drawn_to_the_average_where_customers_are_few():
    table = pa.table({"x": ["a"] + ["b"] * 99})
    encoder = encoder_for(Schema((Column("x", "category", levels=("a", "b")),)), table)
    examples = examples_of(encoder, table, np.array([1] + [0, 1, 0] * 33, np.int8), keys=None)
    shares = OneColumnRule().fit(examples, seed=0).share(np.array([[0.0]], np.float32))
    assert shares[0] == pytest.approx((1 + 10 * 0.34) / 11)
