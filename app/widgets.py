"""The building blocks of every screen: frames, numbers, tiers, figures, tables, downloads, choosing a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import PurePath
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

import streamlit as st
from streamlit.elements.lib import streamlit_plotly_theme as slots
from streamlit.elements.lib.column_types import ColumnConfig

from app import cache, session
from app.demo import DEMOS
from app.navigation import TAKES
from app.words import plain, say
from churn.errors import ChurnError, MissingColumns, NoModelFits, NoModelYet, UnsureColumns
from churn.money.amounts import SIGNS, Amounts
from churn.reports.charts import LIGHT, recolour
from churn.workspace.kept_lists import day_in_name

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from churn.notices import Notice
    from churn.reports.charts import Chart, PlotlyDict

NOTICE_ICONS = {"warning": "warning", "set_aside": "content_cut", "repaired": "healing", "info": "info"}


def heading(title: str, lead: str = "") -> None:
    """The top of a screen: what it is for, in a line."""
    st.title(title, anchor=False)
    if lead:
        st.markdown(lead)


def section(title: str, lead: str = "") -> None:
    """A part of a screen, with a quiet line on what it tells."""
    st.header(title, anchor=False)
    if lead:
        st.caption(lead)


def card(icon: str, title: str, text: str) -> None:
    """One thing worth knowing, in a box of its own."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"### :material/{icon}: {title}", anchors=False)
        st.markdown(text)


def empty(text: str, *, icon: str = "inbox", go: str = "") -> Any:
    """Nothing to show yet: why, and the screen that changes it; answers the box, for another way on."""
    box = st.container(border=True, horizontal_alignment="center", gap="small")
    with box:
        st.markdown(f":material/{icon}: {text}", text_alignment="center")
        if go:
            go_to(go)
    return box


def go_to(screen: str, label: str = "", *, icon: str | None = "arrow_forward", **address: str) -> None:
    """A link to a screen, where this person may use it; `address` are the words after the question mark."""
    if session.may(TAKES[screen]):
        shown = f":material/{icon}:" if icon else None
        file = f"screens/{screen}.py"
        st.page_link(file, label=label or say(f"screens.{screen}"), icon=shown, query_params=address or None)


def go_on(screen: str) -> None:
    """The one step that this screen leads to, where this person may take it."""
    if session.may(TAKES[screen]) and st.button(
        say(f"screens.{screen}"), icon=":material/arrow_forward:", type="primary", key=f"go on to {screen}"
    ):
        st.switch_page(f"screens/{screen}.py", query_params=cache.address())


def done(text: str, title: str | None = None) -> None:
    """Something went well; say what to do next in the text."""
    st.success(text, icon=":material/check_circle:", title=title)


def working(text: str) -> AbstractContextManager[None]:
    """What is going on while the person waits, with how long it has taken."""
    return st.spinner(text, show_time=True)


