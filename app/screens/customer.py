"""One customer: how likely to leave, what goes with it, and what the score would be if something changed."""

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from churn.showing.customer_figures import reasons_chart


def pick(ranked: Any) -> str | None:
    """The customer to look at: the one opened before, or one found by key."""
    keys = state.desk().keys(ranked)
    opened = state.opened_customer()
    place = keys.index(opened) if opened in keys else None
    chosen = st.selectbox(say("customer.pick"), keys, index=place, placeholder=say("customer.pick_hint"))
    if chosen is not None and chosen != opened:
        state.open_customer(chosen)
    return chosen


def score(found: Any) -> None:
    """The score with all that is known about how sure it is."""
    told = found.explanation
    left, middle, right = st.columns(3)
    left.metric(say("customer.probability"), told.probability, format="percent", border=True)
    with middle.container(border=True, height="stretch"):
        st.caption(say("customer.tier"))
        widgets.tier_badge(told.tier)
        st.caption(say("customer.percentile", percentile=told.percentile))
    if told.value_at_risk is not None:
        right.metric(say("customer.value_at_risk"), told.value_at_risk, format="localized", border=True)
    for sentence in state.desk().certainty(told):
        st.markdown(f":material/monitoring: {plain(sentence)}")
    widgets.notices(told.notices)


def reasons(told: Any) -> None:
    """What raises and what lowers the risk, as a picture and in sentences."""
    chart = reasons_chart(told)
    left, right = st.columns([3, 2])
    with left:
        widgets.chart(chart)
    with right:
        for title, found in (("customer.raising", told.raising), ("customer.lowering", told.lowering)):
            st.markdown(f"**{say(title)}**")
            for reason in found:
                st.markdown(f"- {plain(reason.text)}")
            if not found:
                st.markdown(say("customer.nothing"))
    st.caption(say("customer.associated"))


def field(model: Any, column: Any, customer: Any) -> Any:
    """One column of the what-if as the field that suits it; what comes back is the new value."""
    now = customer.get(column.name)
    label = plain(column.meaning or column.name)
    if column.kind == "flag":
        return st.selectbox(label, [True, False], index=None if now is None else int(not now), format_func=yes_or_no)
    levels = state.desk().levels(model, column.name)
    if levels:
        return st.selectbox(label, levels, index=levels.index(now) if now in levels else None)
    return st.number_input(label, value=now)


def yes_or_no(value: bool) -> str:
    """A flag in words."""
    return say("customer.yes") if value else say("customer.no")


def what_if(found: Any) -> None:
    """Change what an offer can change and see the score move."""
    st.subheader(say("customer.whatif_title"), anchor=False)
    st.markdown(say("customer.whatif_text"))
    levers = [c for c in found.model.schema.features if c.lever == "actionable" and c.name in found.model.encoder.names]
    wanted = {}
    for place, column in enumerate(levers):
        if place % 3 == 0:
            row = st.columns(3)
        with row[place % 3]:
            wanted[column.name] = field(found.model, column, found.customer)
    changes = {name: value for name, value in wanted.items() if value != found.customer.get(name)}
    if changes:
        compared = state.desk().compare(found.model, found.customer, changes)
        st.metric(
            say("customer.would_be"),
            compared.after.probability,
            delta=compared.after.probability - compared.before.probability,
            delta_color="inverse",
            format="percent",
            border=True,
        )
        widgets.notices(compared.notices)


def nearest(found: Any) -> None:
    """The smallest changes that would lower the risk, tied to offers that exist."""
    if not found.changes:
        return
    st.subheader(say("customer.nearest_title"), anchor=False)
    for change in found.changes:
        st.markdown(f"- {plain(change.text)} ({say('customer.then', probability=change.probability)})")
    st.caption(say("customer.nearest_text"))


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("customer.title"), say("customer.lead"))
    if not widgets.need_list():
        return
    widgets.list_banner()
    ranked = state.ranked()
    key = pick(ranked)
    if key is None:
        st.info(say("customer.none"), icon=":material/person_search:")
        return
    found = state.explained(ranked, key)
    score(found)
    reasons(found.explanation)
    what_if(found)
    nearest(found)


widgets.screen(draw)
