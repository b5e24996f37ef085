"""One customer: why, what if, what to offer, who is alike and what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cache, session, widgets
from app.words import plain, say
from churn.money.amounts import describe_horizon, parts_that_add_up
from churn.workspace.customers import customer_from_form, similar_stayers, waterfall
from churn.workspace.list_history import certainty_sentences, list_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from churn.workspace.customers import FormField
    from churn.workspace.lists import ExplainedScore, ScoredCustomers


def pick(ranked: ScoredCustomers) -> Any:
    """One customer of the list: the one opened before, or one found by key; None while nobody is chosen."""
    keys = list_keys(ranked)
    opened = cache.opened_customer()
    place = keys.index(opened) if opened in keys else None
    chosen = st.selectbox(say("customer.pick"), keys, index=place, placeholder=say("customer.pick_hint"))
    if chosen is None:
        widgets.empty(say("customer.none"), icon="person_search")
        return None
    if chosen != opened:
        cache.open_customer(chosen)
    return cache.explained(ranked, chosen)


def type_in() -> Any:
    """A customer typed in, for any model and without any list; None until the form is sent."""
    model = choose_model()
    if model is None:
        return None
    fields = session.workspace().customers.form(model)
    with st.form("typed", border=True):
        st.markdown(say("customer.form_text"))
        values = fill_in(fields)
        day = st.date_input(say("customer.as_of")) if any(f.kind == "date" for f in fields) else None
        if st.form_submit_button(say("customer.form_send"), type="primary", icon=":material/calculate:"):
            session.remember("typed", (model.name, values, day))
    name, values, day = session.recall("typed", (None, {}, None))
    if name != model.name:
        return None
    workspace = session.workspace()
    return workspace.customers.explain_values(model, customer_from_form(model, values), as_of=day)


def choose_model() -> Any:
    """The live model to ask; where there are several, the person chooses."""
    workspace = session.workspace()
    live = [card["name"] for card in workspace.models.list() if card["live"]]
    if not live:
        widgets.empty(say("customer.no_model"), icon="model_training", go="training")
        return None
    first = cache.likely_model(live)
    name = st.selectbox(say("customer.model"), live, index=live.index(first)) if len(live) > 1 else live[0]
    return workspace.models.get(name)


def fill_in(fields: Sequence[FormField]) -> dict[str, Any]:
    """Every field of the form, three in a row, in the order of the business."""
    values = {}
    for start in range(0, len(fields), 3):
        for place, one in zip(st.columns(3), fields[start : start + 3], strict=False):
            with place:
                values[one.name] = ask(one, one.typical, f"typed {one.name}")
    return values


def ask(field: FormField, now: Any, key: str) -> Any:
    """One column as the field that suits it; what comes back is the value, None where nothing is known."""
    label = plain(field.label)
    if field.options:
        known = list(field.options)
        place = known.index(now) if now in known else None
        return st.selectbox(
            label,
            known,
            index=place,
            format_func=field.options.__getitem__,
            key=key,
            placeholder=say("customer.unknown"),
        )
    if field.kind == "date":
        return st.date_input(label, value=now, key=key)
    return number(field, label, now, key)


def number(field: FormField, label: str, now: float | None, key: str) -> float | None:
    """A number in the steps of its unit; a value that the list has already is never refused."""
    whole = field.step is not None and (now is None or float(now).is_integer())
    kind = int if whole else float
    low = None if field.low is None or (now is not None and now < field.low) else kind(field.low)
    value = st.number_input(
        label,
        value=None if now is None else kind(now),
        min_value=low,
        step=1 if whole else None,
        key=key,
        placeholder=say("customer.unknown"),
        help=say("customer.learnt_unit", unit=field.unit) if field.unit in ("days", "months", "share") else None,
    )
    return None if value is None else float(value)


def score(found: ExplainedScore) -> None:
    """The score with all that is known about how sure it is."""
    told = found.explanation
    left, middle, rank, right = widgets.row(4)
    between = say("customer.between", low=told.likely[0], high=told.likely[1]) if told.likely else None
    widgets.share(left, say("customer.probability"), told.probability, help=between)
    with middle.container(border=True, height="stretch", gap="small"):
        st.markdown(f":small[{say('customer.tier')}]")
        with st.container(horizontal=True, gap="small"):
            widgets.tier_badge(told.tier)
            if told.cannot_tell:
                st.badge(say("customer.cannot_tell"), icon=":material/help:", color="gray")
    riskier = say("customer.percentile", percentile=told.percentile)
    rank.metric(say("customer.riskier"), riskier, border=True, height="stretch", help=say("customer.riskier_help"))
    if told.value_at_risk is not None:
        time = widgets.beneath(describe_horizon(told.value_horizon, assumed=told.value_assumed))
        widgets.money(right, say("customer.value_at_risk"), told.value_at_risk, told.currency, **time)
    for sentence in certainty_sentences(told):
        st.markdown(f":material/monitoring: {plain(sentence)}")
    widgets.notices(told.notices)


def reasons(found: ExplainedScore) -> None:
    """The way to this customer's score, step by step, and the same in sentences."""
    widgets.section(say("customer.why_title"), say("customer.associated"))
    left, right = st.columns([3, 2])
    with left:
        widgets.chart(waterfall(found))
        within(found)
    with right:
        told = found.explanation
        for title, some in (("customer.raising", told.raising), ("customer.lowering", told.lowering)):
            with st.container(border=True):
                st.markdown(f"### {say(title)}", anchors=False)
                for reason in some:
                    st.markdown(f"- {plain(reason.text)}")
                if not some:
                    st.markdown(say("customer.nothing"))
        st.caption(say("customer.points_from", typical=told.typical, probability=told.probability))


