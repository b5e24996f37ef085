"""A model can be told apart by what it was learnt from, with and into."""

from dataclasses import replace

import numpy as np

from churn.training.dataset import examples_of
from churn.training.encoder import encoder_for
from churn.training.model import data_digest, library_versions, model_digest
from tests.small_lists import SCHEMA, small_table, small_training


def examples(table):
    return examples_of(encoder_for(SCHEMA, table), table, np.asarray(table["gone"]).astype(np.int8), keys=None)


def test_one_changed_cell_changes_the_fingerprint_of_the_data():
    table = small_table(50)
    changed = table.set_column(6, "tenure", [[*table["tenure"].to_pylist()[:-1], 999.0]])
    digests = [data_digest(examples(t)) for t in (table, table.take(list(range(49, -1, -1))), changed)]
    assert digests[0] == digests[1] != digests[2]


def test_the_model_digest_is_of_how_it_scores_not_of_its_name():
    model = small_training().model
    other = replace(model, calibration=replace(model.calibration, slope=2.0))
    assert model_digest(model.named("x", "v9")) == model_digest(model) != model_digest(other)


def test_the_libraries_that_were_used_are_named():
    found = library_versions()
    assert {"python", "machine", "numpy", "lightgbm"} <= found.keys()
    assert small_training().model.lineage["libraries"] == found
