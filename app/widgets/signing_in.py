"""Signing in: what a stranger sees, and nothing else."""

from __future__ import annotations

import streamlit as st

from app import state
from app.strings import plain, say
from churn.errors import ChurnError


def sign_in(problem: ChurnError) -> None:
    """Why nobody is let in yet, and the way in where the operator has set one."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle.container(border=True):
        st.title(say("sign_in.title"), anchor=False)
        st.markdown(f"{plain(problem.message)} {plain(problem.fix)}")
        if not state.provider_is_set():
            st.link_button(say("sign_in.with_key"), "/sign-in", icon=":material/key:")
            st.caption(say("sign_in.operator"))
            return
        st.button(say("sign_in.with_provider"), type="primary", icon=":material/login:", on_click=st.login)
        if state.has_signed_in():
            st.button(say("sidebar.sign_out"), icon=":material/logout:", on_click=st.logout)
