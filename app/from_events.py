"""From events: event logs become the list in hand; *Score a list* and *Training* show it, each for its own purpose.

Bring files for each table of a recipe, see which dates they cover, choose the date on a slider and see at once who
would have left, then make the table. The counts come from what was computed once, so the slider answers at once.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cache, session, widgets
from app.words import plain, say
from churn.errors import ChurnError
from churn.workspace.event_logs import months_chart

if TYPE_CHECKING:
    from app.cache import LogsInHand
    from churn.features.labels import Outlook
    from churn.features.recipe import Recipe, TableRecipe

KINDS = ["csv", "tsv", "txt", "gz", "parquet", "pq"]
SCORE, TRAIN = "score", "train"


def offer(purpose: str) -> None:
    """The path folded away on a screen, and below it what the list made from logs holds."""
    box = st.expander(
        say("logs.title"),
        icon=":material/stacks:",
        key=f"logs for {purpose}",
        on_change="rerun",
        expanded=bool(cache.asked_logs()),
    )
    if box.open:
        with box:
            from_events(purpose)
    meanings()


def from_events(purpose: str) -> None:
    """The whole path; `purpose` is `score` (today, nobody knows who leaves) or `train` (known outcomes)."""
    recipes, asked = session.workspace().logs.recipes(), cache.asked_logs()
    left, right = st.columns([2, 3])
    profile = left.selectbox(
        say("logs.business"),
        list(recipes),
        index=list(recipes).index(asked) if asked in recipes else 0,
        format_func=lambda p: recipes[p].title,
        help=say("logs.business_help"),
    )
    ways = {"upload": True, "sample": profile in cache.sample_logs(), "place": cache.on_this_machine()}
    way = right.segmented_control(
        say("logs.way"),
        [name for name, fits in ways.items() if fits],
        default="sample" if profile == asked and ways["sample"] else "upload",
        format_func=lambda w: say(f"logs.way_{w}"),
        key=f"way {purpose} {profile}",
    )
    bring(profile, recipes[profile], way or "upload")
    held = cache.logs(profile)
    if held is None:
        widgets.empty(say("logs.none"), icon="stacks")
        return
    try:
        with widgets.working(say("logs.reading")):
            seen = cache.outlook(held)
    except ChurnError as problem:
        widgets.show_refusal(problem)
        return
    covered(held, seen)
    choose(held, seen, purpose)


def bring(profile: str, recipe: Recipe, way: str) -> None:
    """The files of each table: uploaded, named by their place, or the shipped sample."""
    if way == "sample":
        st.caption(say("logs.sample_text"))
        if st.button(say("logs.take_sample"), icon=":material/science:"):
            cache.take_sample(profile)
        return
    with st.form(f"logs {profile} {way}", border=True):
        st.caption(say("logs.text_upload" if way == "upload" else "logs.text_place"))
        given = {t.name: ask(t, way) for t in recipe.tables}
        sent = st.form_submit_button(say("logs.read"), type="primary", icon=":material/query_stats:")
    given = {name: value for name, value in given.items() if value}
    if sent and given:
        (cache.bring if way == "upload" else cache.point_to)(profile, given)
    elif sent:
        st.warning(say("logs.nothing"), icon=":material/upload_file:")


def ask(table: TableRecipe, way: str) -> Any:
    """One table's files, with what it holds and whether it may be left out."""
    label = say("logs.table_optional" if table.optional else "logs.table_needed", name=table.name)
    text = say(f"logs.shape_{table.shape}")
    if way == "upload":
        return st.file_uploader(label, type=KINDS, accept_multiple_files=True, help=text)
    return st.text_input(label, placeholder=say("logs.place_hint"), help=text)


def covered(held: LogsInHand, seen: Outlook) -> None:
    """Which dates the logs cover, what was set aside, and how long a silence means that someone has left."""
    if held.sample:
        st.caption(f":material/science: {say('logs.synthetic')}")
    first, last = st.columns(2)
    first.metric(say("logs.first"), f"{seen.first:%d %b %Y}", border=True)
    last.metric(say("logs.last"), f"{seen.last:%d %b %Y}", border=True)
    widgets.chart(months_chart(seen))
    if seen.notices:
        with st.popover(say("logs.notices"), icon=":material/fact_check:"):
            widgets.notices(seen.notices)
    if seen.window is not None:
        st.info(plain(seen.window.sentence), icon=":material/hourglass_empty:", title=say("logs.window"))
    else:
        st.caption(say("logs.contract", grace=seen.recipe.grace))


