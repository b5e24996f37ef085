"""Features: shares of nothing are nothing, spread from whole numbers, and joins that keep every customer."""

import statistics
from functools import cache

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.errors import RequestRefused
from churn.features.definitions import Cut, EventBlock, Feature, feature_from, join_blocks, ratio, spread
from churn.schema import Column

AT = Cut(100, (7, 30, 90))


@cache
def connection():
    import ibis

    return ibis.duckdb.connect()


def table(**columns):
    import ibis

    return ibis.memtable(pa.table(columns))


def value(expression):
    return connection().to_pyarrow(expression.name("v").as_table())["v"].to_pylist()


def test_a_share_of_nothing_is_nothing():
    t = table(a=[1, 2, None], b=[4, 0, 1])
    assert value(ratio(t.a, t.b)) == [0.25, None, None]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=30))
def test_spread_is_the_standard_deviation(days):
    sums = table(n=[len(days)], s=[sum(days)], q=[sum(d * d for d in days)])
    expected = statistics.stdev(days) if len(days) > 1 else None
    assert value(spread(sums.n, sums.s, sums.q)) == [pytest.approx(expected, abs=1e-9)]


def waiting_days(rows, at):
    """Days waited so far."""
    return at.day - rows.day


def test_a_feature_is_named_and_explained_by_its_function():
    feature = feature_from(waiting_days, table(day=[90]), AT, prefix="log_", unit="days", group="Recency")
    expected = Column("log_waiting_days", unit="days", group="Recency", meaning="Days waited so far")
    assert (feature.column, value(feature.value)) == (expected, [10])


def test_windows_are_short_middle_and_long():
    assert (AT.short, AT.middle, AT.long, Cut(1, (5, 10)).middle) == (7, 30, 90, 10)


def test_who_is_missing_from_a_block_has_what_absence_means():
    people, sums = table(key=["a", "b"]), table(key=["b"], n=[3])
    count, share = Feature(Column("n"), sums.n, 0.0), Feature(Column("share"), sums.n / 4)
    wide = join_blocks(people, [EventBlock(people, ()), EventBlock(sums, (count, share))]).order_by("key")
    wide = connection().to_pyarrow(wide).to_pylist()
    assert wide == [{"key": "a", "n": 0.0, "share": None}, {"key": "b", "n": 3.0, "share": 0.75}]


def test_two_columns_of_one_name_are_refused():
    sums = table(key=["b"], n=[3])
    block = EventBlock(sums, (Feature(Column("n"), sums.n),))
    with pytest.raises(RequestRefused, match="Two tables of the recipe make a column 'n'"):
        join_blocks(sums.select("key"), [block, block])
