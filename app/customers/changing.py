"""What if, and what could be done: fields to change with live deltas, nearest feasible changes, offers that exist."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.customers.asking import ask
from app.strings import plain, say


@st.fragment
def what_if(found: Any) -> None:
    """Change what an offer can change, or anything at all, and see the score move."""
    st.markdown(say("customer.whatif_text"))
    every_field = state.workspace().customers.form(found.model)
    fields = [f for f in every_field if f.kind != "date"]
    every = st.toggle(say("customer.every"), key="every field")
    fields = [f for f in fields if every or f.lever == "actionable"] or fields
    wanted = {}
    for start in range(0, len(fields), 3):
        for place, one in zip(st.columns(3), fields[start : start + 3], strict=False):
            with place:
                key = f"whatif {found.explanation.key} {one.name}"
                wanted[one.name] = ask(one, found.customer.get(one.name), key)
    changes = {name: value for name, value in wanted.items() if value != found.customer.get(name)}
    if not changes:
        widgets.empty(say("customer.unchanged"), icon="tune")
        return
    outcome(found, changes, {f.name: f.label for f in every_field})


def outcome(found: Any, changes: dict[str, Any], labels: dict[str, str]) -> None:
    """The score after the changes beside the score before, and what each changed field does, in the order given."""
    workspace = state.workspace()
    compared = workspace.customers.compare(found.model, found.customer, changes)
    before, after = compared.before, compared.after
    left, right = st.columns([1, 2])
    widgets.share(
        left,
        say("customer.would_be"),
        after.probability,
        delta=say("customer.points", points=compared.points),
        delta_color="inverse",
    )
    with right.container(border=True, height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            widgets.tier_badge(before.tier)
            st.markdown(":material/arrow_forward:")
            widgets.tier_badge(after.tier)
        for step in compared.steps:
            st.markdown(say("customer.moved", label=plain(step.label), points=step.points))
            for name, (_, then) in step.follows.items():
                st.caption(say("customer.follows", label=plain(labels.get(name, name)), then=plain(str(then))))
    widgets.notices(compared.notices)


def within_reach(found: Any) -> None:
    """The smallest feasible changes that lower the risk, and the offers that exist for this customer."""
    left, right = st.columns(2)
    with left:
        nearest(found)
    with right:
        offers(found)


def nearest(found: Any) -> None:
    """One or two fields changed, the ones that are enough first, each with the offer that stands for it."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"### {say('customer.nearest_title')}", anchors=False)
        names = state.workspace().customers.offer_names(found.model)
        for change in found.changes:
            made = " + ".join(names[n] for n in change.changes if names.get(n))
            st.markdown(f"- {plain(change.text)} ({say('customer.then', probability=change.probability)})")
            if made:
                st.caption(say("customer.offer_is", offer=made))
        if not found.changes:
            st.markdown(say("customer.no_change"))
        st.caption(say("customer.nearest_text"))


def offers(found: Any) -> None:
    """The offers of the playbook that this customer may be made, the one worth most first."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"### {say('customer.offers_title')}", anchors=False)
        workspace = state.workspace()
        shown, currency = workspace.customers.offers_for(found), workspace.currency_of(found.model)
        if not shown:
            st.markdown(say("customer.no_offer"))
            return
        table = {
            "offer": [o.words for o in shown],
            "cost": [o.cost for o in shown],
            "gain": [o.gain for o in shown],
            "from": [o.pays_from for o in shown],
        }
        widgets.table(
            table,
            alt=say("customer.offers_title"),
            long_words=True,
            columns={
                "offer": widgets.text_column(say("customer.offer"), width="medium"),
                "cost": widgets.money_column(say("customer.cost"), currency),
                "gain": widgets.money_column(say("customer.gain"), currency),
                "from": st.column_config.NumberColumn(say("customer.pays_from"), format="percent"),
            },
        )
        st.caption(say("customer.offers_none" if shown[0].gain <= 0 else "customer.offers_text"))
        widgets.assumed(say("customer.offers_assume"))
