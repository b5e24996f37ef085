"""The sidebar below the navigation: which list, which model, who is signed in, which language."""

from __future__ import annotations

import streamlit as st

from app import cache, jobs, session, widgets
from app.words import languages, plain, say

HAVE_THEIR_OWN = ("", "score", "training", "results")  # screens with a place of their own to drop a list


def draw(screen: str) -> None:
    """What every screen speaks of, and who reads it."""
    if session.may("score"):
        business_choice()
        list_choice()
        if screen not in HAVE_THEIR_OWN:
            widgets.drop_list(st.container(), "sidebar upload", then="score")
    if session.may("train"):
        background()
    st.space("small")
    language_choice()
    person()


def background() -> None:
    """The work that goes on whatever screen one is at, and what became of it."""
    running = [job.number for job in jobs.in_background(session.workspace().home)]
    known = dict.fromkeys([*session.recall("background", ()), *running])
    session.remember("background", tuple(known))
    # Only while something runs is there anything to look for again.
    st.fragment(at_work, run_every="2s" if running else None)(tuple(known))


def at_work(numbers: tuple[str, ...]) -> None:
    """How far each piece of work is and how long it still takes; once it is done, what came of it in a line."""
    for number in numbers:
        job = jobs.find_job(session.workspace().home, number)
        now = job.progress() if job else None
        if job is None or now is None or now.state == "cancelled":
            continue
        if now.state == "running":
            st.progress(now.done, text=f"{plain(job.title)}{left_in_words(job.seconds_left(now.done))}")
        elif now.state == "done":
            st.caption(f":material/check: {plain(job.title)}: {plain(str(now.answer.get('why', '')))}")
        else:
            st.caption(f":material/error: {plain(job.title)}: {plain(now.text)}")


def left_in_words(seconds: float | None) -> str:
    """How long something still takes, behind what it is."""
    if seconds is None:
        return ""
    return say("sidebar.minutes_left", minutes=round(seconds / 60)) if seconds > 90 else say("sidebar.soon")


def list_choice() -> None:
    """The list in hand; every list that was brought, and every sample, is one choice away."""
    held, own, samples = session.in_hand(), session.own_lists(), list(session.sample_files())
    asked, stay = cache.asked_model(), session.kept_lists()
    kept = {number: one for number, one in stay.items() if asked in (None, one.business) and number not in own}
    days = told_apart({number: f"{one.name} · {one.day}" for number, one in kept.items()})
    called = {**own_called(own, samples), **days, **{name: name for name in samples}}
    now = session.list_number() or (held.name if held else None)
    # The key names the list and those beside it, so that what is brought elsewhere is shown here at once.
    chosen = st.selectbox(
        say("sidebar.list"),
        list(called),
        index=None if now is None else list(called).index(now),
        format_func=called.__getitem__,
        placeholder=say("sidebar.no_list"),
        key=f"sidebar list {now} of {' '.join([*own, *kept])}",
        help=say("sidebar.list_help"),
    )
    if chosen is not None and chosen != now:
        if chosen in kept:
            session.take_kept(kept[chosen])
        else:
            (session.hold if chosen in own else session.take_sample)(chosen)
        st.rerun()


def told_apart(called: dict[str, str]) -> dict[str, str]:
    """What each is called, with a number behind those of one name."""
    names = list(called.values())
    return {
        number: f"{name} ({names[: place + 1].count(name)})" if names.count(name) > 1 else name
        for place, (number, name) in enumerate(called.items())
    }


def own_called(own: dict[str, str], samples: list[str]) -> dict[str, str]:
    """What each list of one's own is called: by its file; told apart where a sample or another file is called so."""
    called: dict[str, str] = {}
    for number, name in reversed(own.items()):
        word = f"{name} {say('sidebar.own')}" if name in samples else name
        alike = sum(known == name for known in own.values()) > 1
        nth = sum(own[earlier] == name for earlier in called) + 1
        called[number] = f"{word} ({nth})" if alike else word
    return {number: called[number] for number in own}


def business_choice() -> None:
    """The business whose model answers: one that was chosen, else the one whose columns the list has."""
    titles = {b.name: b.title for b in session.workspace().businesses.all() if b.has_model}
    if not titles:
        st.caption(say("sidebar.no_model"))
        return
    asked = cache.asked_model()
    chosen = st.selectbox(
        say("sidebar.business"),
        [None, *titles],
        index=[None, *titles].index(asked) if asked in titles else 0,
        format_func=lambda name: say("sidebar.fitting") if name is None else titles[name],
        key=f"sidebar business {asked}",
        help=say("sidebar.business_help"),
    )
    if chosen != asked:
        cache.choose_model(chosen)
        st.rerun()


def language_choice() -> None:
    """The language of the screens, where there is more than one."""
    known = languages()
    if len(known) < 2:
        return
    now = session.language()
    chosen = st.selectbox(
        say("sidebar.language"),
        known,
        index=known.index(now) if now in known else 0,
        format_func=lambda code: say(f"languages.{code}"),
    )
    if chosen != now:
        session.choose_language(chosen)
        st.rerun()


def person() -> None:
    """Who is signed in with which role; whoever signed in here can sign out here."""
    who = session.who()
    if who.by == "local":
        if session.is_open_to_the_network(who):
            st.warning(say("sidebar.open"), icon=":material/lock_open:")
        return
    st.caption(f":material/person: {plain(who.name)} · {say(f'roles.{who.role}')}")
    if who.by == "sign-in":
        st.button(say("sidebar.sign_out"), icon=":material/logout:", on_click=st.logout)
    elif who.by == "key":
        st.button(say("sidebar.sign_out"), icon=":material/logout:", on_click=session.sign_out)
