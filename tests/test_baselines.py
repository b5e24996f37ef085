"""The simple candidates: logistic regression, hand rules, a tree and a forest."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression as Theirs
from sklearn.metrics import roc_auc_score

from churn.schema import Column, Schema
from churn.training.baselines import (
    DecisionTree,
    HandRule,
    LogisticRegression,
    OneColumnRule,
    RandomForest,
    bin_edges,
    bins_of,
)
from churn.training.dataset import encode_examples
from churn.training.encoder import encoder_for
from churn.training.metrics import auc
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(400)


def examples(schema=SCHEMA, table=TABLE):
    return encode_examples(encoder_for(schema, table), table, np.asarray(table["gone"]).astype(np.int8), keys=None)


def test_it_gives_the_margins_that_scikit_learn_gives_on_the_same_design():
    free = Schema(tuple(Column(c.name, c.kind, c.role, levels=c.levels) for c in SCHEMA.columns))
    learnt = examples(free)
    ours = LogisticRegression().fit(learnt, seed=0)
    from churn.explain.explainer import build_design

    design = build_design(learnt.matrix, [len(f.levels) if f.is_set else 0 for f in learnt.encoder.fields])
    columns = design.columns(learnt.matrix)
    theirs = Theirs(C=1.0, tol=1e-10, max_iter=5000).fit(columns, learnt.labels)
    np.testing.assert_allclose(ours.margin(learnt.matrix), theirs.decision_function(columns), atol=2e-4)


def test_a_weight_never_goes_against_a_known_direction():
    upside_down = SCHEMA.having("tenure", direction=1)
    fitted = LogisticRegression().fit(examples(upside_down), seed=0)
    assert fitted.linear.slopes[examples(upside_down).encoder.names.index("tenure")] == 0


def test_leavers_and_stayers_told_apart_completely_still_give_finite_weights():
    table = pa.table({"x": [0.0] * 50 + [1.0] * 50, "gone": [False] * 50 + [True] * 50})
    schema = Schema((Column("x"), Column("gone", "flag", "outcome")))
    margin = LogisticRegression().fit(examples(schema, table), seed=0).margin(np.array([[0.0], [1.0]], np.float32))
    assert np.isfinite(margin).all() and margin[0] < 0 < margin[1]


def test_a_few_numbers_far_from_all_others_do_not_lead_it_astray():
    draw = np.random.default_rng(4)
    x = np.where(draw.random(2000) < 0.9, 0.0, draw.lognormal(2, 1.5, 2000))
    gone = draw.random(2000) < np.where(x > 0, 0.3, 0.97)
    table = pa.table({"x": x, "y": x * draw.uniform(0.5, 2, 2000), "gone": gone})
    learnt = examples(Schema((Column("x"), Column("y"), Column("gone", "flag", "outcome"))), table)
    margin = LogisticRegression().fit(learnt, seed=0).margin(learnt.matrix)
    assert roc_auc_score(learnt.labels, margin) > 0.75


RANDOM = np.random.default_rng(0)


NOISE, TELLING = RANDOM.normal(size=400), RANDOM.normal(size=400)


GONE = TELLING + RANDOM.normal(size=400) > 0.7


RULES_TABLE = pa.table({"noise": NOISE, "telling": pa.array(np.where(NOISE > 2, np.nan, TELLING), from_pandas=True)})


RULES_SCHEMA = Schema((Column("noise"), Column("telling")))


EXAMPLES = encode_examples(encoder_for(RULES_SCHEMA, RULES_TABLE), RULES_TABLE, GONE.astype(np.int8), keys=None)


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
    examples = encode_examples(encoder, table, np.array([1] + [0, 1, 0] * 33, np.int8), keys=None)
    shares = OneColumnRule().fit(examples, seed=0).share(np.array([[0.0]], np.float32))
    assert shares[0] == pytest.approx((1 + 10 * 0.34) / 11)


FORESTS_TABLE = small_table(300)


FORESTS_EXAMPLES = encode_examples(
    encoder_for(SCHEMA, FORESTS_TABLE), FORESTS_TABLE, np.asarray(FORESTS_TABLE["gone"]).astype(np.int8), keys=None
)


def test_both_tell_leavers_from_stayers_and_are_the_same_again():
    for candidate in (DecisionTree(), RandomForest(trees=20)):
        margin = candidate.fit(FORESTS_EXAMPLES, seed=1).margin(FORESTS_EXAMPLES.matrix)
        assert np.isfinite(margin).all() and auc(FORESTS_EXAMPLES.labels, margin) > 0.75
        np.testing.assert_allclose(
            margin, candidate.fit(FORESTS_EXAMPLES, seed=1).margin(FORESTS_EXAMPLES.matrix), atol=1e-12
        )


def test_the_tree_stays_as_shallow_as_it_says():
    assert DecisionTree().fit(FORESTS_EXAMPLES, seed=0).estimator.get_depth() <= 4
