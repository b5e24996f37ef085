"""Dates are settled by the vote of the whole column; an open vote is asked about."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.intake.dates import has_time, parse_date, parse_dates, read_date_parts, said
from tests.messy import told
from tests.messy.moments import CASES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_messy_file_becomes_exactly_what_it_must(case):
    assert told(case) == case


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-02-13", "settled"),
        ("13/02/2026", "day-first"),
        ("02/13/2026", "month-first"),
        ("02/03/2026", "open"),
        ("03.03.2026", "same"),
        ("5 Mar 2026", "settled"),
        ("1. März 2024", "settled"),
        ("Mar 5, 2026", "settled"),
        ("12/31/2020 11:59 PM", "month-first"),
        ("31/02/2026", None),
        ("2026-13-01", None),
        ("1.2.3", None),
        ("hello 5", None),
    ],
)
def test_each_way_of_writing_says_what_it_can(text, says):
    assert read_date_parts(text) == says


@given(st.dates(date(1970, 1, 1), date(2068, 12, 31)))
def test_a_day_is_read_back_from_every_way_of_writing_it(day):
    for text in (f"{day:%d/%m/%Y}", f"{day:%d.%m.%y}", f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d} 10:15:00 UTC"):
        assert parse_date(text, "day-first") == day
    assert parse_date(f"{day:%m/%d/%Y}", "month-first") == day
    assert parse_date(f"{day:%Y%m%d}", None, compact=True) == day


def test_a_column_reads_as_its_cells_do_one_by_one():
    texts = ["2026-02-13", "13/02/2026", "", "x", "2026-02-31", "2026-01-01 00:00:00"]
    assert parse_dates(pa.array(texts), "day-first").to_pylist() == [
        parse_date(t, "day-first") if t else None for t in texts
    ]
    moments = ["2026-02-13 10:00:00", "2026-02-13T11:00:00Z", "2026-02-14"]
    assert parse_dates(pa.array(moments), None).to_pylist() == [parse_date(t, None) for t in moments]


def test_a_question_shows_both_readings():
    assert said("02/03/2026") == "2 March 2026 or 3 February 2026"


def test_midnight_is_no_time_of_day():
    assert [has_time(t) for t in ("2026-01-01", "2026-01-01 00:00:00", "2026-01-01T00:00:01Z")] == [False, False, True]
