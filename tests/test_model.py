"""A Model: saved and read back, its reference and its lineage."""

import json
import subprocess
import sys
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pytest

from churn.errors import Damaged
from churn.notices import Notice
from churn.schema import Column, Schema
from churn.training.calibration import Bin, Calibration
from churn.training.dataset import encode_examples
from churn.training.encoder import encoder_for
from churn.training.model import (
    Model,
    build_reference,
    data_digest,
    library_versions,
    model_digest,
    model_from,
    reference_from,
)
from churn.training.thresholds import Thresholds
from tests.small_lists import SCHEMA, small_table, small_training


@dataclass(frozen=True)
class SlopeOfSpend:
    """The smallest explainer: the log-odds are spend minus 2."""

    base: float = -2.0

    def margin(self, matrix):
        return matrix[:, 0] - 2.0

    def contributions(self, matrix):
        return matrix


def small_model():
    table = pa.table({"spend": [0.0, 1.0, 2.0, 3.0, 4.0]})
    schema = Schema((Column("spend", group="Money"), Column("left", "flag", "outcome", positive=("Yes",))))
    encoder = encoder_for(schema, table)
    matrix = encoder.matrix(table)
    scores = Calibration().probability(SlopeOfSpend().margin(matrix))
    return Model(
        name="small",
        version="v1",
        schema=schema,
        encoder=encoder,
        explainer=SlopeOfSpend(),
        calibration=Calibration("platt", 1.1, 0.2, bins=(Bin(0.0, 1.0, 10, 3, 0.3, 0.11, 0.6),), spread=0.1),
        thresholds=Thresholds(0.5, "money", 0.2, 0.2, 0.45, {"f1": 0.4}),
        reference=build_reference(encoder, matrix, scores),
        report={"auc": 0.8},
        notices=(Notice("info", "small list", lines=(2, 3)),),
    )


def test_a_model_survives_json_and_arrays():
    model = small_model()
    words = json.loads(json.dumps(model.as_json()))
    again = model_from(words, SlopeOfSpend(), model.reference.arrays())
    assert again.as_json() == model.as_json()
    for part, numbers in model.reference.arrays().items():
        np.testing.assert_array_equal(again.reference.arrays()[part], numbers)


def test_a_version_saved_with_other_edges_of_its_tiers_is_opened_with_those_of_today():
    old = replace(small_model(), thresholds=Thresholds(0.2, "money", 0.2, 0.2, 0.97))
    words = json.loads(json.dumps(old.as_json()))
    opened = model_from(words, SlopeOfSpend(), old.reference.arrays())
    assert [old.thresholds.tier(p) for p in (0.96, 0.5, 0.3, 0.1)] == ["Medium", "Medium", "Medium", "Low"]
    assert [opened.thresholds.tier(p) for p in (0.96, 0.5, 0.3, 0.1)] == ["High", "High", "Medium", "Low"]
    assert opened.thresholds.chosen == old.thresholds.chosen


def test_a_prediction_is_said_in_the_words_of_the_list():
    model = small_model()
    matrix = model.encoder.matrix(pa.table({"spend": [1.0, 2.0]}))
    assert [model.status(p) for p in model.probability(matrix)] == ["No", "Yes"]


def test_a_model_of_a_later_program_is_not_read():
    model = small_model()
    with pytest.raises(Damaged, match="protocol 99"):
        model_from({**model.as_json(), "protocol": 99}, SlopeOfSpend(), model.reference.arrays())


def test_loading_a_model_imports_no_training_library():
    heavy = ["pandas", "sklearn", "xgboost", "lightgbm", "scipy", "shap", "matplotlib"]
    code = f"import churn.training.model, sys; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


TABLE = pa.table({"spend": [float(i) for i in range(5000)], "plan": ["a", "b", None, "b", "b"] * 1000})


ENCODER = encoder_for(Schema((Column("spend"), Column("plan", "category"))), TABLE)


SCORES = np.linspace(0, 1, 5000)


REFERENCE = build_reference(ENCODER, ENCODER.matrix(TABLE), SCORES)


def test_a_percentile_is_the_share_of_learnt_customers_with_a_lower_score():
    np.testing.assert_allclose(REFERENCE.percentile(np.array([-1.0, 0.25, 0.9, 2.0])), [0, 0.25, 0.9, 1], atol=0.001)


def test_equal_scores_share_the_middle_of_their_place():
    same = build_reference(ENCODER, ENCODER.matrix(TABLE), np.full(5000, 0.3))
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


def examples(table):
    return encode_examples(encoder_for(SCHEMA, table), table, np.asarray(table["gone"]).astype(np.int8), keys=None)


def test_one_changed_cell_changes_the_fingerprint_of_the_data():
    table = small_table(50)
    changed = table.set_column(6, "tenure", [[*table["tenure"].to_pylist()[:-1], 999.0]])
    digests = [data_digest(examples(t)) for t in (table, table.take(list(range(49, -1, -1))), changed)]
    assert digests[0] == digests[1] != digests[2]


def test_the_model_digest_is_of_how_it_scores_not_of_its_name():
    model = small_training().model
    other = replace(model, calibration=replace(model.calibration, slope=2.0))
    assert model_digest(model.renamed("x", "v9")) == model_digest(model) != model_digest(other)


def test_the_libraries_that_were_used_are_named():
    found = library_versions()
    assert {"python", "machine", "numpy", "lightgbm"} <= found.keys()
    assert small_training().model.lineage["libraries"] == found
