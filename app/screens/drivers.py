"""Drivers: what moves the scores of the list, and how groups differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cache, session, widgets
from app.words import plain, say
from churn.workspace.exploring import (
    contrast_chart,
    crossed_chart,
    driver_chart,
    driver_charts,
    pair_chart,
    rate_chart,
    segment_chart,
    staying_chart,
)

if TYPE_CHECKING:
    from churn.workspace.exploring import Exploration


def matters(exploration: Exploration) -> None:
    """What moves the scores, by business group and, where that differs, by column; then how it spreads."""
    made = cache.kept(driver_charts, exploration)
    if not made:
        widgets.empty(say("drivers.nothing"), icon="equalizer")
        return
    *bars, swarm = made
    if len(bars) > 1:
        widgets.charts(bars)
    else:
        widgets.chart(bars[0])
    widgets.chart(swarm)


def one(exploration: Exploration) -> None:
    """One column: what it adds by its value, and how many leave by its levels or ranges."""
    name = pick_column(exploration, "drivers.column", "driver column")
    if name is None:
        return
    left, right = st.columns(2)
    with left:
        widgets.chart(cache.kept(rate_chart, exploration, name))
    with right:
        moved = cache.kept(driver_chart, exploration, name)
        if moved is None:
            widgets.empty(say("drivers.not_used", column=exploration.label(name)), icon="block")
        else:
            widgets.chart(moved)
    st.caption(say("drivers.two_views"))


def together(exploration: Exploration) -> None:
    """Pairs of which one changes what the other means, and one pair in full."""
    made = cache.kept(pair_chart, exploration)
    if made is None:
        widgets.empty(say("drivers.no_pairs"), icon="hub")
        return
    left, right = st.columns(2)
    with left:
        widgets.chart(made)
    with right:
        names = {f"{p.column} × {p.other}": p for p in exploration.pairs}
        chosen = st.selectbox(
            say("drivers.pair"),
            list(names),
            format_func=lambda k: f"{exploration.label(names[k].column)} × {exploration.label(names[k].other)}",
        )
        widgets.chart(cache.kept(crossed, exploration, names[chosen].column, names[chosen].other))


def crossed(exploration: Exploration, column: str, other: str) -> Any:
    """What one of a pair of columns changes in what the other means."""
    return crossed_chart(exploration, next(p for p in exploration.pairs if (p.column, p.other) == (column, other)))


def pick_column(exploration: Exploration, label: str, key: str, *, everybody: str = "") -> str | None:
    """One of the list's columns, the strongest first, by its name in words.

    everybody   what stands there while none is chosen; without it the strongest is
    """
    chosen: str | None = st.selectbox(
        say(label),
        exploration.of_list(),
        format_func=lambda n: plain(exploration.label(n)),
        key=key,
        index=None if everybody else 0,
        placeholder=everybody or None,
    )
    return chosen


TIER, REST = "tier", ""


def segments(exploration: Exploration) -> None:
    """Groups that are alike, the likeliest to leave first, with their share of the risk."""
    widgets.chart(cache.kept(segment_chart, exploration))
    found = exploration.segments
    table: dict[str, list[Any]] = {
        "segment": [s.text for s in found],
        "probability": widgets.tenths(s.probability for s in found),
        "customers": [s.customers for s in found],
        "share": widgets.tenths(s.share_of_risk for s in found),
    }
    if exploration.left is not None:
        table["left"] = widgets.tenths(s.left for s in found)
    widgets.table(
        table,
        alt=say("drivers.segments_alt"),
        long_words=True,
        columns={
            "segment": widgets.text_column(say("drivers.segment"), long=True),
            "customers": st.column_config.NumberColumn(say("drivers.customers"), format="localized"),
            "probability": st.column_config.NumberColumn(say("drivers.probability"), format="percent"),
            "share": st.column_config.NumberColumn(say("drivers.share_of_risk"), format="percent"),
            "left": st.column_config.NumberColumn(say("drivers.left"), format="percent"),
        },
    )


def compared(exploration: Exploration) -> None:
    """Any two groups: which drivers make the difference."""
    columns, first, second = st.columns(3)
    names = [TIER, *exploration.of_list()]
    name = columns.selectbox(
        say("drivers.by"),
        names,
        format_func=lambda n: say("drivers.tier") if n == TIER else exploration.label(n),
        key="by",
    )
    groups = exploration.choices(name)
    one = first.selectbox(say("drivers.first"), groups, key=f"first {name}")
    others = [REST, *(g for g in groups if g != one)]
    two = second.selectbox(
        say("drivers.second"), others, format_func=lambda g: g or say("drivers.rest"), key=f"second {name} {one}"
    )
    words = name, one, two or None
    widgets.chart(cache.kept(contrast_chart, exploration, *words))


def staying(exploration: Exploration) -> None:
    """How many stay how long, for everybody or by the levels of a column."""
    lasting = exploration.lasting
    if exploration.left is None:
        widgets.empty(say("drivers.no_outcomes"), icon="timeline", go="score")
        return
    if not lasting:
        widgets.empty(say("drivers.no_time"), icon="timeline")
        return
    left, right = st.columns(2)
    with left:
        name = st.selectbox(say("drivers.time"), list(lasting), format_func=exploration.label, key="time column")
    with right:
        by = pick_column(exploration, "drivers.split", "split column", everybody=say("drivers.everybody"))
    made = cache.kept(staying_chart, exploration, name, by)
    widgets.chart(made)


def fairness(exploration: Exploration) -> None:
    """How protected groups fare under this model."""
    st.markdown(say("drivers.fairness_text"))
    made = cache.kept(session.workspace().models.fairness_chart, exploration.ranked.model)
    if made is None:
        widgets.empty(say("drivers.no_protected"), icon="balance", go="training")
        return
    widgets.chart(made)


PARTS = {
    "matters": matters,
    "one": one,
    "segments": segments,
    "compare": compared,
    "staying": staying,
    "together": together,
    "fairness": fairness,
}


def draw() -> None:
    """The whole screen; a part is computed when it is opened."""
    widgets.heading(say("drivers.title"), say("drivers.lead"))
    if not widgets.need_list():
        return
    widgets.list_banner()
    with widgets.working(say("drivers.working")):
        asked = cache.exploring(cache.ranked())
    st.info(say("drivers.guard"), icon=":material/link_off:", title=say("drivers.guard_title"))
    tabs = st.tabs([say(f"drivers.tab_{p}") for p in PARTS], key="drivers part", on_change="rerun")
    for tab, draw_part in zip(tabs, PARTS.values(), strict=True):
        if tab.open:
            with tab:
                draw_part(asked)


widgets.screen(draw)
