"""A list's headings become the schema's columns, in the schema's order; the rest comes after."""

import pytest

from churn.errors import MissingColumns
from churn.intake.columns import Holding
from churn.intake.matching import match_headings
from churn.intake.meaning import guess_meaning, resolve_columns
from churn.intake.options import ReadRequest
from churn.schema import Column, Schema

SCHEMA = Schema(
    (Column("id", "text", "key"), Column("fee"), Column("plan", "category"), Column("churn", "flag", "outcome"))
)


def meaning_of(*headings, **said):
    held = {h: Holding() for h in headings}
    return resolve_columns(match_headings(headings, SCHEMA, held=held), SCHEMA, held, ReadRequest(**said))


def test_columns_stand_in_the_order_of_the_schema():
    meaning = meaning_of("plan", "extra", "FEE", "id")
    assert meaning.schema.names == ("id", "fee", "plan", "extra")
    assert meaning.sources == {"id": "id", "fee": "FEE", "plan": "plan", "extra": "extra"}


def test_a_model_gets_the_features_a_list_lacks_but_no_outcome():
    assert meaning_of("id", "fee", schema=SCHEMA).schema.names == ("id", "fee", "plan")
    assert meaning_of("id", "fee").schema.names == ("id", "fee")


def test_an_extra_column_never_takes_a_name_of_the_schema():
    headings = ("id", "fee", "Plan!")
    held = {h: Holding() for h in headings}
    schema = Schema((*SCHEMA.columns[:2], Column("Plan! (theirs)")))
    meaning = resolve_columns(match_headings(headings, schema, held=held), schema, held, ReadRequest(schema=schema))
    assert sorted(meaning.schema.names) == sorted(set(meaning.schema.names))


def test_without_a_schema_a_mapping_renames():
    guessed = Schema((Column("ref", "text", "key"), Column("b")))
    meaning = guess_meaning(guessed, ReadRequest(mapping={"REF": "customer"}))
    assert meaning.sources == {"customer": "ref", "b": "b"}


@pytest.mark.parametrize(
    ("headings", "way_out"), [(("id", "plan", "churn"), "Add it, or say"), (("card", "limit"), "It looks like another")]
)
def test_a_list_that_hardly_has_a_column_is_told_that_it_may_be_another_business(headings, way_out):
    needed = Schema((Column("id", "text", "key"), Column("fee", required=True), *SCHEMA.columns[2:]))
    held = {h: Holding() for h in headings}
    with pytest.raises(MissingColumns) as refused:
        resolve_columns(match_headings(headings, needed, held=held), needed, held, ReadRequest())
    assert refused.value.message == "The list has no column fee, which is needed."
    assert refused.value.fix.startswith(way_out)
