"""Who sits in front of a screen: signed in by a provider (OIDC), named by a trusted proxy, or simply this machine."""

from __future__ import annotations

import os
from ipaddress import ip_address
from typing import Any

import streamlit as st
from streamlit.auth_util import get_secrets_auth_section

from app.browser_cookie import COOKIE, is_sound
from app.strings import ENGLISH, languages, speak

LOOPBACK = "127.0.0.1"


def who_visits(desk: Any) -> Any:
    """The person at this screen; refused where people have to sign in and nobody has, or a stranger has."""
    entrance = desk.entrance
    named = st.context.headers.get(entrance.proxy_header) if entrance.proxy_header else None
    if person := entrance.behind_proxy(st.context.ip_address or LOOPBACK, named):
        return person
    if address := signed_in_address():
        return desk.signed_in(address)
    return desk.signed_in("") if provider_is_set() else desk.nobody()


def browser() -> str:
    """The unguessable number by which this browser is known again; empty where it has none."""
    number = str(st.context.cookies.get(COOKIE) or "")
    return number if is_sound(number) else ""


def has_signed_in() -> bool:
    """Whether a provider has sent somebody here, let in or not."""
    return bool(st.user.get("is_logged_in", False))


def signed_in_address() -> str:
    """The address the provider vouches for; empty while nobody signed in, or where it is not verified."""
    if not has_signed_in() or st.user.get("email_verified", True) is False:
        return ""
    return str(st.user.get("email") or "")


def provider_is_set() -> bool:
    """Whether the operator has set a provider to sign in with."""
    return bool(get_secrets_auth_section())


def is_open_to_the_network(who: Any) -> bool:
    """Whether somebody from another machine is in without having signed in."""
    return who.by == "local" and not _is_this_machine(st.context.ip_address or LOOPBACK)


def language() -> str:
    """The language this session reads: chosen, else the operator's, else English."""
    return st.session_state.get("language") or os.environ.get("CHURN_LANGUAGE") or ENGLISH


def locale() -> str:
    """How this reader's browser writes numbers."""
    return st.context.locale or "en-US"


def choose_language(chosen: str) -> None:
    """Read the screens in another language from now on."""
    if chosen in languages():
        st.session_state["language"] = chosen


def _is_this_machine(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return True


speak(language)
