"""The first list of a business: what it proposes is looked at once, and a first model is learnt within seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cache, jobs, session, widgets
from app.words import plain, say
from churn.errors import ChurnError, NoModelYet

if TYPE_CHECKING:
    from churn.intake.reader import Reading
    from churn.workspace.business import BusinessProposal


def no_model(problem: ChurnError, reading: Reading) -> None:
    """No model for the list in hand: learn from this very list where it says who left, else say what to bring."""
    if not offer(reading, "" if isinstance(problem, NoModelYet) else problem.message):
        widgets.no_model(problem)


def offer(reading: Reading, why: str = "") -> bool:
    """Offer to learn from the list in hand for a business of its own; whether it says who left.

    why   why no business there is answers it
    """
    proposal = propose(reading) if session.may("train") and session.may("business") else None
    if proposal is None or not proposal.outcome:
        return False
    with st.form("first list", border=True):
        st.markdown(f"### :material/school: {say('first.title')}", anchors=False)
        st.markdown(say("first.text", outcome=proposal.outcome, customers=widgets.amounts().number(reading.rows)))
        if why:
            st.caption(plain(why))
        left, right = st.columns(2)
        title = left.text_input(say("business.title"), proposal.title, max_chars=80)
        currency = right.text_input(
            say("business.currency"), proposal.currency, max_chars=3, placeholder=say("business.no_currency")
        )
        pressed = st.form_submit_button(say("list.learn"), type="primary", icon=":material/play_arrow:")
        st.caption(say("first.how"))
    if pressed:
        learn(title, currency, proposal)
    widgets.go_to("training", say("first.choose"), open="learn")
    return True


def propose(reading: Reading) -> BusinessProposal:
    """What the list says about its business."""
    return session.workspace().businesses.propose(reading)


def learn(title: str, currency: str, proposal: BusinessProposal) -> None:
    """Make the business, start a quick training for it, and turn to where its progress is shown.

    A thorough one is started beside it and goes on whatever screen one is at; it takes over if it is clearly better.
    """
    workspace, held = session.workspace(), session.held()
    known = {name: one for one in workspace.businesses.all() for name in (one.name, one.title)}
    one = known.get(" ".join(title.split()))
    if one is None or one.has_model:  # one that has learnt nothing yet is tried again
        one = workspace.businesses.add(title, currency=currency, profile=proposal.profile)
    chosen = {"name": one.title, "outcome": proposal.outcome}
    sent: dict[str, Any] = {"asked_by": session.who(), "filename": held.name}
    words = jobs.train_words(held.said, {**chosen, "quick": True})
    job = jobs.start_job(workspace.home, words, held.content, held.suffix, **sent)
    told = say("first.thorough", name=one.title)
    jobs.start_job(workspace.home, jobs.train_words(held.said, chosen), held.content, held.suffix, **sent, title=told)
    cache.follow(job.number)
    st.switch_page("screens/training.py", query_params={**cache.address(), "job": job.number})