def within(found: ExplainedScore) -> None:
    """One group column by column, when it is asked for."""
    groups = {r.group: r.label for r in found.explanation.groups if len(r.columns) > 1}
    if not groups:
        return
    words: dict[str, Any] = {"format_func": lambda g: plain(groups[g]), "wrap": True}
    chosen = st.pills(say("customer.within"), list(groups), key="within", **words)
    if chosen in groups:
        widgets.chart(session.workspace().customers.group_chart(found, chosen))


@st.fragment
def what_if(found: ExplainedScore) -> None:
    """Change what an offer can change, or anything at all, and see the score move."""
    st.markdown(say("customer.whatif_text"))
    every_field = session.workspace().customers.form(found.model)
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


def outcome(found: ExplainedScore, changes: dict[str, object], labels: dict[str, str]) -> None:
    """The score after the changes beside the score before, and what each changed field does, in the order given."""
    workspace = session.workspace()
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
        shown = parts_that_add_up([step.points for step in compared.steps], 1)
        for step, points in zip(compared.steps, shown, strict=True):
            st.markdown(say("customer.moved", label=plain(step.label), points=points))
            for name, (_, then) in step.follows.items():
                st.caption(say("customer.follows", label=plain(labels.get(name, name)), then=plain(str(then))))
    widgets.notices(compared.notices)


def within_reach(found: ExplainedScore) -> None:
    """The smallest feasible changes that lower the risk, and the offers that exist for this customer."""
    left, right = st.columns(2)
    with left:
        nearest(found)
    with right:
        offers(found)


