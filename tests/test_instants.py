"""Moments: dates and times in the forms that exports use become the same day and second, or nothing."""

from datetime import date, datetime

import pyarrow as pa
import pytest

from churn.features.logs import DAY, parse_day, seconds

EPOCH = datetime(1970, 1, 1)


def moments(cells, clock=0):
    import ibis

    column = ibis.memtable(pa.table({"t": cells})).t
    at = seconds(column, clock)
    day, second = parse_day(at), at - parse_day(at) * DAY
    rows = ibis.duckdb.connect().to_pyarrow(column.as_table().select(day=day, second=second)).to_pylist()
    return [None if r["day"] is None else (date.fromordinal(719163 + r["day"]), r["second"]) for r in rows]


READ = {
    "2019-10-01 00:00:05 UTC": (date(2019, 10, 1), 5),
    "2019-10-01T03:04:05Z": (date(2019, 10, 1), 11045),
    "2019-10-01T01:04:05+02:00": (date(2019, 9, 30), 83045),
    "2019-10-01 03:04:05 +0530": (date(2019, 9, 30), 77645),
    "2019-10-01T23:59:59.123456789-01": (date(2019, 10, 2), 3599),
    "2019-10-01 03:04:05.5": (date(2019, 10, 1), 11045),
    "20170228": (date(2017, 2, 28), 0),
    " 2017-02-28 ": (date(2017, 2, 28), 0),
    "2017/02/28 10:00": (date(2017, 2, 28), 36000),
    "2017-02-28 10:00+02": (date(2017, 2, 28), 28800),
    "2017-2-3": (date(2017, 2, 3), 0),
    "1569888000": (date(2019, 10, 1), 0),
    "1569888000123": (date(2019, 10, 1), 0),
}
NOT_READ = ["", "28/02/2017", "2017-02-30", "20171345", "0001-01-01", "2019-10-01 24:00:00", "-5", "12", "soon", None]


def test_every_usual_form_is_read():
    assert dict(zip(READ, moments(list(READ)), strict=True)) == READ


def test_what_is_not_understood_is_nothing_and_never_a_guess():
    assert moments(NOT_READ) == [None] * len(NOT_READ)


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([20170228]),
        pa.array([20170228.0]),
        pa.array([date(2017, 2, 28)]),
        pa.array([datetime(2017, 2, 28)], pa.timestamp("us", "UTC")),
        pa.array([datetime(2017, 2, 28)], pa.timestamp("ns")),
    ],
)
def test_typed_columns_say_the_same_as_text(cells):
    assert moments(cells) == moments(["2017-02-28"])


def test_the_clock_moves_times_but_never_dates():
    assert moments(["2017-02-28 23:30:00", "20170228"], clock=1) == [(date(2017, 3, 1), 1800), (date(2017, 2, 28), 0)]
    assert moments(pa.array([datetime(2017, 2, 28, 0, 30)]), clock=-1) == [(date(2017, 2, 27), 84600)]


def test_the_same_expression_compiles_for_spark():
    import ibis

    sql = ibis.to_sql(seconds(ibis.table({"t": "string"}, name="log").t).name("x"), dialect="databricks")
    assert "TRY_CAST" in sql


@pytest.mark.parametrize("clock", [0, 2])
def test_parts_of_a_second_never_reach_the_next_day(clock):
    late = pa.array([datetime(2017, 2, 28, 23 - clock, 59, 59, 999_999)], pa.timestamp("us"))
    assert moments(late, clock) == [(date(2017, 2, 28), 86_399)]
