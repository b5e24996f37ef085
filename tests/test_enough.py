"""One minimum for every door: customers, those who left, those who stayed."""

import pytest

from churn.errors import ListRefused
from churn.intake.checks import OutcomeCounts, refuse_empty, refuse_too_few


@pytest.mark.parametrize(
    ("customers", "left", "enough"),
    [(100, 30, True), (100, 70, True), (99, 40, False), (500, 29, False), (500, 471, False), (0, 0, False)],
)
def test_both_sides_and_the_whole_must_be_large_enough(customers, left, enough):
    assert OutcomeCounts(customers, left).enough is enough


def test_too_few_is_one_sentence_with_the_counts_and_what_to_do():
    with pytest.raises(ListRefused) as refused:
        refuse_too_few(OutcomeCounts(1200, 3))
    assert refused.value.message == (
        "The list has 1,200 customers, 3 of whom left; at least 100 customers, 30 who left and 30 who stayed, "
        "are needed to learn from."
    )
    assert refused.value.fix == "Take a longer period, or add lists together."


def test_a_needed_column_with_nothing_in_it_is_refused_by_name():
    refuse_empty([])
    with pytest.raises(ListRefused, match="tenure is needed and holds nothing at all"):
        refuse_empty(["tenure"])
