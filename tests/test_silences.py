"""Silences: stray dates, lost days of the whole log, and what filling them in adds."""

from datetime import date

import numpy as np
import pyarrow as pa

from churn.features.ledger import Outage, as_date, as_day, fill_silent_days, find_outages, last_day


def test_days_and_dates_turn_into_each_other():
    assert as_day(date(1970, 1, 2)) == 1
    assert as_date(as_day(date(2017, 2, 28))) == date(2017, 2, 28)


def test_a_few_entries_with_a_wrong_clock_do_not_stretch_the_log():
    last, told = last_day(np.array([100, 101, 9000]), np.array([5000, 5000, 3]))
    assert (last, told[0].count) == (101, 3)
    assert "3 entries lie far after all others" in told[0].text


def test_a_late_burst_is_part_of_the_log():
    assert last_day(np.array([100, 101, 9000]), np.array([50, 50, 10])) == (9000, ())


def test_silent_days_between_normal_ones_are_outages():
    counts = np.array([100, 100, 2, 100, 100, 100])
    assert find_outages(np.array([1, 2, 3, 4, 8, 9]), counts, before=10) == (Outage(3, 3), Outage(5, 7))


def test_days_after_the_date_are_not_looked_at():
    days, counts = np.array([1, 2, 5, 6]), np.full(4, 100)
    assert find_outages(days, counts, before=5) == ()
    assert find_outages(days, counts, before=6) == (Outage(3, 4),)


def test_a_small_log_has_no_suspicious_days():
    assert find_outages(np.array([1, 2, 9]), np.array([3, 3, 3]), before=10) == ()


def test_days_are_filled_for_those_active_on_both_sides_only():
    import ibis

    days = {"key": ["both", "both", "before", "after", "far", "far"], "day": [10, 13, 10, 13, 3, 13]}
    extra = fill_silent_days(ibis.memtable(pa.table(days)), (Outage(11, 12),))
    found = ibis.duckdb.connect().to_pyarrow(extra.order_by("day")).to_pylist()
    assert found == [{"key": "both", "day": 11}, {"key": "both", "day": 12}]
