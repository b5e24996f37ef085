"""Fields of one customer are read as the cells of a list; what a column cannot mean is refused by name."""

from datetime import date

import pytest

from churn.errors import RequestRefused
from churn.schema import Column, Schema
from churn.training.encoder import Encoder, Field
from churn.workspace.customer_fields import FieldParser, refuse_unreadable_names
from tests.small_model import small_model

READER = FieldParser(small_model())
FULL = {"id": "a", "plan": "monthly", "spend": 70.35, "months": 3, "senior": False}


def read(**fields):
    return READER.given({**FULL, **fields}).customer


def reader_of(column):
    form = {"number": "number", "flag": "flag", "date": "age", "category": "nominal"}[column.kind]
    schema = Schema((column,))
    return FieldParser(small_model(schema=schema, encoder=Encoder((Field(column.name, form, column.levels),))))


def test_names_are_matched_as_headings_are():
    sent = {" ID ": "a", "Plan": "Monthly ", "SPEND": "70.35", "months": 3, "Senior": "no", "colour": "red"}
    given = READER.given(sent)
    assert given.customer == {"id": "a", "plan": "monthly", "spend": 70.35, "months": 3.0, "senior": False}
    assert (given.ignored, given.missing) == (("colour",), ())


def test_the_outcome_is_never_read():
    given = READER.given({**FULL, "left": True})
    assert ("left" in given.customer, given.ignored) == (False, ("left",))


@pytest.mark.parametrize("nothing", [None, "", "  ", "NA", "n/a", "NaN", "-"])
def test_nothing_is_missing_in_whatever_way_it_is_said(nothing):
    given = READER.given({**FULL, "spend": nothing})
    assert (given.customer["spend"], given.missing) == (None, ("spend",))


def test_a_field_that_is_not_there_is_missing():
    assert READER.given({"plan": "monthly"}).missing == ("months", "senior", "spend")


@pytest.mark.parametrize(
    ("fields", "read_as"),
    [
        ({"spend": "1,234.50"}, 1234.5),
        ({"spend": "€ 12"}, 12.0),
        ({"spend": 12}, 12.0),
        ({"spend": "12%"}, 0.12),
        ({"senior": "YES"}, True),
        ({"senior": 0}, False),
        ({"senior": "1.0"}, True),
        ({"senior": True}, True),
        ({"plan": "weekly"}, "weekly"),
        ({"plan": "YEARLY"}, "yearly"),
        ({"id": 12}, "12"),
    ],
)
def test_a_value_is_read_as_the_cell_of_a_list(fields, read_as):
    (name,) = fields
    assert read(**fields)[name] == read_as


@pytest.mark.parametrize(
    "fields",
    [
        {"spend": "a lot"},
        {"spend": float("nan")},
        {"spend": float("inf")},
        {"spend": 10**400},
        {"spend": True},
        {"spend": [1]},
        {"spend": {"amount": 1}},
        {"senior": "perhaps"},
        {"senior": 2},
        {"plan": False},
        {"plan": "half a \ud800 character"},
        {"id": []},
    ],
)
def test_what_a_column_cannot_mean_is_refused_by_its_name_and_not_repeated(fields):
    (name,) = fields
    with pytest.raises(RequestRefused) as refused:
        read(**fields)
    assert refused.value.message == f"The value of {name} cannot be read."


@pytest.mark.parametrize(("cell", "day"), [("2026-01-31", date(2026, 1, 31)), (20260131, date(2026, 1, 31))])
def test_a_date_is_read_where_it_has_one_meaning(cell, day):
    assert reader_of(Column("since", "date")).given({"since": cell}).customer == {"since": day}


def test_a_date_with_two_meanings_is_refused():
    with pytest.raises(RequestRefused, match="since"):
        reader_of(Column("since", "date")).given({"since": "02/03/2026"})


def test_a_blank_means_what_the_schema_says_it_means():
    reader = reader_of(Column("total", "number", blank="0"))
    assert reader.given({"total": " "}).customer == {"total": 0.0}


def test_a_mark_that_is_a_level_is_no_gap():
    reader = reader_of(Column("region", "category", levels=("NA", "EU")))
    assert reader.given({"region": "na"}).customer == {"region": "NA"}


def test_yes_and_no_are_levels_where_there_are_just_such():
    reader = reader_of(Column("backup", "category", levels=("No", "Yes", "No net")))
    assert [reader.given({"backup": b}).customer["backup"] for b in (True, False)] == ["Yes", "No"]


def test_a_customer_of_whom_nothing_is_known_is_refused_with_what_helps():
    with pytest.raises(RequestRefused, match="None of the model's columns") as refused:
        READER.given({"colour": "red"})
    assert refused.value.fix == "Give some of: months, plan, senior, spend."


@pytest.mark.parametrize("name", ["\udc80", 3])
def test_the_name_of_a_field_is_a_text(name):
    with pytest.raises(RequestRefused):
        refuse_unreadable_names([name])


def test_changes_may_be_named_as_headings_are():
    assert READER.renamed({"PLAN": "yearly", "colour": "red"}) == {"plan": "yearly", "colour": "red"}


def test_a_text_too_long_to_be_remembered_is_read_as_any_other():
    given = FieldParser(small_model()).given({"plan": "x" * 1_000, "months": " " * 200 + "12"})
    assert (given.customer["plan"], given.customer["months"]) == ("x" * 1_000, 12.0)
