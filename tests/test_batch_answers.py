"""Written column by column, the answer to many is the one that would be written customer by customer."""

import json
from dataclasses import fields
from types import SimpleNamespace

import pytest

from churn.api.requests import FIELDS, batch_answer, predictions_of
from churn.api.score_routes import KeyedPrediction, predicted
from churn.notices import Notice
from churn.workspace.prediction import PredictionBatch

ODD = SimpleNamespace(
    key='7"\n\u2028\\,é',
    probability=0.1 + 0.2,
    leaves=True,
    status="Yes, 100 %s",
    tier="High",
    reasons=("Spends 5 %d, or so", 'is called "a\nb"'),
    action=None,
    expected_gain=1e-17,
    model="telco@v1",
    ignored=(),
    missing=("tenure",),
    value_at_risk=7.25,
    value_horizon="18 months",
    value_assumed=False,
    currency="USD",
    notices=(Notice("warning", 'The "model" has not seen x = 1.', "x"), Notice("info", "Not known.", count=1)),
)
PLAIN = SimpleNamespace(**{**vars(ODD), "key": None, "reasons": (), "action": "call", "expected_gain": None})


def together(*customers):
    """The same customers by column."""
    once = {name: getattr(ODD, name) for name in ("model", "value_horizon", "value_assumed", "currency")}
    names = [f.name for f in fields(PredictionBatch) if f.name not in (*once, "features", "of_all")]
    return PredictionBatch(**once, **{name: [getattr(one, name) for one in customers] for name in names})


def test_every_customer_is_written_as_one_would_be():
    written = [json.loads(text) for text in predictions_of(together(ODD, PLAIN, ODD))]
    assert written == [{"key": one.key, **predicted(one)} for one in (ODD, PLAIN, ODD)]


def test_the_answer_holds_what_else_is_told():
    body = json.loads(batch_answer(together(PLAIN), {"notices": [{"text": "é"}]}))
    told = {name: body[name] for name in ("model", "rows", "set_aside", "notices")}
    assert told == {"model": "telco@v1", "rows": 1, "set_aside": [], "notices": [{"text": "é"}]}
    assert json.loads(batch_answer(together(), {}))["predictions"] == []


def test_the_fields_are_those_of_the_document():
    assert set(FIELDS) == set(KeyedPrediction.model_fields)


def test_a_number_that_is_no_json_is_never_sent():
    with pytest.raises(ValueError, match="JSON"):
        batch_answer(together(SimpleNamespace(**{**vars(ODD), "expected_gain": float("inf")})), {})
