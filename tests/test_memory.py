"""A column that a person confirmed once is not asked about again."""

from churn import Desk
from churn.samples.shipped import FOLDER


def misspelt(theirs="TechSuport", **also):
    """Forty telco customers whose export spells a heading its own way."""
    lines = (FOLDER / "telco_customers.csv").read_text().splitlines()[:41]
    for ours, heading in {"TechSupport": theirs, **also}.items():
        lines[0] = lines[0].replace(ours, heading)
    return "\n".join(lines).encode()


def doubtful(reading):
    return {m.theirs: m.ours for m in reading.doubtful}


def test_what_was_confirmed_for_a_layout_is_used_next_time(home):
    desk = Desk(home)
    first = desk.check(misspelt(), filename="a.csv")
    assert doubtful(first) == {"TechSuport": "TechSupport"}
    desk.remember_mapping(first, doubtful(first))
    again = desk.check(misspelt(), filename="b.csv")
    assert (doubtful(again), "TechSupport" in again.table.column_names) == ({}, True)


def test_another_layout_is_asked_about(home):
    desk = Desk(home)
    first = desk.check(misspelt())
    desk.remember_mapping(first, doubtful(first))
    assert doubtful(desk.check(misspelt(gender="sex"))) == {"TechSuport": "TechSupport"}


def test_a_list_without_doubt_opens_no_book(telco_home):
    Desk(telco_home).check(telco_home / "today.csv")
    assert not (telco_home / "data" / "book.db").exists()
