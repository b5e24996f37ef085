"""The guided tour: a presenter's way through the screens over the sample businesses, a step at a time.

The step stands in the address, so that a reload finds it again and a link opens it. A step whose screen this person may
not use, or whose sample no model fits yet, is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app import cache, session
from app.demo import CAMPAIGN, DEMOS
from app.navigation import SCREENS, TAKES
from app.words import say

LIST, CUSTOMER = "telco_today.csv", "9520-SBSZF"


@dataclass(frozen=True)
class Stop:
    """One step: its words in the catalogue, the screen it opens, and what the screen is to show."""

    name: str
    screen: str
    sample: str = LIST
    model: str = DEMOS[0].name
    customer: str = ""
    campaign: str = ""
    view: str = ""

    def address(self, number: int) -> dict[str, str]:
        """The words after the question mark that open this step."""
        told = {"sample": self.sample, "customer": self.customer, "campaign": self.campaign, "tour": str(number)}
        told |= {"open": self.view, "model": self.model} if self.view else {}
        return {name: value for name, value in told.items() if value}


STOPS = (
    Stop("overview", "overview"),
    Stop("messy", "score", sample="telco_messy.csv"),
    Stop("ranked", "score"),
    Stop("customer", "customer", customer=CUSTOMER),
    Stop("drivers", "drivers"),
    Stop("campaign", "plan"),
    Stop("results", "results", campaign=CAMPAIGN),
    Stop("training", "training", view="models"),
    Stop("monitoring", "monitoring"),
    Stop("other", "overview", sample="bank_today.csv", model=DEMOS[1].name),
)


def stops() -> tuple[Stop, ...]:
    """The steps that can be shown to this person now."""
    there = {name for entries in SCREENS.values() for name, _ in entries if session.may(TAKES[name])}
    models = set(cache.model_names())
    return tuple(stop for stop in STOPS if stop.screen in there and stop.model in models)


def bar(screen: str) -> None:
    """The step the tour is at, above the screen it speaks of, with the way on and back."""
    number, every = cache.tour_step(), stops()
    if number is None or not 1 <= number <= len(every):
        return
    stop = every[number - 1]
    with st.container(border=True, key="tour", gap="xsmall"):
        ways(every, number, away=screen != stop.screen)
        st.progress(number / len(every), text=say("tour.at", number=number, of=len(every)))
        st.markdown(f"**{say(f'tour.{stop.name}')}** {say(f'tour.{stop.name}_text')}")


def ways(every: tuple[Stop, ...], number: int, *, away: bool) -> None:
    """Back, on, or out, always in the same three places; on is back to the step where the person has looked around."""
    last = number == len(every)
    on, icon = ("return", "undo") if away else ("bring", "upload_file") if last else ("next", "arrow_forward")
    with st.container(horizontal=True, gap="small"):
        if st.button(say("tour.back"), icon=":material/arrow_back:", disabled=number == 1, key="tour back"):
            go(every, number - 1)
        if st.button(say(f"tour.{on}"), icon=f":material/{icon}:", type="primary", key="tour on"):
            if last and not away:
                bring_own()
            go(every, number if away else number + 1)
        if st.button(say("tour.end"), icon=":material/close:", key="tour end"):
            cache.end_tour()
            st.rerun()


def bring_own() -> None:
    """The tour ends where the visitor's own list begins."""
    cache.end_tour()
    session.put_down()
    st.switch_page("screens/score.py")


def go(every: tuple[Stop, ...], number: int) -> None:
    """Open a step: its screen, with its sample in hand and the model left to the list."""
    stop = every[number - 1]
    cache.begin_tour(number)
    st.switch_page(f"screens/{stop.screen}.py", query_params=stop.address(number))


def plan() -> None:
    """All steps on one card, each a way in, with where the presenter is."""
    every, now = stops(), cache.tour_step()
    if not every:
        st.caption(say("tour.waiting"))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if now is None:
            if st.button(say("tour.start"), type="primary", icon=":material/play_arrow:"):
                go(every, 1)
        else:
            if st.button(say("tour.go_on", number=min(now, len(every))), icon=":material/play_arrow:", type="primary"):
                go(every, min(now, len(every)))
            if st.button(say("tour.again"), icon=":material/restart_alt:"):
                session.put_down()
                go(every, 1)
        st.caption(say("tour.minutes", of=len(every)))
    told = [step_told(number, stop, now) for number, stop in enumerate(every, start=1)]
    half = -(-len(told) // 2)
    for column, some in zip(st.columns(2, gap="large"), (told[:half], told[half:]), strict=True):
        column.markdown("\n".join(some))


def step_told(number: int, stop: Stop, now: int | None) -> str:
    """One step as a line of a numbered list, marked where the presenter is or has been."""
    mark = ":material/arrow_right: " if number == now else ":material/check: " if now and number < now else ""
    return f"{number}. {mark}**{say(f'tour.{stop.name}')}** {say(f'tour.{stop.name}_text')}"
