"""The Schema noun reads, shows and refuses what it is told."""

import pytest

from churn.errors import RequestRefused
from churn.schema import Column, Schema, schema_from

WORDS = [
    {"name": "customerID", "kind": "text", "role": "key"},
    {"name": "tenure", "unit": "months", "direction": -1},
    {"name": "Contract", "kind": "category", "levels": ["Month-to-month", "One year"], "lever": "actionable"},
    {"name": "MonthlyCharges", "role": "value", "unit": "money"},
    {"name": "Churn", "kind": "flag", "role": "outcome", "positive": ["Yes"]},
]


def test_a_schema_survives_the_way_to_json_and_back():
    schema = schema_from(WORDS)
    assert schema.as_json() == [{k: tuple(v) if isinstance(v, list) else v for k, v in w.items()} for w in WORDS]
    assert schema_from(schema.as_json()) == schema


def test_roles_are_found_by_name_and_the_value_is_learnt_from():
    schema = schema_from(WORDS)
    assert (schema.key.name, schema.outcome.name, schema.value.name, schema.date) == (
        "customerID",
        "Churn",
        "MonthlyCharges",
        None,
    )
    assert [c.name for c in schema.features] == ["tenure", "Contract", "MonthlyCharges"]


def test_a_changed_column_leaves_the_first_schema_as_it_was():
    first = Schema((Column("a"), Column("b")))
    assert first.having("b", kind="flag") == Schema((Column("a"), Column("b", kind="flag")))
    assert first == Schema((Column("a"), Column("b")))


def test_only_keeps_the_schemas_own_order():
    assert schema_from(WORDS).only(["Contract", "tenure"]).names == ("tenure", "Contract")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"name": "a", "sort": "number"}, "unknown word 'sort'"),
        ({"name": "a", "kind": "numeric"}, "It is one of: number, flag, category, date, text."),
        ({"name": "a", "direction": 2}, "It is one of: -1, 0, 1."),
    ],
)
def test_a_wrong_word_is_refused_with_the_allowed_ones(words, says):
    with pytest.raises(RequestRefused, match=says.replace(".", r"\.")):
        schema_from([words])


def test_changing_a_column_that_is_not_there_names_those_that_are():
    with pytest.raises(RequestRefused, match="The columns are: a"):
        Schema((Column("a"),)).having("b", kind="flag")