def assumed(text: str, *, set_on: str = "plan") -> None:
    """A figure rests on an assumption: which, and the screen where it is set (empty: this one)."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(say("assumed.word"), icon=":material/tune:", color="gray")
        st.caption(text, width="content")
        if set_on:
            go_to(set_on, say("assumed.where", screen=say(f"screens.{set_on}")), icon=None)


@contextmanager
def polite_errors() -> Iterator[None]:
    """Show a refusal as what it is: one sentence and what to do next."""
    try:
        yield
    except (NoModelFits, NoModelYet) as problem:
        no_model(problem)
    except ChurnError as problem:
        show_refusal(problem)


def no_model(problem: ChurnError) -> None:
    """No model for the list in hand: one sentence, and the way to learn from this very list."""
    words = say("list.no_model") if isinstance(problem, NoModelYet) else say("list.no_fit", why=problem.message)
    with empty(words, icon="model_training"):
        go_to("training", say("list.learn"), open="learn")


def show_refusal(problem: ChurnError) -> None:
    """A refusal on screen, its words shown as text."""
    # What to do about a model or a column is told for the command line; here there are screens for it.
    own = {
        MissingColumns: "score.name_columns",
        UnsureColumns: "score.name_columns",
    }.get(type(problem), "")
    st.error(
        f"{plain(problem.message)} {say(own) if own else plain(problem.fix)}",
        icon=":material/error:",
        title=say("error.title"),
    )


def screen(draw: Callable[[], None]) -> None:
    """Draw a screen; a refusal inside it never takes the page away."""
    with polite_errors():
        draw()


def notices(items: Iterable[Notice]) -> None:
    """What a person should know, the warnings first, one line each."""
    order = list(NOTICE_ICONS)
    for notice in sorted(items, key=lambda n: order.index(n.kind)):
        st.markdown(f":material/{NOTICE_ICONS[notice.kind]}: {plain(notice.text)}")


NARROWEST = 140  # pixels of a figure: two stand side by side on a phone
LONG = 200  # pixels of a column whose words may wrap
WRITTEN_BY_THE_BROWSER = {"USD": "dollar", "EUR": "euro", "JPY": "yen"}


def amounts(currency: str = "") -> Amounts:
    """How this reader sees numbers and money."""
    return Amounts(currency, st.context.locale or "en-US")


def row(many: int) -> list[Any]:
    """Places for figures side by side, as many in a row as the screen has room for."""
    # The grid itself is each place: what is put into it directly stretches to the height of its row, a cell does not.
    return [st.grid(many, min_column_width=NARROWEST)] * many


def tenths(values: Iterable[float | None]) -> list[float | None]:
    """Shares to a tenth of a point, as a column of a table shows them."""
    return [None if value is None else round(value, 3) for value in values]


class Beneath(TypedDict, total=False):
    """What may stand beneath a figure, as `st.metric` takes it."""

    delta: str | float | None
    delta_color: Literal["normal", "inverse", "off"]
    delta_arrow: Literal["auto", "up", "down", "off"]


class ColumnOptions(TypedDict, total=False):
    """How a column of a table is shown."""

    width: Literal["small", "medium", "large"] | int | None
    help: str | None
    pinned: bool | None


def count(
    place: DeltaGenerator, label: str, value: float | None, help: str | None = None, **more: Unpack[Beneath]
) -> None:
    """A figure that counts: customers, leavers, lines."""
    whole = value if value is None else round(value)
    place.metric(label, whole, format="localized", border=True, height="stretch", help=help, **more)


def share(
    place: DeltaGenerator, label: str, value: float | None, help: str | None = None, **more: Unpack[Beneath]
) -> None:
    """A figure that is a share, such as a probability, to a tenth of a point; a change beside it as well."""
    shown = value if value is None else round(value, 3)
    if isinstance(change := more.get("delta"), float):
        more["delta"] = round(change, 3)
    place.metric(label, shown, format="percent", border=True, height="stretch", help=help, **more)


def points(
    place: DeltaGenerator,
    label: str,
    effect: float,
    low: float,
    high: float,
    help: str | None = None,
    **more: Unpack[Beneath],
) -> None:
    """An effect on a share, in percentage points, with the interval it may lie in beneath it."""
    written = partial(amounts().number, digits=1)
    shown = say("numbers.points", points=written(100 * effect))
    reach = say("numbers.points_reach", low=written(100 * low), high=written(100 * high))
    place.metric(label, shown, border=True, height="stretch", help=help, **beneath(reach))


def points_column(label: str) -> ColumnConfig:
    """A column of effects in percentage points; the heading says so."""
    return st.column_config.NumberColumn(say("numbers.in_points", label=label), format="%.1f")


def money(
    place: DeltaGenerator,
    label: str,
    value: float | None,
    currency: str,
    help: str | None = None,
    **more: Unpack[Beneath],
) -> None:
    """A figure in the money of the business, short enough for a card."""
    shown = plain(amounts(currency).money(value, short=True))
    place.metric(label, shown, border=True, height="stretch", help=help, **more)


def beneath(words: str) -> Beneath:
    """Words beneath a figure, such as the range it may lie in."""
    return {"delta": words, "delta_color": "off", "delta_arrow": "off"}


def between(low: float, high: float, written: Callable[[float], str]) -> Beneath:
    """Between what a figure may lie, beneath it, each end written this way."""
    return beneath(say("numbers.reach", low=written(low), high=written(high)))


def reach(low: float, high: float, currency: str) -> Beneath:
    """The same of an amount."""
    return between(low, high, partial(amounts(currency).money, digits=0))


def money_column(label: str, currency: str, **more: Unpack[ColumnOptions]) -> ColumnConfig:
    """A column of amounts, to the cent; where the browser cannot write the currency, the heading names it."""
    written = WRITTEN_BY_THE_BROWSER.get(currency)
    named = label if written or not currency else f"{label} ({SIGNS.get(currency, currency)})"
    return st.column_config.NumberColumn(named, format=written or "accounting", **more)


def text_column(label: str, *, long: bool = False, **more: Unpack[ColumnOptions]) -> ColumnConfig:
    """A column of words; `long` ones wrap, in a table that lets them."""
    if long:
        more["width"] = LONG
    return st.column_config.TextColumn(label, **more)


TIERS = ("High", "Medium", "Low")
TIER_ICONS = {"High": "keyboard_double_arrow_up", "Medium": "drag_handle", "Low": "keyboard_arrow_down"}
TIER_COLOURS: dict[str, Literal["red", "orange", "green"]] = {"High": "red", "Medium": "orange", "Low": "green"}
TIER_MARKS = {"High": "▲", "Medium": "■", "Low": "▽"}  # in tables, which show text only


def tier_badge(tier: str) -> None:
    """A tier told by word, icon and colour."""
    st.badge(say(f"tiers.{tier}"), icon=f":material/{TIER_ICONS[tier]}:", color=TIER_COLOURS[tier])


def tier_words(tier: str) -> str:
    """A tier with its icon, as a label."""
    return f":material/{TIER_ICONS[tier]}: {say(f'tiers.{tier}')}"


def tier_filter(place: DeltaGenerator, label: str, key: str) -> list[str]:
    """Which tiers to show; all of them to begin with, and all of them when none is chosen."""
    chosen: Sequence[str] = place.pills(
        label, TIERS, default=TIERS, selection_mode="multi", format_func=tier_words, key=key
    )
    return list(chosen) or list(TIERS)


def tier_column(label: str) -> ColumnConfig:
    """A column of tiers: the word in its colour."""
    colours = [TIER_COLOURS[tier] for tier in TIERS]
    return st.column_config.MultiselectColumn(label, options=list(TIERS), color=colours, format_func=tier_mark)


def tier_mark(tier: str) -> str:
    """A tier with a mark that can stand in a table."""
    return f"{TIER_MARKS.get(tier, '')} {say(f'tiers.{tier}')}".strip() if tier in TIER_MARKS else tier


LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
WIDEST_TITLE, WIDEST_LABEL = 24, 30  # letters
CONFIG = {"displayModeBar": False, "scrollZoom": False}
# The browser puts the theme's own colours in these places, so that a change of theme needs no new figure.
THEMED = {colour: getattr(slots, f"CATEGORY_{place}") for place, colour in enumerate(LIGHT.series)}
THEMED |= {LIGHT.paper: slots.BG_COLOR, LIGHT.ink: slots.GRAY_90}
INK = slots.GRAY_90  # the theme writes axes in a grey that is too pale to read


def chart(made: Chart, *, set_on: str = "plan") -> None:
    """A picture with its finding above and how to read it below; a figure that assumes something leads to where."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"### {plain(made.finding)}", anchors=False)
        st.plotly_chart(
            on_screen(made.figure),
            theme="streamlit",
            key=f"chart {made.name}",
            config=CONFIG,
            alt=made.alt,
        )
        st.caption(plain(made.reading))
        if made.assumes:
            assumed(plain(made.assumes), set_on=set_on)


