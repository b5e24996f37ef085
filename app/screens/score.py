"""Score a list: bring it, see what was understood, confirm what is doubtful, then who may leave and why."""

from functools import partial
from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import say
from churn.errors import ChurnError, NotFound, RequestRefused, UnsureColumns

TIERS = ("High", "Medium", "Low")
ORDERS = ("expected_gain", "value_at_risk", "probability")


def understood(reading: Any) -> None:
    """The reading in four numbers, then everything that was repaired, set aside or left open."""
    rows, aside, business, repaired = st.columns(4)
    rows.metric(say("score.rows"), reading.rows, format="localized", border=True)
    aside.metric(say("score.set_aside"), len(reading.set_aside), format="localized", border=True)
    business.metric(say("score.business"), reading.profile, border=True)
    repaired.metric(
        say("score.repaired"), sum(n.kind == "repaired" for n in reading.notices), format="localized", border=True
    )
    confirm_matches(reading.doubtful, reading.raw.column_names)
    with st.expander(say("score.understood"), icon=":material/fact_check:"):
        widgets.notices(reading.notices)
    if reading.set_aside:
        with st.expander(say("score.set_aside_title"), icon=":material/content_cut:"):
            set_aside(reading)
    with st.expander(say("score.columns_title"), icon=":material/view_column:"):
        columns(reading)


