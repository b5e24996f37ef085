"""Score a list: what was understood of it, and its customers ranked, filtered and taken home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import cache, first_list, from_events, session, widgets
from app.questions import ask, confirm_matches
from app.words import plain, say
from churn.errors import ChurnError, ListRefused, MissingColumns, NoModelFits, NoModelYet
from churn.workspace.files import clean_csv, scored_list_file, set_aside_csv
from churn.workspace.list_history import ListFilter, actions_in, filter_columns, filter_list, filter_values
from churn.workspace.models import one_sided_notice

if TYPE_CHECKING:
    from churn.intake.reader import Reading
    from churn.notices import Notice
    from churn.workspace.business import Business
    from churn.workspace.list_history import FilteredList, Overview
    from churn.workspace.lists import ScoredCustomers

SHOWN = 3  # warnings that are read without opening anything
KIND_WIDE = 110  # pixels: a word
COLUMN_KINDS = ("warning", "set_aside", "repaired", "info")


def understood(reading: Reading) -> DeltaGenerator:
    """In a line how the list was read; opened, all that was repaired, set aside or ignored, and the columns.

    Returns the place of the warnings above it, so that a refusal that says the same can take it.
    """
    warnings = [n for n in reading.notices if n.kind == "warning"]
    warned = st.empty()
    with warned.container():
        widgets.notices(warnings[:SHOWN])
    with st.expander(told(reading, warnings), icon=":material/fact_check:"):
        in_figures(reading)
        parts = {"repaired": repairs, "set_aside": set_aside, "columns": columns}
        shown = [p for p in parts if p != "set_aside" or reading.set_aside]
        for tab, part in zip(st.tabs([say(f"score.{p}_title") for p in shown]), shown, strict=True):
            with tab:
                parts[part](reading)
    said()
    return warned


def told(reading: Reading, warnings: list[Notice]) -> str:
    """How the list was read, with how much was repaired, left out, or wants a look."""
    rows, title = widgets.amounts().number(reading.rows), session.workspace().business_title(reading.profile)
    counted = {
        "repaired": sum(n.kind == "repaired" for n in reading.notices),
        "aside": len(reading.set_aside),
        "warned": len(warnings),
    }
    line = say("score.understood", rows=rows, business=title)
    return line + "".join(say(f"score.told_{what}", count=count) for what, count in counted.items() if count)


def in_figures(reading: Reading) -> None:
    """The reading in four figures."""
    rows, aside, repaired, business = widgets.row(4)
    widgets.count(rows, say("score.rows"), reading.rows)
    widgets.count(aside, say("score.set_aside"), len(reading.set_aside))
    widgets.count(repaired, say("score.repaired"), sum(n.kind == "repaired" for n in reading.notices))
    # A metric would cut a longer name off.
    with business.container(border=True, height="stretch", gap="small"):
        st.markdown(f":small[{say('score.business')}]")
        st.markdown(f"**{plain(session.workspace().business_title(reading.profile))}**")


def repairs(reading: Reading) -> None:
    """Every repair and remark that does not stand above, and the rows as they were read to take home."""
    above = [n for n in reading.notices if n.kind == "warning"][:SHOWN]
    rest = sorted((n for n in reading.notices if n not in above), key=lambda n: COLUMN_KINDS.index(n.kind))
    if rest:
        found = {
            say("score.what"): [say(f"score.what_{n.kind}") for n in rest],
            say("score.told_sentence"): [n.text for n in rest],
        }
        words = {
            say("score.what"): widgets.text_column(say("score.what"), width=KIND_WIDE),
            say("score.told_sentence"): widgets.text_column(say("score.told_sentence"), width="large"),
        }
        widgets.table(found, words, alt=say("score.repaired_title"), long_words=True)
    else:
        st.markdown(say("score.nothing_to_tell"))
    clean, told = partial(clean_csv, reading), say("score.download_clean_help")
    widgets.download(say("score.download_clean"), "as-read.csv", clean, help=told)


def set_aside(reading: Reading) -> None:
    """The lines left out, to look at and to take home."""
    st.markdown(say("score.set_aside_text"))
    found = {
        say("score.line"): [s.line for s in reading.set_aside],
        say("score.why"): [s.why for s in reading.set_aside],
        say("score.held"): [" · ".join(s.cells) for s in reading.set_aside],
    }
    widgets.table(found, alt=say("score.set_aside_title"), lazy=len(reading.set_aside) > 1_000)
    left = partial(set_aside_csv, reading)
    widgets.download(say("score.download_set_aside"), "set-aside.csv", left)


def columns(reading: Reading) -> None:
    """What each column was taken for, in words."""
    theirs = {m.ours: m.theirs for m in reading.matches}
    used = [c for c in reading.schema.columns if c.role != "ignored"]
    found = {
        say("score.theirs"): [theirs.get(c.name, c.name) for c in used],
        say("score.meaning"): [c.meaning or c.name for c in used],
        say("score.kind"): [say(f"kinds.{c.kind}") for c in used],
        say("score.role"): [say(f"column_roles.{c.role}") for c in used],
    }
    widgets.table(found, alt=say("score.columns_title"))
    ignored = [c.name for c in reading.schema.columns if c.role == "ignored"]
    if ignored:
        st.caption(say("score.ignored", columns=", ".join(ignored[:20]), count=len(ignored)))


def said() -> None:
    """What a person has said about the file, and a way to take it back."""
    words = {k: v for k, v in session.in_hand_said().items() if v}
    if words and st.button(say("score.take_back"), icon=":material/undo:", help=say("score.take_back_help")):
        session.tell(**{word: {} if word == "mapping" else None for word in words})
        st.rerun()


ORDERS = ("expected_gain", "value_at_risk", "probability")


def narrowed(ranked: ScoredCustomers) -> Any:
    """Which customers a person asks for, by the fields above the table."""
    session.set_waiting_fields()
    business = session.workspace().business(ranked.model.name)
    segments(business)
    first, second, third = st.columns([2, 2, 1.4], vertical_alignment="bottom")
    asked: dict[str, Any] = {
        "tiers": tuple(widgets.tier_filter(first, say("score.tier_filter"), key=field("tiers"))),
        "search": second.text_input(say("score.search"), type="search", key=field("search")),
        "by": third.selectbox(
            say("score.order"), ORDERS, format_func=lambda o: say(f"score.order_{o}"), key=field("by")
        ),
    }
    with st.container(horizontal=True, gap="small"):
        with st.popover(say("score.more_filters"), icon=":material/filter_alt:", width="content"):
            asked |= further(ranked)
        wanted = ListFilter(**asked)
        save_segment(business, wanted)
    return wanted


def further(ranked: ScoredCustomers) -> dict[str, Any]:
    """The filters that are used less often."""
    left, right = st.columns(2)
    actions = left.multiselect(
        say("score.action"),
        cache.kept(actions_in, ranked),
        format_func=lambda a: a or say("score.no_action"),
        key=field("actions"),
    )
    least = right.number_input(say("score.least"), min_value=0.0, value=0.0, step=10.0, key=field("least"))
    known = cache.kept(filter_columns, ranked)
    column = left.selectbox(
        say("score.column"),
        list(known),
        index=None,
        format_func=lambda c: known.get(c, c),
        placeholder=say("score.any_column"),
        key=field("column"),
    )
    words = filter_values(ranked, column) if column else ()
    chosen = right.multiselect(say("score.words"), words, disabled=not words, key=field(f"words {column}"))
    upwards = left.toggle(say("score.upwards"), key=field("upwards"))
    return {
        "actions": tuple(actions),
        "least": least,
        "column": column or "",
        "words": tuple(chosen),
        "upwards": upwards,
    }


def segments(business: Business) -> None:
    """The segments that the business saved; choosing one sets all fields as they were."""
    saved = {one.segment: one for one in business.segments.all()}
    if not saved:
        return
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    titled = {name: plain(one.title) for name, one in saved.items()}
    chosen = left.pills(say("score.segments"), list(saved), format_func=titled.__getitem__, key="segment")
    if chosen and session.recall("segment in force") != chosen:
        session.set_fields(fields_of(saved[chosen].filter))
        session.remember("segment in force", chosen)
        st.rerun()
    if not chosen:
        session.remember("segment in force", None)
    elif right.button(say("score.forget_segment"), icon=":material/delete:"):
        business.segments.remove(chosen)
        st.rerun()


def fields_of(wanted: Mapping[str, object]) -> dict[str, object]:
    """The fields above the table as a saved filter sets them."""
    words = {field(f"words {wanted['column']}"): wanted["words"]} if wanted.get("column") else {}
    fields = {field(name): value for name, value in wanted.items() if name != "words"}
    return fields | {field("column"): wanted.get("column") or None} | words


def save_segment(business: Business, wanted: ListFilter) -> None:
    """Keep the filters under a name; they belong to the business and open in every session."""
    with st.popover(say("score.save_segment"), icon=":material/bookmark_add:"), st.form("save segment", border=False):
        name = st.text_input(say("score.segment_name"), max_chars=40)
        if st.form_submit_button(say("score.save")) and name.strip():
            business.segments.save(name, asdict(wanted))
            st.rerun()


def field(name: str) -> str:
    """The name of one of these fields in the session."""
    return f"narrow {name}"


SIZE = 100  # customers on a page: enough to read, little to send
ORDER = ("probability", "tier", "expected_gain", "value_at_risk", "action", "reason_1", "reason_2")
OFFER, BAR = 245, 130  # pixels: the words of an offer, a probability
FILE_KINDS = (".csv", ".xlsx", ".parquet")


def in_short(ranked: ScoredCustomers) -> None:
    """The scored list in four numbers."""
    found = cache.kept(session.workspace().lists.overview, ranked)
    money = widgets.amounts(found.currency)
    widgets.notices(n for n in ranked.scored.notices if n.kind == "set_aside")  # who has left already
    expected, risk, suggested, gain = widgets.row(4)
    told, chance = say("score.expected_help"), widgets.between(found.low, found.high, money.number)
    widgets.count(expected, say("score.expected"), found.leavers, help=told, **chance)
    if found.value_at_risk is not None:
        told, time = say("score.at_risk_help"), widgets.beneath(found.over)
        widgets.money(risk, say("score.at_risk"), found.value_at_risk, found.currency, help=told, **time)
    widgets.count(suggested, say("score.suggested"), found.suggested, help=say("score.suggested_help"))
    widgets.money(gain, say("score.gain"), found.gain, found.currency, help=say("score.gain_help"))
    widgets.assumed(plain(session.workspace().playbooks.for_model(ranked.model).playbook.evidence))


def customers(ranked: ScoredCustomers) -> bool:
    """The customers asked for, in the order asked for; a click on one opens it. Answers whether there are any."""
    widgets.section(say("score.ranked_title"), say("score.ranked_lead"))
    wanted = narrowed(ranked)
    found = cache.latest(filter_list, wanted, ranked, wanted)
    if not found.customers:
        widgets.empty(say("score.empty"), icon="filter_alt_off")
        return False
    overview = cache.kept(session.workspace().lists.overview, ranked)
    pages = -(-found.customers // SIZE)
    st.caption(summed_up(found, ranked, overview))
    place = st.container()
    number = st.pagination(pages, key=f"page {hash(wanted)}") if pages > 1 else 1
    page = session.workspace().lists.page(ranked, found, number, SIZE)
    with place:
        chosen = widgets.table(
            page.assign(probability=widgets.tenths(page["probability"])),
            columns_shown(page.columns[0], overview),
            alt=say("score.table_alt"),
            column_order=[page.columns[0], *ORDER],
            on_select="rerun",
            selection_mode=["single-row", "single-cell"],
            key=f"ranked {number} {hash(wanted)}",
        )
    clicked = [*chosen.selection.rows, *(row for row, _ in chosen.selection.get("cells", ()))]
    if clicked:
        cache.turn_to_customer(str(page.iloc[clicked[0], 0]))
    if found.customers < ranked.reading.rows:
        take_home(ranked, say("score.download_these", rows=widgets.amounts().number(found.customers)), wanted)
    return True


def summed_up(found: FilteredList, ranked: ScoredCustomers, overview: Overview) -> str:
    """How many customers fit and what they add up to."""
    money = widgets.amounts(overview.currency)
    told = {
        "shown": money.number(found.customers),
        "all": money.number(ranked.reading.rows),
        "leavers": money.number(found.leavers),
    }
    if found.value_at_risk is None:
        return say("score.fitting", **told)
    return say("score.fitting_money", money=money.money(found.value_at_risk, short=True), over=overview.over, **told)


def columns_shown(key: str, overview: Overview) -> dict[str, Any]:
    """How each column of the table is headed and shown."""
    currency, horizon = overview.currency, overview.horizon
    show = st.column_config
    return {
        key: show.TextColumn(say("score.customer"), pinned=True),
        "probability": show.ProgressColumn(
            say("score.probability"), min_value=0, max_value=1, format="percent", width=BAR
        ),
        "tier": widgets.tier_column(say("score.tier")),
        "value_at_risk": widgets.money_column(
            say("score.value_at_risk", horizon=horizon), currency, help=say("score.value_at_risk_help")
        ),
        **{n: widgets.text_column(say(f"score.{n}"), help=say("score.reason_help")) for n in ("reason_1", "reason_2")},
        "action": widgets.text_column(say("score.action"), width=OFFER),
        "expected_gain": widgets.money_column(
            say("score.expected_gain"), currency, help=say("score.expected_gain_help")
        ),
    }


def take_home(ranked: ScoredCustomers, label: str, wanted: ListFilter | None = None, *, primary: bool = False) -> None:
    """Scored customers as a file of each kind, made only when it is asked for."""
    stem = "scored" if wanted is None else "segment"
    with st.container(horizontal=True):
        for ending in FILE_KINDS:
            first = ending == ".csv"
            widgets.download(
                label if first else say(f"score.as{ending.replace('.', '_')}"),
                f"{stem}{ending}",
                partial(scored_list_file, ranked, ending, wanted),
                icon="download" if first else "table_view",
                help=say("score.download_help") if first else None,
                primary=first and primary,
                key=f"download {stem} {ending}",
            )


def bring() -> None:
    """Drop a file or pick a sample; with a list in hand the fields stand aside."""
    with st.container():
        widgets.list_banner()
    widgets.bring_list()
    if session.in_hand() is None:
        widgets.no_list()
    from_events.offer(from_events.SCORE)


def scored(reading: Reading, warned: DeltaGenerator) -> None:
    """Scores, where a model fits the list; otherwise what is open, or where to train one.

    warned   where the list was warned about; cleared by a refusal that says the same
    """
    try:
        with widgets.working(say("score.scoring")):
            ranked = cache.ranked()
    except ListRefused as problem:
        if (same := one_sided_notice(reading)) and problem.message.startswith(same.text.partition(",")[0]):
            warned.empty()
        if isinstance(problem, MissingColumns):  # it may be of a business that is not here yet
            first_list.offer(reading)
        ask(problem)
        return
    except (NoModelFits, NoModelYet) as problem:
        first_list.no_model(problem, reading)
        return
    if not reading.doubtful:
        confirm_matches(ranked.reading.doubtful, ranked.reading.raw.column_names)
    in_short(ranked)
    if customers(ranked):
        take_home(ranked, say("score.download", rows=widgets.amounts().number(ranked.reading.rows)), primary=True)
    st.caption(say("score.by_model", name=ranked.model.name, version=ranked.model.version))


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("score.title"), say("score.lead"))
    bring()
    if session.in_hand() is None:
        return
    try:
        with widgets.working(say("score.reading")):
            reading = cache.reading()
    except ChurnError as problem:
        ask(problem)
        return
    warned = understood(reading)
    confirm_matches(reading.doubtful, reading.raw.column_names)
    scored(reading, warned)


widgets.screen(draw)