def charts(made: Iterable[Chart], **how: str) -> None:
    """Charts side by side, two in a row."""
    every = list(made)
    for left in range(0, len(every), 2):
        for column, one in zip(st.columns(2), every[left : left + 2], strict=False):
            with column:
                chart(one, **how)


def on_screen(figure: object) -> PlotlyDict:
    """A figure in the colours of whichever theme is on, and with the numbers of the reader's locale."""
    # As plain data: each change to a figure of Plotly's own would be checked, and it is checked when it is sent.
    shown = recolour(figure, THEMED)
    layout = shown["layout"]
    for name, axis in layout.items():
        if name.startswith(("xaxis", "yaxis")):
            inked(axis)
            (wrap_title if name.startswith("xaxis") else wrap_labels)(axis)
    layout["legend"] = {**layout.get("legend", {}), **LEGEND, "font": {"color": INK}}
    layout["font"] = {**layout.get("font", {}), "color": INK}
    layout.update(separators=amounts().separators, dragmode=False)
    return shown


def inked(axis: PlotlyDict) -> None:
    """Words along an axis in ink that can be read."""
    title = axis.get("title", {})
    axis["tickfont"] = {**axis.get("tickfont", {}), "color": INK}
    axis["title"] = {**title, "font": {**title.get("font", {}), "color": INK}}


