"""A Model survives being written down, and imports nothing heavy."""

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
from churn.training.encoder import encoder_for
from churn.training.model import Model, model_from, reference_of
from churn.training.thresholds import Thresholds


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
        reference=reference_of(encoder, matrix, scores),
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
