"""Every repair is told in one sentence with its count."""

from collections import Counter

from churn.intake.columns import Holding
from churn.intake.messages import repair_notices
from churn.intake.plans import ColumnPlan
from churn.schema import Column


def texts(notices):
    return [f"{n.kind}: {n.text}" for n in notices]


def test_marks_for_nothing_are_listed_with_their_counts():
    holding = Holding(rows=9, missing=Counter({"": 1, "-": 3}), nothing=Counter({"none": 2}))
    assert texts(repair_notices(ColumnPlan(Column("fee")), holding)) == [
        "repaired: 6 cells of fee were read as missing: 3 '-', 2 'none', 1 blank."
    ]


def test_a_blank_with_a_meaning_is_told_with_it():
    holding = Holding(rows=9, missing=Counter({"": 2}))
    assert texts(repair_notices(ColumnPlan(Column("fee", blank="0")), holding)) == [
        "repaired: 2 cells of fee were read as '0': 2 blank."
    ]


def test_blanks_of_a_column_that_may_be_empty_are_not_told_but_other_marks_are():
    holding = Holding(rows=9, missing=Counter({"": 2, "-": 3}))
    assert texts(repair_notices(ColumnPlan(Column("fee", may_be_empty=True)), holding)) == [
        "repaired: 3 cells of fee were read as missing: 3 '-'."
    ]


def test_an_open_decimal_mark_is_a_warning_with_both_readings():
    holding = Holding(rows=1, numbers=1, says=Counter({"either.": 1}), written={"either.": (2, "1.234")})
    assert texts(repair_notices(ColumnPlan(Column("fee")), holding)) == [
        "warning: 1.234 in fee was read as 1.234, and could mean 1234. Check it."
    ]
