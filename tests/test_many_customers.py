"""Many customers read together are read as each of them alone would be."""

import pytest

from churn.errors import RequestRefused
from churn.workspace.customer_fields import FieldParser
from churn.workspace.prediction import parse_batch
from tests.small_model import small_model

READER = FieldParser(small_model())
FULL = {"id": "a", "plan": "monthly", "spend": 70.35, "months": 3, "senior": False}
SENT = [
    FULL,
    {**FULL, "spend": "1,234.50", "senior": True, "colour": "red"},
    {"PLAN": "Monthly ", "months": 1, "senior": 1},
    {**FULL, "senior": 1.0, "months": None},
    {**FULL, "plan": "", "senior": "no"},
]


def test_each_gets_the_values_it_would_get_alone():
    found = parse_batch(READER, SENT)
    alone = [READER.given(fields) for fields in SENT]
    for name, column in found.columns.items():
        assert [repr(v) for v in column] == [repr(one.customer.get(name)) for one in alone]
    assert (found.ignored, found.missing) == ([a.ignored for a in alone], [a.missing for a in alone])


def test_the_first_who_cannot_be_read_is_named():
    with pytest.raises(RequestRefused, match="Customer 2: The value of months cannot be read"):
        parse_batch(READER, [FULL, {**FULL, "months": "long"}, {**FULL, "spend": "much"}])
    with pytest.raises(RequestRefused, match="Customer 3: None of the model's columns"):
        parse_batch(READER, [FULL, FULL, {"colour": "red"}])


def test_the_table_has_every_feature_and_carries_what_was_ignored():
    table = parse_batch(READER, SENT).table(READER.model.schema, SENT)
    features = [c.name for c in READER.model.schema.features]
    assert set(features) <= set(table.column_names) and table.num_rows == len(SENT)
    assert table["colour"].to_pylist() == [None, "red", None, None, None]