def choose(held: LogsInHand, seen: Outlook, purpose: str) -> None:
    """The date and the horizon, the counts they give at once, and the table made of them."""
    st.subheader(say("logs.choose"), anchor=False)
    left, right = st.columns([3, 1])
    horizon = right.number_input(say("logs.horizon"), 1, 365, seen.recipe.horizon, help=say("logs.horizon_help"))
    first, last = seen.dates(horizon if purpose == TRAIN else None)
    if first > last:
        st.error(say("logs.too_short", days=seen.recipe.reach(horizon)), icon=":material/date_range:")
        return
    as_of = last
    if first < last:
        as_of = left.slider(say("logs.date"), first, last, last, format="D MMM YYYY", help=say("logs.date_help"))
    counts(seen, as_of, horizon)
    asked: dict[str, Any] = {"as_of": as_of}
    if purpose == TRAIN:
        asked |= {"horizon": horizon, **several(held, seen, as_of, horizon)}
    if st.button(say(f"logs.make_{purpose}"), type="primary", icon=":material/table_view:"):
        with widgets.working(say("logs.making")):
            cache.make_list(held, asked)
        st.rerun()


def counts(seen: Outlook, as_of: date, horizon: int) -> None:
    """Who would be in the table, and who of them left; known only where the logs go on long enough."""
    found = seen.counts(as_of, horizon)
    customers, leavers, stayers = st.columns(3)
    customers.metric(say("logs.customers"), found.customers, format="localized", border=True)
    unknown = say("logs.unknown")
    for place, name, number in ((leavers, "leavers", found.leavers), (stayers, "stayers", found.stayers)):
        shown = unknown if number is None else number
        place.metric(say(f"logs.{name}"), shown, format=None if number is None else "localized", border=True)
    back = seen.came_back(as_of, horizon)
    if found.leavers is None:
        st.caption(say("logs.not_known", days=seen.recipe.reach(horizon)))
    elif back is not None and found.leavers:
        st.caption(say("logs.came_back", back=back, leavers=found.leavers, last=f"{seen.last:%d %b %Y}"))


def several(held: LogsInHand, seen: Outlook, as_of: date, horizon: int) -> dict[str, Any]:
    """More than one date, so that more than one season is learnt from; and silent days, filled in or not."""
    dates = st.number_input(say("logs.dates"), 1, 12, 1, help=say("logs.dates_help", step=horizon))
    asked = {"dates": int(dates)}
    return asked | ({"fill_silence": fill(held, seen, {"as_of": as_of, "horizon": horizon, **asked})})


def fill(held: LogsInHand, seen: Outlook, request: dict[str, Any]) -> bool:
    """Filling in the days on which the whole log was silent: its effect on quality first, then the choice."""
    if not seen.silent:
        return False
    with st.container(border=True):
        days = ", ".join(str(outage) for outage in seen.silent[:5])
        st.markdown(say("logs.silent", days=days))
        if st.button(say("logs.try_fill"), icon=":material/compare_arrows:"):
            with widgets.polite_errors(), widgets.working(say("logs.trying")):
                cache.try_filling(held, request)
        found = cache.filling(held, request)
        if found is not None:
            st.markdown(f":material/balance: {plain(found.sentence)}")
        return st.toggle(say("logs.fill"), disabled=found is None, help=say("logs.fill_help"))


def meanings() -> None:
    """What each column of the list made from logs means, in a line each."""
    found = cache.made()
    if found is None:
        return
    widgets.done(say("logs.made", rows=found.rows, columns=len(found.schema.features)))
    widgets.notices(found.notices)
    with st.expander(say("logs.meanings"), icon=":material/view_column:"):
        shown = found.schema.columns
        table = {
            say("logs.column"): [c.name for c in shown],
            say("logs.group"): [c.group for c in shown],
            say("logs.unit"): [c.unit for c in shown],
            say("logs.meaning"): [c.meaning for c in shown],
        }
        widgets.table(table, alt=say("logs.meanings"))
