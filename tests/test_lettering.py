"""Numbers become the text that exports hold."""

import numpy as np

from churn.samples.random import date_numbers, dates, day_number, first_days, moments, whole, words

DAY = day_number("2026-06-30")


def test_levels_become_words_and_none_an_empty_cell():
    assert words(np.array([2, 0, 1]), ("a", "b", None)).to_pylist() == [None, "a", "b"]


def test_a_flag_is_level_one_or_zero():
    assert words(np.array([True, False]), ("No", "Yes")).to_pylist() == ["Yes", "No"]


def test_whole_numbers_lose_their_point():
    assert whole(np.array([3.0, 4.0])).to_pylist() == [3, 4]


def test_days_are_written_as_a_date_or_as_a_number():
    days = np.array([DAY, day_number("2024-02-29")])
    assert dates(days).to_pylist() == ["2026-06-30", "2024-02-29"]
    assert date_numbers(days).to_pylist() == [20260630, 20240229]


def test_moments_carry_their_time_zone_when_it_is_given():
    second = np.array([DAY * 86_400 + 3661])
    assert moments(second).to_pylist() == ["2026-06-30 01:01:01"]
    assert moments(second, " UTC").to_pylist() == ["2026-06-30 01:01:01 UTC"]


def test_months_begin_on_their_first_day_across_a_year():
    assert first_days("2025-11", 2) == (day_number("2025-11-01"), day_number("2025-12-01"), day_number("2026-01-01"))
