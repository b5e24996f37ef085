"""What a list was taken for is told: its business, its headings, what is ignored, and what holds nothing."""

from collections import Counter

from churn.intake.columns import Holding
from churn.intake.matching import Match
from churn.intake.meaning import empty_columns, empty_notices, match_notices, outcome_notices
from churn.intake.reader import read_list
from churn.samples.shipped import FOLDER
from churn.schema import Column, Schema


def texts(notices):
    return [f"{n.kind}: {n.text}" for n in notices]


def test_an_outcome_that_nobody_named_is_told_with_its_word():
    outcome = Column("Churn", role="outcome", kind="flag", positive=("Yes",))
    assert texts(outcome_notices(outcome)) == [
        "info: Churn was taken as the outcome; 'Yes' means that the customer left."
    ]


def test_doubtful_matches_name_the_flag_that_confirms_them():
    matches = (Match("my tenrue", "tenure", 0.7, "similar", True, "100% of its cells are numbers"),)
    assert texts(match_notices(matches, ("a",), ("b", "c"))) == [
        "warning: my tenrue may be tenure (100% of its cells are numbers); it was not used. Confirm it if it is.",
        "info: 1 column is not part of it and was ignored: a.",
        "warning: 2 columns are not in the list: b, c.",
    ]


def test_a_list_that_lacks_one_needed_column_of_a_business_is_told_so():
    lines = (FOLDER / "telco_today.csv").read_text().replace("tenure", "Laufzeit im Vertrag", 1).encode()
    warned = [n.text for n in read_list(lines, filename="a.csv").notices if n.kind == "warning"]
    assert warned == [
        "The list looks like Telco, but has no column tenure, which is needed; it was read as any list. "
        "To name that column, choose that business."
    ]


def test_an_empty_column_is_named():
    schema = Schema((Column("fee"), Column("plan")))
    held = {"fee": Holding(rows=3, missing=Counter({"": 3})), "plan": Holding(rows=3)}
    assert texts(empty_notices(empty_columns(schema, held))) == ["warning: 1 column holds nothing at all: fee."]
