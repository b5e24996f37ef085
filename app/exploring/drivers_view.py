"""What matters in the whole list, one driver in full, and drivers that work together."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from churn.workspace.exploring import crossed_chart, driver_chart, driver_charts, pair_chart, rate_chart


def matters(asked: Any) -> None:
    """What moves the scores, by business group and, where that differs, by column; then how it spreads."""
    made = state.kept(driver_charts, asked)
    if not made:
        widgets.empty(say("drivers.nothing"), icon="equalizer")
        return
    *bars, swarm = made
    if len(bars) > 1:
        widgets.charts(bars)
    else:
        widgets.chart(bars[0])
    widgets.chart(swarm)


def one(asked: Any) -> None:
    """One column: what it adds by its value, and how many leave by its levels or ranges."""
    name = pick_column(asked, "drivers.column", "driver column")
    if name is None:
        return
    left, right = st.columns(2)
    with left:
        widgets.chart(state.kept(rate_chart, asked, name))
    with right:
        moved = state.kept(driver_chart, asked, name)
        if moved is None:
            widgets.empty(say("drivers.not_used", column=asked.label(name)), icon="block")
        else:
            widgets.chart(moved)
    st.caption(say("drivers.two_views"))


def together(asked: Any) -> None:
    """Pairs of which one changes what the other means, and one pair in full."""
    made = state.kept(pair_chart, asked)
    if made is None:
        widgets.empty(say("drivers.no_pairs"), icon="hub")
        return
    left, right = st.columns(2)
    with left:
        widgets.chart(made)
    with right:
        names = {f"{p.column} × {p.other}": p for p in asked.pairs}
        chosen = st.selectbox(
            say("drivers.pair"),
            list(names),
            format_func=lambda k: f"{asked.label(names[k].column)} × {asked.label(names[k].other)}",
        )
        widgets.chart(state.kept(crossed, asked, names[chosen].column, names[chosen].other))


def crossed(asked: Any, column: str, other: str) -> Any:
    """What one of a pair of columns changes in what the other means."""
    return crossed_chart(asked, next(p for p in asked.pairs if (p.column, p.other) == (column, other)))


def pick_column(asked: Any, label: str, key: str, **more: Any) -> str | None:
    """One of the list's columns, the strongest first, by its name in words."""
    chosen: str | None = st.selectbox(
        say(label), asked.of_list(), format_func=lambda n: plain(asked.label(n)), key=key, **more
    )
    return chosen