def wrap_labels(axis: PlotlyDict) -> None:
    """Long labels beside a picture on several lines: they would leave no room for it."""
    if axis.get("ticktext"):
        axis["ticktext"] = [label if "<" in label else folded(label) for label in axis["ticktext"]]


def folded(label: str) -> str:
    """A label on several lines; a word, however long, stays whole."""
    return "<br>".join(wrap(label, WIDEST_LABEL, break_long_words=False)) or label


def wrap_title(axis: PlotlyDict) -> None:
    """A long title of an axis on several lines: a phone would cut it off."""
    title = axis.get("title", {})
    if title.get("text"):
        title["text"] = "<br>".join(wrap(title["text"].replace("<br>", " "), WIDEST_TITLE))


NOTHING = "–"
WRAPPING = (
    66  # pixels of a row from which Streamlit lets words wrap; on a telephone figures keep their room beside them
)
WHOLE = 15  # rows up to which a table is shown without a bar to scroll it by


def table(
    data: Any, columns: Mapping[str, Any] | None = None, *, alt: str, long_words: bool = False, **more: Any
) -> Any:
    """A table to look at; `long_words` lets words wrap. Answers what was selected, where that was asked for."""
    return st.dataframe(
        data,
        hide_index=True,
        column_config=columns,
        alt=alt,
        placeholder=NOTHING,
        row_height=WRAPPING if long_words else None,
        height="content" if rows_of(data) <= WHOLE else "auto",
        **more,
    )


def rows_of(data: Sized) -> int:
    """How many rows the table has."""
    return len(next(iter(data.values()), ())) if isinstance(data, Mapping) else len(data)


MIME = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html",
    ".json": "application/json",
}


def download(
    label: str,
    name: str,
    content: str | bytes | Callable[[], str | bytes],
    *,
    icon: str = "download",
    help: str | None = None,
    primary: bool = False,
    key: str | None = None,
) -> None:
    """A file by its name; `content` is its text or bytes, or what makes them."""
    kind = MIME[PurePath(name).suffix]
    st.download_button(
        label,
        data=content,
        file_name=name,
        mime=kind,
        on_click="ignore",
        icon=f":material/{icon}:",
        help=help,
        type="primary" if primary else "secondary",
        key=key,
    )


