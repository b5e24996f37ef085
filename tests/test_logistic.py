"""Our logistic regression is scikit-learn's, and keeps known directions."""

import numpy as np
import pyarrow as pa

from churn.schema import Column, Schema
from churn.training.baselines import LogisticRegression
from churn.training.dataset import examples_of
from churn.training.encoder import encoder_for
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(400)


def examples(schema=SCHEMA, table=TABLE):
    return examples_of(encoder_for(schema, table), table, np.asarray(table["gone"]).astype(np.int8), keys=None)


def test_it_gives_the_margins_that_scikit_learn_gives_on_the_same_design():
    from sklearn.linear_model import LogisticRegression as Theirs

    free = Schema(tuple(Column(c.name, c.kind, c.role, levels=c.levels) for c in SCHEMA.columns))
    learnt = examples(free)
    ours = LogisticRegression().fit(learnt, seed=0)
    from churn.explain.explainer import design_for

    design = design_for(learnt.matrix, [len(f.levels) if f.is_set else 0 for f in learnt.encoder.fields])
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
    from sklearn.metrics import roc_auc_score

    draw = np.random.default_rng(4)
    x = np.where(draw.random(2000) < 0.9, 0.0, draw.lognormal(2, 1.5, 2000))
    gone = draw.random(2000) < np.where(x > 0, 0.3, 0.97)
    table = pa.table({"x": x, "y": x * draw.uniform(0.5, 2, 2000), "gone": gone})
    learnt = examples(Schema((Column("x"), Column("y"), Column("gone", "flag", "outcome"))), table)
    margin = LogisticRegression().fit(learnt, seed=0).margin(learnt.matrix)
    assert roc_auc_score(learnt.labels, margin) > 0.75