def set_aside(reading: Any) -> None:
    """The lines left out, to look at and to take home."""
    st.markdown(say("score.set_aside_text"))
    found = {
        say("score.line"): [s.line for s in reading.set_aside],
        say("score.why"): [s.why for s in reading.set_aside],
    }
    st.dataframe(found, hide_index=True, alt=say("score.set_aside_title"))
    st.download_button(
        say("score.download_set_aside"),
        data=partial(state.desk().set_aside_csv, reading),
        file_name="set-aside.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def columns(reading: Any) -> None:
    """What each column was taken for."""
    theirs = {m.ours: m.theirs for m in reading.matches}
    used = [c for c in reading.schema.columns if c.role != "ignored"]
    found = {
        say("score.column"): [c.name for c in used],
        say("score.theirs"): [theirs.get(c.name, c.name) for c in used],
        say("score.kind"): [c.kind for c in used],
        say("score.role"): [c.role for c in used],
        say("score.meaning"): [c.meaning for c in used],
    }
    st.dataframe(found, hide_index=True, alt=say("score.columns_title"))


def confirm_matches(doubtful: Any, headings: Any) -> None:
    """Doubtful columns, shown with the evidence; nothing of them is used until the person says so."""
    if not doubtful:
        return
    with st.form("matches", border=True):
        st.subheader(say("score.matches_title"), anchor=False)
        st.markdown(say("score.matches_text"))
        ticked = {
            m.theirs: m.ours
            for m in doubtful
            if st.checkbox(say("score.match", theirs=m.theirs, ours=m.ours), value=True, help=m.evidence or None)
        }
        if st.form_submit_button(say("score.confirm"), type="primary"):
            refused = {m.theirs: "" for m in doubtful if m.theirs not in ticked}
            state.confirm_mapping(headings, {**ticked, **refused})
            st.rerun()


def questions() -> None:
    """What a file may leave open, asked instead of guessed."""
    with st.form("questions", border=True):
        st.subheader(say("score.questions_title"), anchor=False)
        dates = st.radio(
            say("score.dates"),
            ["day-first", "month-first"],
            index=None,
            format_func=lambda d: say(f"score.dates_{d.split('-')[0]}"),
        )
        duplicates = st.radio(
            say("score.duplicates"),
            ["newest", "first"],
            index=None,
            format_func=lambda d: say(f"score.duplicates_{d}"),
        )
        sheet = st.text_input(say("score.sheet"), value="")
        if st.form_submit_button(say("score.answer"), type="primary"):
            said = {"dates": dates, "duplicates": duplicates, "sheet": sheet or None}
            state.tell(**{k: v for k, v in said.items() if v})
            st.rerun()


def in_short(ranked: Any) -> None:
    """The scored list in four numbers."""
    found = state.desk().overview(ranked)
    expected, risk, suggested, gain = st.columns(4)
    expected.metric(
        say("score.expected"),
        found.leavers,
        format="%.0f",
        border=True,
        help=say("score.expected_help", low=found.low, high=found.high),
    )
    if found.value_at_risk is not None:
        risk.metric(
            say("score.at_risk"), found.value_at_risk, format="compact", border=True, help=say("score.at_risk_help")
        )
    suggested.metric(say("score.suggested"), found.suggested, format="localized", border=True)
    gain.metric(say("score.gain"), found.gain, format="compact", border=True, help=say("score.gain_help"))


def customers(ranked: Any) -> None:
    """The customers to look at first, in an order of one's own; selecting one opens it."""
    st.subheader(say("score.ranked_title"), anchor=False)
    left, middle, right = st.columns([2, 2, 2])
    tiers = left.pills(
        say("score.tier_filter"),
        TIERS,
        default=TIERS,
        selection_mode="multi",
        format_func=lambda t: f":material/{widgets.TIER_ICONS[t]}: {say(f'tiers.{t}')}",
    )
    search = middle.text_input(say("score.search"), type="search")
    by = right.selectbox(say("score.order"), ORDERS, format_func=lambda o: say(f"score.order_{o}"))
    found = state.desk().customers(ranked, tiers=tiers or TIERS, search=search, by=by)
    if found.empty:
        st.info(say("score.empty"))
        return
    chosen = st.dataframe(
        found,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config=columns_shown(found.columns[0]),
        alt=say("score.table_alt"),
        key=f"ranked {by} {search} {tiers}",
    )
    st.caption(say("score.shown", shown=len(found), all=ranked.reading.rows))
    if chosen.selection.rows:
        state.open_customer(str(found.iloc[chosen.selection.rows[0], 0]))
        st.switch_page("screens/customer.py")


def columns_shown(key: str) -> dict:
    """How each column of the table is shown."""
    show = st.column_config
    return {
        key: show.TextColumn(say("score.customer"), pinned=True),
        "probability": show.ProgressColumn(say("score.probability"), min_value=0, max_value=1, format="percent"),
        "tier": show.TextColumn(say("score.tier")),
        "value_at_risk": show.NumberColumn(say("score.value_at_risk"), format="localized"),
        "reason_1": show.TextColumn(say("score.reason_1"), width="large"),
        "reason_2": show.TextColumn(say("score.reason_2"), width="large"),
        "reason_3": None,
        "action": show.TextColumn(say("score.action"), width="medium"),
        "expected_gain": show.NumberColumn(say("score.expected_gain"), format="localized"),
    }


def download(ranked: Any) -> None:
    """The whole scored list, made only when it is asked for."""
    st.download_button(
        say("score.download", rows=ranked.reading.rows),
        data=partial(state.desk().scored_csv, ranked),
        file_name="scored.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        help=say("score.download_help"),
        type="primary",
    )
    st.caption(say("score.by_model", name=ranked.model.name, version=ranked.model.version))


def scored() -> None:
    """Scores, where a model fits the list; otherwise where to train one."""
    try:
        ranked = state.ranked()
    except (NotFound, RequestRefused) as problem:
        widgets.show_refusal(problem)
        st.info(say("list.no_model"), icon=":material/model_training:")
        return
    in_short(ranked)
    customers(ranked)
    download(ranked)


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("score.title"), say("score.lead"))
    widgets.choose_list()
    if state.in_hand() is None:
        st.info(say("list.none"), icon=":material/upload_file:")
        return
    widgets.list_banner()
    try:
        reading = state.reading()
    except UnsureColumns as problem:
        confirm_matches(problem.matches, problem.headings)
        return
    except ChurnError as problem:
        widgets.show_refusal(problem)
        questions()
        return
    understood(reading)
    scored()


widgets.screen(draw)
