"""A tree and a forest give log-odds like every other candidate."""

import numpy as np

from churn.training.baselines import DecisionTree, RandomForest
from churn.training.dataset import examples_of
from churn.training.encoder import encoder_for
from churn.training.metrics import auc
from tests.small_lists import SCHEMA, small_table

TABLE = small_table(300)
EXAMPLES = examples_of(encoder_for(SCHEMA, TABLE), TABLE, np.asarray(TABLE["gone"]).astype(np.int8), keys=None)


def test_both_tell_leavers_from_stayers_and_are_the_same_again():
    for candidate in (DecisionTree(), RandomForest(trees=20)):
        margin = candidate.fit(EXAMPLES, seed=1).margin(EXAMPLES.matrix)
        assert np.isfinite(margin).all() and auc(EXAMPLES.labels, margin) > 0.75
        np.testing.assert_allclose(margin, candidate.fit(EXAMPLES, seed=1).margin(EXAMPLES.matrix), atol=1e-12)


def test_the_tree_stays_as_shallow_as_it_says():
    assert DecisionTree().fit(EXAMPLES, seed=0).estimator.get_depth() <= 4