def nearest(found: ExplainedScore) -> None:
    """One or two fields changed, the ones that are enough first, each with the offer that stands for it."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"### {say('customer.nearest_title')}", anchors=False)
        names = session.workspace().customers.offer_names(found.model)
        for change in found.changes:
            made = " + ".join(names[n] for n in change.changes if names.get(n))
            st.markdown(f"- {plain(change.text)} ({say('customer.then', probability=change.probability)})")
            if made:
                st.caption(say("customer.offer_is", offer=made))
        if not found.changes:
            st.markdown(say("customer.no_change"))
        st.caption(say("customer.nearest_text"))


def offers(found: ExplainedScore) -> None:
    """The offers of the playbook that this customer may be made, the one worth most first."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"### {say('customer.offers_title')}", anchors=False)
        workspace = session.workspace()
        shown, currency = workspace.customers.offers_for(found), workspace.currency_of(found.model)
        if not shown:
            st.markdown(say("customer.no_offer"))
            return
        table = {
            "offer": [o.words for o in shown],
            "cost": [o.cost for o in shown],
            "gain": [o.gain for o in shown],
            "from": widgets.tenths(o.pays_from for o in shown),
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
        widgets.assumed(plain(workspace.playbooks.for_model(found.model).playbook.evidence))


ICONS = {"scored": "monitoring", "treat": "campaign", "holdout": "block", "left": "logout", "stayed": "check_circle"}


def peers(ranked: ScoredCustomers, found: ExplainedScore, key: str | None) -> None:
    """The most similar customers who stayed; without known outcomes, who are predicted to stay."""
    if ranked is None:
        widgets.empty(say("customer.peers_no_list"), icon="group", go="score")
        return
    asked = cache.exploring(ranked)
    near = similar_stayers(asked, found, key)
    if not near:
        widgets.empty(say("customer.peers_none"), icon="group")
        return
    st.markdown(say("customer.peers_stayed" if near[0].stayed else "customer.peers_predicted"))
    table = {
        "key": [p.key for p in near],
        "probability": widgets.tenths(p.probability for p in near),
        "differs": [p.differs for p in near],
    }
    widgets.table(
        table,
        alt=say("customer.peers_title"),
        long_words=True,
        columns={
            "key": widgets.text_column(say("customer.pick")),
            "probability": st.column_config.ProgressColumn(
                say("customer.probability"), min_value=0, max_value=1, format="percent"
            ),
            "differs": widgets.text_column(say("customer.differs"), long=True),
        },
    )
    st.caption(say("customer.peers_text"))


def history(found: ExplainedScore, key: str | None) -> None:
    """Scores, campaigns and outcomes of this key, the latest first."""
    if key is None:
        widgets.empty(say("customer.history_typed"), icon="history")
        return
    known = session.workspace().customers.history(found.model, key)
    if not known:
        widgets.empty(say("customer.history_none"), icon="history", go="plan")
        return
    for one in known:
        words = say(f"customer.history_{one.what}", where=one.where, action=one.action or say("customer.no_action"))
        risk = "" if one.probability is None else say("customer.history_risk", probability=one.probability)
        st.markdown(f":material/{ICONS[one.what]}: **{one.date}** {words} {risk}")
    st.caption(say("customer.history_text"))


PARTS = ("whatif", "reach", "peers", "history")


def choose() -> tuple[Any, Any]:
    """The scored list, where there is one, and the customer to look at, from it or typed in."""
    ways = ["list", "form"]
    way = st.segmented_control(
        say("customer.way"),
        ways,
        default="list" if session.in_hand() else "form",
        required=True,
        format_func=lambda w: say(f"customer.way_{w}"),
        key="customer way",
        label_visibility="collapsed",
    )
    if way == "form":
        found = type_in()
        return None if found is None else cache.ranked_by(found.model), found
    if not widgets.need_list():
        return None, None
    widgets.list_banner()
    with widgets.working(say("customer.working")):
        ranked = cache.ranked()
    return ranked, pick(ranked)


def parts(ranked: ScoredCustomers, found: ExplainedScore) -> None:
    """What if, offers, look-alikes, history; a part is computed when it is opened."""
    key = found.explanation.key
    tabs = st.tabs([say(f"customer.tab_{p}") for p in PARTS], key="customer part", on_change="rerun")
    draws = (
        lambda: what_if(found),
        lambda: within_reach(found),
        lambda: peers(ranked, found, key),
        lambda: history(found, key),
    )
    for tab, draw_part in zip(tabs, draws, strict=True):
        if tab.open:
            with tab:
                draw_part()


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("customer.title"), say("customer.lead"))
    ranked, found = choose()
    if found is None:
        return
    score(found)
    reasons(found)
    parts(ranked, found)


widgets.screen(draw)
