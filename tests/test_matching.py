"""Their headings find our columns; what is doubtful is shown and never applied."""

import pytest

from churn.errors import RequestRefused
from churn.intake.columns import Holding
from churn.intake.matching import ALIKE, SURE, Match, describe_expected, layout_key, match_headings, sure_names
from churn.intake.reader import read_list
from churn.schema import Column, Schema

SCHEMA = Schema(
    (
        Column("customerID", "text", "key", synonyms=("Kundennummer",)),
        Column("tenure", "number", synonyms=("Laufzeit in Monaten",)),
        Column("Contract", "category", levels=("Monthly", "Yearly")),
    )
)


def found(*headings, mapping=None, **held):
    return match_headings(headings, SCHEMA, mapping=mapping, held=held)


def numbers(filled, other=0):
    return Holding(rows=filled + other, numbers=filled)


def test_the_same_name_is_sure():
    assert found("tenure", "x")[0] == Match("tenure", "tenure", 1.0, "exact")


@pytest.mark.parametrize("heading", ["Customer ID", "customer_id", "CUSTOMERID\u200b", "\u00a0customer-id"])
def test_case_blanks_and_dashes_do_not_matter(heading):
    assert found(heading)[0] == Match(heading, "customerID", 0.98, "folded")


def test_accents_do_not_matter():
    schema = Schema((Column("Gebühr", "number"),))
    assert sure_names(["GEBUHR"], schema) == {"Gebühr": "GEBUHR"}


def test_a_synonym_is_sure_when_the_cells_agree():
    assert found("Laufzeit in Monaten", **{"Laufzeit in Monaten": numbers(10)}) == (
        Match("Laufzeit in Monaten", "tenure", 0.9, "synonym", False, "100% of its cells are numbers"),
    )


def test_a_synonym_whose_cells_say_otherwise_is_doubtful():
    match = found("Laufzeit in Monaten", **{"Laufzeit in Monaten": numbers(1, 9)})[0]
    assert (match.doubtful, match.evidence) == (True, "10% of its cells are numbers")
    assert match.confidence < SURE


def test_a_slip_of_the_pen_is_proposed_and_never_applied():
    match = found("tenrue", tenrue=numbers(10))[0]
    assert (match.ours, match.how, match.doubtful) == ("tenure", "similar", True)
    assert ALIKE * 0.8 <= match.confidence < SURE


def test_a_word_that_is_not_alike_is_not_proposed():
    assert found("favourite colour", "ten") == ()


def test_a_confirmed_mapping_is_applied_whatever_the_names_say():
    assert found("blurb", mapping={"blurb": "tenure"}) == (Match("blurb", "tenure", 1.0, "confirmed"),)


def test_a_heading_mapped_to_nothing_is_left_alone():
    assert found("tenure", mapping={"tenure": ""}) == ()


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"gone": "tenure"}, "The list has no column 'gone'."),
        ({"a": "gone"}, "There is no column 'gone' to map 'a' to."),
        ({"a": "tenure", "b": "tenure"}, "Two columns were mapped to 'tenure'."),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(mapping, sentence):
    with pytest.raises(RequestRefused) as caught:
        found("a", "b", mapping=mapping)
    assert caught.value.message == sentence


def test_neither_side_is_used_twice():
    matches = found("tenure", "Tenure ", "Laufzeit in Monaten")
    assert [(m.theirs, m.ours) for m in matches] == [("tenure", "tenure")]


def test_a_doubtful_column_is_not_in_the_table_until_it_is_confirmed():
    text = b"customerID,tenrue,Contract\nA,5,Monthly\nB,6,Yearly\n"
    doubtful = read_list(text, schema=SCHEMA)
    assert doubtful.table["tenure"].to_pylist() == [None, None]
    assert [m.theirs for m in doubtful.doubtful] == ["tenrue"]
    sure = read_list(text, schema=SCHEMA, mapping={"tenrue": "tenure"})
    assert sure.table["tenure"].to_pylist() == [5.0, 6.0]
    assert layout_key(["Tenrue", "contract", "customerid"]) == sure.layout


def test_a_doubtful_match_shows_cells_of_both_sides():
    held = Holding(stated=None, rows=2, sample=["basic", "pro"])
    plan = Schema((Column("contract", "category", levels=("month", "year")),))
    (match,) = match_headings(("contrakt",), plan, held={"contrakt": held})
    assert (match.doubtful, match.examples, match.expected) == (True, ("basic", "pro"), ("month", "year"))


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Column("tenure", low=0.0, high=72.0), ("0 to 72",)),
        (Column("tenure"), ("numbers",)),
        (Column("active", "flag"), ("yes", "no")),
        (Column("joined", "date"), ("dates",)),
        (Column("id", "text"), ("words",)),
    ],
)
def test_what_is_expected_of_a_column_is_said_in_a_few_words(column, expected):
    assert describe_expected(column) == expected
