"""Who sits in front of a screen: signed in by a provider (OIDC), named by a trusted proxy, or simply this machine."""

from __future__ import annotations

import os
import tomllib
from typing import Any

import streamlit as st
from streamlit.auth_util import get_secrets_auth_section
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.browser_cookie import COOKIE as VISIT_COOKIE
from app.browser_cookie import is_sound
from app.strings import ENGLISH, languages, speak
from churn.errors import RequestRefused
from churn.workspace.access import ANYBODY, COOKIE, SIGN_INS, is_here, one_name

LOOPBACK = "127.0.0.1"


def who_visits(workspace: Any) -> Any:
    """The person at this screen; refused where people have to sign in and nobody has, or a stranger has."""
    entrance, peer = workspace.access.settings, st.context.ip_address or LOOPBACK
    named = one_name(st.context.headers.get_all(entrance.proxy_header)) if entrance.proxy_header else None
    if person := entrance.behind_proxy(peer, named):
        return person
    here = is_here(peer, [name.lower() for name in st.context.headers])
    if known := SIGN_INS.who(st.context.cookies.get(COOKIE, ""), workspace.access.key_store, here=here):
        return known
    if address := signed_in_address():
        return workspace.access.signed_in(address)
    return workspace.access.signed_in("") if provider_is_set() else workspace.access.anonymous(here=here)


def sign_out() -> None:
    """Sign out a browser that has signed in with a key."""
    SIGN_INS.end(st.context.cookies.get(COOKIE, ""))


def browser() -> str:
    """The unguessable number by which this browser is known again; empty where it has none."""
    number = str(st.context.cookies.get(VISIT_COOKIE) or "")
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
    return bool(get_secrets_auth_section() or provider_secrets())


def provider_secrets() -> dict[str, Any]:
    """What CHURN_SIGN_IN says of the provider, where no file can: the text of a `secrets.toml`."""
    try:
        return tomllib.loads(os.environ.get("CHURN_SIGN_IN", ""))
    except tomllib.TOMLDecodeError as problem:
        raise RequestRefused("CHURN_SIGN_IN is no TOML.", "Set it to the text of a secrets.toml.") from problem


def is_open_to_the_network(who: Any) -> bool:
    """Whether somebody from another machine is in without having signed in."""
    return bool(who == ANYBODY)


def language() -> str:
    """The language this session reads: chosen, else the operator's, else English."""
    chosen = st.session_state.get("language") if get_script_run_ctx(suppress_warning=True) else None
    return chosen or os.environ.get("CHURN_LANGUAGE") or ENGLISH


def locale() -> str:
    """How this reader's browser writes numbers."""
    return st.context.locale or "en-US"


def choose_language(chosen: str) -> None:
    """Read the screens in another language from now on."""
    if chosen in languages():
        st.session_state["language"] = chosen


speak(language)
