"""What is wished for: budget, capacities and holdout on sliders, limits for segments, and the rarer choices."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state
from app.strings import say
from churn.money.amounts import SIGNS
from churn.workspace.campaigns import limits_from_rows, segment_choices

ENDS = ("low", "mid", "high")


def limits(scale: Any, playbook: Any, currency: str) -> dict[str, Any]:
    """Budget, holdout and capacities; a slider at its end sets no limit."""
    money, typed, held = st.columns([3, 1, 1], vertical_alignment="bottom")
    chosen = budget(scale, currency, (money, typed))
    holdout = held.slider(say("campaign.holdout"), 0, 50, 10, format="%d%%", help=say("campaign.holdout_help"))
    capacity = rooms(scale, playbook)
    return {"budget": chosen if chosen < scale.budget else None, "holdout_percent": holdout, "capacity": capacity}


def budget(scale: Any, currency: str, places: tuple[Any, Any]) -> float:
    """The budget, slid or typed: each follows the other."""
    sign = f" ({SIGNS.get(currency, currency)})" if currency else ""
    most, slid = max(scale.budget, scale.step), f"budget {scale.budget:g} {scale.opening:g}"
    typed = f"{slid} typed"
    state.begin_with({slid: min(most, scale.opening), typed: min(most, scale.opening)})
    label = say("campaign.budget") + sign
    places[0].slider(
        label,
        0.0,
        most,
        step=scale.step,
        format="localized",
        help=say("campaign.budget_help"),
        key=slid,
        on_change=state.copy_field,
        args=(slid, typed),
    )
    return float(
        places[1].number_input(
            say("campaign.budget_typed"),
            0.0,
            most,
            step=scale.step,
            key=typed,
            on_change=state.copy_field,
            args=(typed, slid),
        )
    )


def rooms(scale: Any, playbook: Any) -> dict[str, int | None]:
    """How many customers each channel may reach."""
    found: dict[str, int | None] = {}
    shown = [channel for channel in playbook.channels if scale.channels[channel] > 0]
    for column, channel in zip(st.columns(max(1, len(shown))), shown, strict=False):
        most = scale.channels[channel]
        own = min(playbook.capacity.get(channel, most), most)
        told = column.slider(
            say("campaign.capacity", channel=channel),
            0,
            most,
            own,
            format="localized",
            help=say("campaign.capacity_help"),
            key=f"room {channel} {most} {own}",
        )
        found[channel] = told if told != own else None
    return found


def more(ranked: Any) -> dict[str, Any]:
    """The choices that most campaigns do not need."""
    with st.expander(say("campaign.more"), icon=":material/tune:"):
        words = segments(ranked)
        left, middle, right = st.columns(3)
        name = left.text_input(say("campaign.name"), max_chars=200, help=say("campaign.name_help"))
        scenario = middle.selectbox(
            say("campaign.scenario"), ENDS, index=1, format_func=lambda end: say(f"campaign.{end}")
        )
        seed = right.number_input(say("campaign.seed"), value=0, step=1, help=say("campaign.seed_help"))
        rested = st.toggle(say("campaign.rested"), help=say("campaign.rested_help"))
    return {**words, "name": name.strip(), "scenario": scenario, "seed": seed, "rested": rested}


def segments(ranked: Any) -> dict[str, Any]:
    """Limits for segments: at least so many, at most so many."""
    choices = state.kept(segment_choices, ranked)
    if not choices:
        return {"at_least": {}, "at_most": {}}
    show = st.column_config
    numbers = {"min_value": 0, "step": 1, "format": "localized"}
    st.markdown(say("campaign.limits_text"))
    edited = st.data_editor(
        {"segment": [None], "least": [None], "most": [None]},
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "segment": show.SelectboxColumn(
                say("campaign.limits_segment"), options=[c.words for c in choices], width="large"
            ),
            "least": show.NumberColumn(say("campaign.limits_least"), **numbers),
            "most": show.NumberColumn(say("campaign.limits_most"), **numbers),
        },
        key="segment limits",
    )
    return limits_from_rows(rows_of(edited), choices)


def rows_of(edited: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Edited columns as rows."""
    return [dict(zip(edited, row, strict=True)) for row in zip(*edited.values(), strict=True)]
