"""Every repair is told in one sentence with its count."""

from collections import Counter

from churn.intake.kinds import Holding
from churn.intake.matching import Match
from churn.intake.plans import Plan
from churn.intake.reading import read_list
from churn.intake.telling import empty_columns, told_column, told_empty, told_matches
from churn.samples.shipped import FOLDER
from churn.schema import Column, Schema


def texts(notices):
    return [f"{n.kind}: {n.text}" for n in notices]


def test_marks_for_nothing_are_listed_with_their_counts():
    holding = Holding(rows=9, missing=Counter({"": 1, "-": 3}), nothing=Counter({"none": 2}))
    assert texts(told_column(Plan(Column("fee")), holding)) == [
        "repaired: 6 cell(s) of fee were read as missing: 3 '-', 2 'none', 1 blank."
    ]


def test_a_blank_with_a_meaning_is_told_with_it():
    holding = Holding(rows=9, missing=Counter({"": 2}))
    assert texts(told_column(Plan(Column("fee", blank="0")), holding)) == [
        "repaired: 2 cell(s) of fee were read as '0': 2 blank."
    ]


def test_an_open_decimal_mark_is_a_warning_with_both_readings():
    holding = Holding(rows=1, numbers=1, says=Counter({"either.": 1}), written={"either.": (2, "1.234")})
    assert texts(told_column(Plan(Column("fee")), holding)) == [
        "warning: 1.234 in fee was read as 1.234, and could mean 1234. Check it."
    ]


def test_doubtful_matches_name_the_flag_that_confirms_them():
    matches = (Match("my tenrue", "tenure", 0.7, "similar", True, "100% of its cells are numbers"),)
    assert texts(told_matches(matches, ("a",), ("b", "c"))) == [
        "warning: my tenrue may be tenure (100% of its cells are numbers); it was not used. "
        "Confirm it with --map 'my tenrue=tenure'.",
        "info: 1 column(s) are not part of it and were ignored: a.",
        "warning: 2 column(s) are not in the list: b, c.",
    ]


def test_a_list_that_lacks_one_needed_column_of_a_business_is_told_so():
    lines = (FOLDER / "telco_today.csv").read_text().replace("tenure", "Laufzeit im Vertrag", 1).encode()
    warned = [n.text for n in read_list(lines, filename="a.csv").notices if n.kind == "warning"]
    assert warned == [
        "The list looks like Telco, but has no column tenure, which is needed; it was read as any list. "
        "To name that column, say --profile telco."
    ]


def test_an_empty_column_is_named():
    schema = Schema((Column("fee"), Column("plan")))
    held = {"fee": Holding(rows=3, missing=Counter({"": 3})), "plan": Holding(rows=3)}
    assert texts(told_empty(empty_columns(schema, held))) == ["warning: 1 column(s) hold nothing at all: fee."]
