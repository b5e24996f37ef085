"""Business: what it is called, how it counts its money, what its columns are called, and the lists it keeps."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cache, session, widgets
from app.words import say
from churn.workspace.store import settled_row

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from churn.workspace.business import Business, BusinessSettings

CURRENCIES = ("", "USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "INR", "BRL")
BILLS = {12.0: "monthly", 52.0: "weekly", 4.0: "quarterly", 1.0: "yearly", 365.0: "daily"}


def choose() -> Business | None:
    """The business whose settings are shown; none where there is none yet."""
    every = {one.name: one for one in session.workspace().businesses.all()}
    if not every:
        widgets.empty(say("business.none"), icon="storefront", go="start")
        return None
    likely = session.recall("business shown") or cache.likely_model(list(every))
    names, titles = list(every), {name: one.title for name, one in every.items()}
    chosen = st.selectbox(
        say("business.which"),
        names,
        index=names.index(likely) if likely in names else 0,
        format_func=lambda name: titles[name],
        key=f"business of {' '.join(titles.values())}",  # a business that was renamed is a field anew
    )
    session.remember("business shown", chosen)
    return every[chosen]


def settings(one: Business) -> None:
    """The form of settings; what is changed counts on every screen and at every door at once."""
    now, may = one.settings, session.may("business")
    widgets.section(say("business.settings"), say("business.settings_text"))
    with st.form(f"settings of {one.name}"):
        left, right = st.columns(2)
        given: dict[str, Any] = {
            "title": left.text_input(say("business.title"), now.title, max_chars=80, disabled=not may),
            "currency": currency(right, now, may),
        }
        first, second, third = st.columns(3)
        given["horizon_months"] = first.number_input(
            say("business.horizon"),
            min_value=1.0,
            max_value=1200.0,
            value=float(now.horizon_months),
            step=1.0,
            format="%g",
            help=say("business.horizon_help"),
            disabled=not may,
        )
        percent = second.number_input(
            say("business.margin"),
            min_value=0.1,
            max_value=100.0,
            value=100 * now.margin,
            step=1.0,
            format="%g",
            help=say("business.margin_help"),
            disabled=not may,
        )
        paid = [*BILLS, *([now.bills_per_year] if now.bills_per_year not in BILLS else [])]
        given["bills_per_year"] = third.selectbox(
            say("business.bills"),
            paid,
            index=paid.index(now.bills_per_year),
            format_func=lambda n: say(f"business.{BILLS[n]}") if n in BILLS else f"{n:g}",
            help=say("business.bills_help"),
            disabled=not may,
        )
        given["keeps_lists"] = st.toggle(
            say("business.keeps"), now.keeps_lists, help=say("business.keeps_help"), disabled=not may
        )
        if st.form_submit_button(say("business.save"), type="primary", disabled=not may):
            change(one, {**given, "margin": round(percent / 100, 6)})
    st.caption(f":material/tune: {say('business.offers')}")


def currency(place: DeltaGenerator, now: BusinessSettings, may: bool) -> str:
    """The currency of the business's money: one of the usual ones, or any other by its three letters."""
    codes = [*CURRENCIES, *([now.currency] if now.currency not in CURRENCIES else [])]
    return str(
        place.selectbox(
            say("business.currency"),
            codes,
            index=codes.index(now.currency),
            format_func=lambda code: code or say("business.no_currency"),
            accept_new_options=True,
            help=say("business.currency_help"),
            disabled=not may,
        )
        or ""
    )


def change(one: Business, given: dict[str, Any]) -> None:
    """Settle what is different from now; what was computed by the old settings is forgotten."""
    now = one.settings.as_json()
    different = {name: value for name, value in given.items() if value != now[name]}
    if different:
        one.change(**different)
        cache.forget_computed()
    widgets.done(say("business.saved"), title=one.title)


def labels(one: Business) -> None:
    """What each column is called in reasons and charts; an empty cell goes back to the word it had."""
    if not one.has_model:
        return
    widgets.section(say("business.labels"), say("business.labels_text"))
    wording, own = session.workspace().wording_of(one.model), one.settings.labels
    names = [field.name for field in one.model.encoder.fields]
    rows = {"column": names, "usual": [wording.label(n) for n in names], "own": [own.get(n, "") for n in names]}
    show = st.column_config
    edited = st.data_editor(
        rows,
        hide_index=True,
        disabled=["column", "usual"] if session.may("business") else True,
        column_config={
            "column": show.TextColumn(say("business.column")),
            "usual": show.TextColumn(say("business.called")),
            "own": show.TextColumn(say("business.own"), max_chars=80),
        },
        key=f"labels of {one.name}",
    )
    words = {n: str(w or "").strip() for n, w in zip(names, edited["own"], strict=True)}
    if st.button(say("business.save_labels"), disabled=not session.may("business")):
        change(one, {"labels": {name: word for name, word in words.items() if word}})


def library(one: Business) -> None:
    """The lists the business keeps, each with the day it speaks of; a list can be dated anew, opened or removed."""
    widgets.section(say("business.lists"), say("business.lists_text"))
    kept = one.lists.all()
    if not kept:
        widgets.empty(say("business.no_lists"), icon="inventory_2")
        return
    table = {
        "name": [k.name for k in kept],
        "day": [k.day for k in kept],
        "customers": [k.customers for k in kept],
        "from": [say(f"business.day_{k.day_from}") for k in kept],
    }
    config = {
        "name": widgets.text_column(say("business.list_name"), long=True),
        "day": widgets.text_column(say("business.day")),
        "customers": st.column_config.NumberColumn(say("business.customers"), format="localized"),
        "from": widgets.text_column(say("business.day_from")),
    }
    widgets.table(table, config, alt=say("business.lists"), long_words=True)
    if not session.may("score"):
        return
    place = st.selectbox(
        say("business.pick"), range(len(kept)), format_func=lambda i: f"{kept[i].name} · {kept[i].day}"
    )
    chosen = kept[place]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input(say("business.day"), date.fromisoformat(chosen.day), key=f"day of {chosen.list}")
        if st.button(say("business.date_it"), disabled=day.isoformat() == chosen.day):
            content = one.lists.content(chosen.list)
            one.lists.keep(content, chosen.name, customers=chosen.customers, day=day, options=chosen.options)
            st.rerun()
        if st.button(say("business.open"), icon=":material/folder_open:"):
            session.take_kept(chosen)
            st.switch_page("screens/overview.py", query_params=cache.address())
        if st.button(say("business.remove"), icon=":material/delete:"):
            one.lists.remove(chosen.list)
            st.rerun()


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("business.heading"), say("business.lead"))
    one = choose()
    if one is None:
        return
    if settled_row(session.workspace().home, one.name) is None:
        st.caption(say("business.proposed"))
    settings(one)
    library(one)
    labels(one)


widgets.screen(draw)
