"""Amounts are written as the reader's own locale writes them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from churn.money.amounts import Amounts, parts_that_add_up


@pytest.mark.parametrize(
    ("currency", "locale", "said"),
    [
        ("USD", "en-US", "$1,234,567"),
        ("EUR", "de-DE", "1.234.567\u00a0€"),
        ("EUR", "nl-NL", "€\u00a01.234.567"),
        ("EUR", "fr-FR", "1\u202f234\u202f567\u00a0€"),
        ("CHF", "de-CH", "CHF\u00a01’234’567"),
        ("TWD", "en-GB", "NT$1,234,567"),
        ("SEK", "sv-SE", "1\u00a0234\u00a0567\u00a0SEK"),
        ("", "de-DE", "1.234.567"),
    ],
)
def test_money_is_written_as_the_reader_writes_it(currency, locale, said):
    assert Amounts(currency, locale).money(1234567.2) == said


def test_small_amounts_keep_their_cents_and_large_ones_do_not():
    dollars = Amounts("USD")
    assert [dollars.money(v) for v in (4.5, -99.994, 100.4, 0.0)] == ["$4.50", "−$99.99", "$100", "$0.00"]


def test_a_card_has_room_for_a_short_amount():
    dollars = Amounts("USD")
    assert [dollars.money(v, short=True) for v in (987.6, 12_345, 345_678, -1_234_567)] == [
        "$988",
        "$12,345",
        "$345,678",
        "−$1.2m",
    ]


def test_what_rounds_to_nothing_has_no_minus():
    assert Amounts("USD").money(-0.001) == "$0.00"


def test_an_unknown_amount_is_a_dash():
    assert Amounts("USD").money(None) == "–"


def test_shares_and_ranges():
    assert Amounts("", "de-DE").share(0.637, 1) == "63,7\u00a0%"
    assert Amounts("USD").share(0.637) == "64%"
    assert Amounts("EUR", "de-DE").span(1000, 2000) == "1.000\u00a0€ – 2.000\u00a0€"


def test_four_digits_stand_together_where_that_is_the_custom():
    assert [Amounts("", "es-ES").number(n) for n in (1234, 12345)] == ["1234", "12.345"]


def test_plotly_is_told_the_same_marks():
    assert [Amounts("", at).separators for at in ("en-US", "de-DE", "de-CH")] == [".,", ",.", ".’"]


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), max_size=8), st.integers(0, 3))
@example([1.5, 1.5, 1.4], 0)
@example([0.04, 0.04, 0.04], 1)
def test_parts_beside_a_whole_add_up_to_the_whole_as_it_is_shown(parts, digits):
    shown = parts_that_add_up(parts, digits)
    assert f"{sum(shown):.{digits}f}" == f"{round(sum(parts), digits) + 0.0:.{digits}f}"
    assert all(abs(one - part) < 1.001 * 10.0**-digits for one, part in zip(shown, parts, strict=True))
    assert [one for _, one in sorted(zip(parts, shown, strict=True))] == sorted(shown)


def test_parts_that_are_whole_already_stay_as_they_are():
    assert parts_that_add_up([3.0, 0.0, 7.0]) == [3, 0, 7]
    assert parts_that_add_up([]) == []
