"""What a list leaves open, asked on screen: a sheet, dates, duplicates, columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import session, widgets
from app.words import plain, say
from churn.errors import ChurnError, ListRefused, MissingColumns, OpenQuestion, UnsureColumns

if TYPE_CHECKING:
    from churn.intake.matching import Match

KNOWN = {"dates": ("day-first", "month-first"), "duplicates": ("newest", "first")}


def ask(problem: ChurnError) -> None:
    """The question a refusal leaves open, or the refusal with what a sound list looks like."""
    if isinstance(problem, UnsureColumns):
        confirm_matches(problem.matches, problem.headings)
    elif isinstance(problem, OpenQuestion):
        question(problem)
    elif isinstance(problem, MissingColumns) and problem.free:
        name_columns(problem)
        template(problem)
    else:
        widgets.show_refusal(problem)
        if isinstance(problem, ListRefused):
            template(problem)


def question(problem: OpenQuestion) -> None:
    """One question about the file, with its answers to choose from."""
    with st.form("question", border=True):
        st.subheader(f":material/help: {say('score.question_title')}", anchor=False)
        st.markdown(plain(problem.message))
        answer = st.radio(
            say(f"score.asks_{problem.asks}"), problem.choices, index=None, format_func=in_words(problem.asks)
        )
        if st.form_submit_button(say("score.answer"), type="primary"):
            if answer is None:
                st.warning(say("score.choose_one"), icon=":material/touch_app:")
                return
            session.tell(**{problem.asks: answer})
            st.rerun()


def in_words(asks: str) -> Any:
    """How an answer is shown: our own words for ours, the file's own for its sheets."""
    return (lambda a: say(f"score.{asks}_{a.split('-')[0]}")) if asks in KNOWN else plain


def confirm_matches(doubtful: Sequence[Match], headings: Sequence[str]) -> None:
    """Doubtful columns beside what is expected; nothing of them is used until the person says so."""
    if not doubtful:
        return
    with st.form("matches", border=True):
        st.subheader(f":material/help: {say('score.matches_title')}", anchor=False)
        st.markdown(say("score.matches_text"))
        ticked = {m.theirs: m.ours for m in doubtful if match(m)}
        if st.form_submit_button(say("score.confirm"), type="primary"):
            refused = {m.theirs: "" for m in doubtful if m.theirs not in ticked}
            session.confirm_mapping(headings, {**ticked, **refused})
            st.rerun()


def name_columns(problem: MissingColumns) -> None:
    """Needed columns that no heading looks like: the person says under which of the file's headings they stand."""
    with st.form("missing columns", border=True):
        st.subheader(f":material/help: {say('score.missing_title')}", anchor=False)
        st.markdown(f"{plain(problem.message)} {say('score.missing_text')}")
        chosen = {name: which_heading(name, problem.free) for name in problem.missing}
        if st.form_submit_button(say("score.confirm"), type="primary"):
            mapping = {theirs: ours for ours, theirs in chosen.items() if theirs}
            if len(mapping) < len(chosen):
                st.warning(say("score.missing_choose"), icon=":material/touch_app:")
                return
            session.confirm_mapping(problem.headings, mapping)
            st.rerun()


def which_heading(name: str, free: Sequence[str]) -> str | None:
    """The heading of the file that holds a needed column; none until it is chosen."""
    return st.selectbox(
        say("score.missing_which", ours=name),
        free,
        index=None,
        placeholder=say("score.missing_pick"),
    )


def match(found: Match) -> bool:
    """One doubtful column: cells of theirs on the left, what ours holds on the right."""
    with st.container(border=True):
        agreed = st.checkbox(say("score.match", theirs=found.theirs, ours=found.ours), value=found.confidence > 0.5)
        left, right = st.columns(2)
        left.caption(say("score.in_the_file", theirs=found.theirs))
        left.text("\n".join(found.examples) or say("score.nothing_there"))
        right.caption(say("score.expected_there", ours=found.ours))
        right.text("\n".join(found.expected))
        if found.evidence:
            st.caption(plain(found.evidence))
    return bool(agreed)


def template(problem: ListRefused) -> None:
    """A small list with the right headings, to fill or to compare with."""
    own = {say("score.template_this"): problem.template} if isinstance(problem, MissingColumns) else {}
    every = {**own, **session.workspace().lists.templates()}
    with st.expander(say("score.template_title"), icon=":material/table:", expanded=bool(own)):
        st.markdown(say("score.template_text"))
        chosen = st.selectbox(say("score.template_pick"), list(every))
        widgets.download(say("score.template_download"), "template.csv", every[chosen])
