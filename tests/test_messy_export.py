"""The messy export is messy in just the ways it says, and its customers are sound."""

import pytest

from churn.profiles import read_profile
from churn.samples.catalogue import make_sample
from churn.samples.shipped import HEADINGS, SHORT, TITLE, TWICE, render_messy_csv

LIST = make_sample("telco", rows=400).later(320).table()
LINES = render_messy_csv(LIST).decode("cp1252").split("\r\n")
FIRST = len(TITLE) + 1


def test_the_bytes_are_windows_text_and_not_utf8():
    with pytest.raises(UnicodeDecodeError):
        render_messy_csv(LIST).decode("utf-8")


def test_every_heading_is_one_the_profile_knows_as_another_name_of_its_column():
    known = {c.name: c.synonyms for c in read_profile("telco").schema.columns}
    assert [heading for ours, heading in HEADINGS.items() if heading not in known[ours]] == []
    assert LINES[FIRST - 1].split(";") == list(HEADINGS.values())


def test_a_title_an_empty_line_a_short_line_and_a_copy_are_where_they_are_said_to_be():
    assert LINES[: len(TITLE)] == list(TITLE)
    assert (LINES[FIRST + 120], LINES[-1]) == ("", "")
    assert len(LINES[FIRST + 1 + SHORT].split(";")) == 4
    assert LINES[FIRST + 1 + TWICE] == LINES[FIRST + 2 + TWICE]
    assert len(LINES) == FIRST + 320 + 4


def test_the_last_line_sums_the_charges():
    total = sum(round(c * 100) for c in LIST["MonthlyCharges"].to_pylist())
    cells = LINES[-2].split(";")
    assert cells[0] == "Summe"
    assert int("".join(filter(str.isdigit, cells[-2]))) == total


def test_money_has_a_decimal_comma_and_flags_are_german():
    row = dict(zip(HEADINGS, LINES[FIRST].split(";"), strict=True))
    ours = LIST.slice(0, 1).to_pylist()[0]
    assert row["MonthlyCharges"] == f"{ours['MonthlyCharges']:.2f}".replace(".", ",")
    assert row["Partner"] == {"Yes": "ja", "No": "nein"}[ours["Partner"]]
    assert (row["PaymentMethod"], row["Contract"]) == ("n/a", f"  {ours['Contract']} ")
