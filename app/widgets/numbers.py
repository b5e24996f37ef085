"""Numbers on screen: counts, shares and money, written as the reader's browser writes them.

Streamlit writes counts and shares in the browser's locale by itself. Money it can write only in dollars, euros and yen;
other currencies are written here for figures, and stand in the heading for columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from app.strings import plain, say
from churn.money.amounts import SIGNS, Amounts

NARROWEST = 140  # pixels of a figure: two stand side by side on a phone
LONG = 200  # pixels of a column whose words may wrap
WRITTEN_BY_THE_BROWSER = {"USD": "dollar", "EUR": "euro", "JPY": "yen"}


def amounts(currency: str = "") -> Amounts:
    """How this reader sees numbers and money."""
    return Amounts(currency, st.context.locale or "en-US")


def row(many: int) -> list[Any]:
    """Places for figures side by side, as many in a row as the screen has room for."""
    # The grid itself is each place: what is put into it directly stretches to the height of its row, a cell does not.
    return [st.grid(many, min_column_width=NARROWEST)] * many


def tenths(values: Iterable[float | None]) -> list[float | None]:
    """Shares to a tenth of a point, as a column of a table shows them."""
    return [None if value is None else round(value, 3) for value in values]


def count(place: Any, label: str, value: float | None, **more: Any) -> None:
    """A figure that counts: customers, leavers, lines."""
    whole = value if value is None else round(value)
    place.metric(label, whole, format="localized", border=True, height="stretch", **more)


def share(place: Any, label: str, value: float | None, **more: Any) -> None:
    """A figure that is a share, such as a probability, to a tenth of a point; a change beside it as well."""
    shown = value if value is None else round(value, 3)
    if isinstance(more.get("delta"), float):
        more["delta"] = round(more["delta"], 3)
    place.metric(label, shown, format="percent", border=True, height="stretch", **more)


def points(place: Any, label: str, effect: float, low: float, high: float, **more: Any) -> None:
    """An effect on a share, in percentage points, with the interval it may lie in beneath it."""
    written = partial(amounts().number, digits=1)
    shown = say("numbers.points", points=written(100 * effect))
    reach = say("numbers.points_reach", low=written(100 * low), high=written(100 * high))
    place.metric(label, shown, border=True, height="stretch", **beneath(reach), **more)


def points_column(label: str) -> ColumnConfig:
    """A column of effects in percentage points; the heading says so."""
    return st.column_config.NumberColumn(say("numbers.in_points", label=label), format="%.1f")


def money(place: Any, label: str, value: float | None, currency: str, **more: Any) -> None:
    """A figure in the money of the business, short enough for a card."""
    shown = plain(amounts(currency).money(value, short=True))
    place.metric(label, shown, border=True, height="stretch", **more)


def beneath(words: str) -> dict[str, Any]:
    """Words beneath a figure, such as the range it may lie in."""
    return {"delta": words, "delta_color": "off", "delta_arrow": "off"}


def between(low: float, high: float, written: Callable[[float], str]) -> dict[str, Any]:
    """Between what a figure may lie, beneath it, each end written this way."""
    return beneath(say("numbers.reach", low=written(low), high=written(high)))


def reach(low: float, high: float, currency: str) -> dict[str, Any]:
    """The same of an amount."""
    return between(low, high, partial(amounts(currency).money, digits=0))


def money_column(label: str, currency: str, **more: Any) -> ColumnConfig:
    """A column of amounts, to the cent; where the browser cannot write the currency, the heading names it."""
    written = WRITTEN_BY_THE_BROWSER.get(currency)
    named = label if written or not currency else f"{label} ({SIGNS.get(currency, currency)})"
    return st.column_config.NumberColumn(named, format=written or "accounting", **more)


def text_column(label: str, *, long: bool = False, **more: Any) -> ColumnConfig:
    """A column of words; `long` ones wrap, in a table that lets them."""
    return st.column_config.TextColumn(label, **({"width": LONG} if long else {}), **more)