def choose_list(*, then: str = "") -> None:
    """Bring files or pick a sample; each file is kept, and the last one comes into hand.

    then  the screen to go on to with what was taken in hand (empty: this one)
    """
    turn = session.recall("turn", 0)
    left, right = st.columns([3, 2])
    chosen = right.selectbox(
        say("list.sample"), session.sample_files(), index=None, key=f"sample {turn}", placeholder=say("list.pick")
    )
    drop_list(left, "upload", then=then)
    if chosen is not None:
        session.take_sample(chosen)
        session.remember("turn", turn + 1)
        go_with_list(then)


def drop_list(place: DeltaGenerator, key: str, *, then: str = "") -> None:
    """A place to drop lists: each is taken, and the one of the latest day comes into hand, else the last.

    Several at once are weeks of a business: those before are scored and kept beside it.
    """
    taken = session.recall("taken files", frozenset())
    # The field stays the same one: a file on its way to a field that is drawn anew would be lost.
    uploaded = place.file_uploader(say("list.drop"), key=key, help=say("list.kinds"), accept_multiple_files=True)
    fresh = sorted((file for file in uploaded if file.file_id not in taken), key=lambda file: day_in_name(file.name))
    numbers = []
    for file in fresh:
        numbers.append(session.take(file.name, file.getvalue()))
        session.free_upload(file)
    if fresh:
        session.remember("taken files", taken | {file.file_id for file in fresh})
        if numbers[:-1] and session.may("score"):
            with working(say("list.weeks", count=len(numbers))):
                session.keep_weeks(numbers[:-1])
        go_with_list(then)


def go_with_list(then: str) -> None:
    """Go on with the list that was just taken in hand, to a screen or on this one."""
    if then:
        st.switch_page(f"screens/{then}.py", query_params=cache.address())
    st.rerun()


def bring_list() -> None:
    """Where lists are brought, always in the same place: open while there is none, folded away beside the one in hand.

    A file that is still on its way when another one arrives finds its field where it was.
    """
    held = session.in_hand()
    label = say("list.bring" if held is None else "list.change")
    with st.expander(label, icon=":material/upload_file:", expanded=held is None):
        choose_list()
        if held is not None and not held.sample:
            label = say("list.forget", name=held.name)
            st.button(label, icon=":material/delete:", on_click=session.forget, help=say("list.forget_help"))


def list_banner() -> None:
    """Which list the screen speaks of, and that a sample is made up."""
    held = session.in_hand()
    if held is not None:
        kind = say("list.synthetic") if held.sample else ""
        st.caption(f":material/description: {plain(held.name)} {kind}")


def need_list() -> bool:
    """Whether there is a list in hand; if not, say where to bring one."""
    if session.in_hand() is not None:
        return True
    with no_list(go="score"):
        a_sample()
    return False


def no_list(*, go: str = "") -> Any:
    """There is no list in hand: where one is brought, or that the one there was had to make room."""
    gone = session.was_let_go()
    return empty(say("list.let_go", name=gone) if gone else say("list.none"), icon="upload_file", go=go)


def a_sample() -> None:
    """A sample to look around with, one click away, where its model is there."""
    known = set(cache.model_names()) if session.may("score") else set()
    ready = [demo.score for demo in DEMOS if demo.score and demo.name in known]
    chosen = st.pills(say("list.try"), ready, format_func=plain, key="sample to try") if ready else None
    if chosen:
        session.take_sample(chosen)
        st.rerun()


def sign_in(problem: ChurnError) -> None:
    """Why nobody is let in yet, and the way in where the operator has set one."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle.container(border=True):
        st.title(say("sign_in.title"), anchor=False)
        st.markdown(f"{plain(problem.message)} {plain(problem.fix)}")
        if not session.provider_is_set():
            st.link_button(say("sign_in.with_key"), "/sign-in", icon=":material/key:")
            st.caption(say("sign_in.operator"))
            return
        st.button(say("sign_in.with_provider"), type="primary", icon=":material/login:", on_click=st.login)
        if session.has_signed_in():
            st.button(say("sidebar.sign_out"), icon=":material/logout:", on_click=st.logout)
