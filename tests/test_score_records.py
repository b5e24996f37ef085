"""What is kept of a customer is the same whether they came alone or with many; without a key, nothing is."""

import json
from dataclasses import fields

import pytest

from churn.store.outbox import apart
from churn.workspace.prediction import PredictionBatch, ScoredCustomer
from churn.workspace.recorder import records_of

FEATURES = {"plan": 'the "big"\\\n%s é', "months": 3.0, "spend": -0.0, "senior": True, "a %d": None, "since": "1"}


def scored(key, **features):
    return ScoredCustomer(key, 0.1 + 0.2, True, "Yes", "High", (), None, None, "telco@v1", features=features)


def together(*customers):
    """The same customers by column."""
    names = [
        f.name
        for f in fields(PredictionBatch)
        if f.name not in ("model", "features", "value_horizon", "value_assumed", "currency", "of_all")
    ]
    told = {name: [getattr(one, name) for one in customers] for name in names}
    return PredictionBatch("telco@v1", **told, features={n: [c.features.get(n) for c in customers] for n in FEATURES})


def rows(records):
    """What the records say, but for the moment."""
    read = [{**one, "scored": ""} for record in records for one in apart("seen", json.loads(record))]
    return [{**row, "features": repr(sorted(json.loads(row["features"]).items()))} for row in read]


def test_alone_or_with_many_the_same_is_kept():
    known = {name: value for name, value in FEATURES.items() if value is not None}
    customers = [scored("a", **known), scored('b"é\n', plan="null", months=1e-17), scored("c", senior=False, spend=0.0)]
    alone = [row for one in customers for row in rows(records_of(one, "api"))]
    assert rows(records_of(together(*customers), "api")) == alone
    assert alone[0]["features"] == repr(sorted(known.items()))


@pytest.mark.parametrize("key", [None, "", "a\0", "\ud800"])
def test_nothing_is_kept_of_who_has_no_key_or_one_that_no_database_can_hold(key):
    nobody, somebody = scored(key, months=3.0), scored("b", months=1.0)
    assert list(records_of(nobody, "api")) == []
    assert [row["key"] for row in rows(records_of(together(nobody, somebody), "api"))] == ["b"]


def test_many_are_one_line():
    many = together(*(scored(f"c{n}", **FEATURES) for n in range(50)))
    (line,) = records_of(many, "api")
    assert len(line) < sum(len(one) for customer in many for one in records_of(customer, "api")) / 3


def test_of_who_tells_nothing_but_a_key_nothing_is_kept():
    assert rows(records_of(scored("a"), "api")) == rows(records_of(together(scored("a")), "api")) == []
