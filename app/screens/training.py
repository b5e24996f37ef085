"""Training: learn from a list that says who left, and look after the models."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cache, from_events, jobs, session, widgets
from app.questions import ask
from app.words import plain, say
from churn.errors import ChurnError
from churn.notices import Notice
from churn.reports.campaign_words import nearly_everybody
from churn.training.report import highest_lift, leak_sentence
from churn.workspace.models import (
    compare_with_champion,
    find_leaks,
    guess_outcome,
    leaderboard_of,
    operating_points,
    outcome_candidates,
    read_labels,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.delta_generator import DeltaGenerator

    from churn.intake.checks import OutcomeCounts
    from churn.intake.reader import Reading
    from churn.reports.charts import Chart
    from churn.training.model import Model
    from churn.training.prepare import Leak
    from churn.workspace.models import ChampionComparison, Labels

SHOWN_WORDS = 12


def labelled(reading: Reading) -> Any:
    """The choices about who left, made on screen; None while no column is chosen."""
    widgets.section(say("training.who"), say("training.who_text"))
    column = which_column(reading)
    if column is None:
        return None
    found = cache.kept(read_labels, reading, column)
    left, right = st.columns([2, 3])
    with left:
        widgets.table(
            {"word": list(found.words)[:SHOWN_WORDS], "customers": list(found.words.values())[:SHOWN_WORDS]},
            alt=say("training.words_alt"),
            columns={
                "word": widgets.text_column(say("training.word")),
                "customers": st.column_config.NumberColumn(say("training.customers"), format="localized"),
            },
        )
    with right:
        leaving = st.multiselect(
            say("training.positive"),
            list(found.words),
            default=list(found.leaving),
            help=say("training.positive_help"),
            key=f"leaving {column}",
        )
        others = [word for word in found.words if word not in leaving]
        dropped = other_words(column, others) if len(others) > 1 else []
    told = tuple(leaving) if leaving != list(found.leaving) else ()
    settled = cache.latest(read_labels, (column, told, tuple(dropped)), reading, column, told, dropped)
    counted(settled)
    return settled, told, dropped


def which_column(reading: Reading) -> str | None:
    """The column that says who left; preselected where that is plain."""
    names = cache.kept(outcome_candidates, reading)
    guess = cache.kept(guess_outcome, reading)
    if not names:
        widgets.empty(say("training.no_outcome"), icon="help")
        return None
    chosen = st.selectbox(
        say("training.outcome"),
        names,
        index=names.index(guess) if guess in names else None,
        format_func=lambda name: heading_of(reading, name),
        placeholder=say("training.outcome_hint"),
        help=say("training.outcome_help"),
        key=f"outcome {session.held().digest}",
    )
    if chosen is None:
        st.info(say("training.not_plain"), icon=":material/help:")
        widgets.go_to("score")
    return chosen


def other_words(column: str, others: list[str]) -> list[str]:
    """Words that mean neither: those customers can be left out instead of counting as staying."""
    return st.multiselect(
        say("training.drop_class"), others, help=say("training.drop_class_help"), key=f"left out {column}"
    )


def counted(found: Labels) -> None:
    """How many left and stayed, against the least that can be learnt from."""
    if found.known is None:
        st.warning(plain(found.why), icon=":material/help:", title=say("training.not_settled"))
        return
    columns = widgets.row(4)
    widgets.count(columns[0], say("training.known"), found.known.customers)
    widgets.count(columns[1], say("training.left"), found.known.left)
    widgets.count(columns[2], say("training.stayed"), found.known.stayed)
    widgets.count(columns[3], say("training.unknown"), found.unknown, help=say("training.unknown_help"))
    if found.enough:
        st.caption(f":material/check_circle: {say('training.enough')}")
    else:
        st.warning(plain(found.why), icon=":material/group_off:", title=say("training.too_few"))


def heading_of(reading: Reading, name: str) -> str:
    """The column as the file itself calls it."""
    return next((m.theirs for m in reading.matches if m.ours == name), name)


ROLES = {"key": ("text", "number", "category"), "value": ("number",), "date": ("date",)}
LONGEST = 60  # signs of a heading in a sentence
WAYS = ("money", "f1", "recall", "list")


def roles(reading: Reading, outcome: str) -> dict[str, str | None]:
    """Which column names the customer, which is the money, which says when a row was true."""
    widgets.section(say("training.roles"), say("training.roles_text"))
    chosen: dict[str, str | None] = {}
    for place, (role, kinds) in zip(st.columns(3), ROLES.items(), strict=True):
        known = getattr(reading.schema, role)
        names = [c.name for c in reading.schema.columns if c.kind in kinds and c.name != outcome]
        named = place.selectbox(
            say(f"training.{role}"),
            names,
            index=names.index(known.name) if known and known.name in names else None,
            format_func=lambda name: heading_of(reading, name),
            placeholder=say("training.none"),
            help=say(f"training.{role}_help"),
            key=f"{role} {session.held().digest}",
        )
        chosen[role] = None if known and named == known.name else named
    return chosen


def kept_out(reading: Reading, options: dict[str, Any]) -> list[str]:
    """Columns not to learn from: those a person takes out, and suspects by choice; sure leaks go by themselves."""
    with widgets.working(say("training.looking")):
        found = cache.latest(find_leaks, repr(sorted(options.items())), reading, **options)
    sure, doubtful = [leak for leak in found if leak.hard], [leak for leak in found if not leak.hard]
    widgets.section(say("training.leaks"), say("training.leaks_text"))
    if not found:
        st.caption(f":material/verified: {say('training.no_leaks')}")
    for leak in sure:
        st.markdown(f":material/block: **{plain(shortened(heading_of(reading, leak.column)))}** · {plain(leak.why)}")
    dropped = [leak.column for leak in doubtful if suspect(reading, leak) == "drop"]
    names = [c.name for c in reading.schema.columns if c.name not in {leak.column for leak in found}]
    more = st.multiselect(
        say("training.drop"),
        names,
        format_func=lambda name: heading_of(reading, name),
        placeholder=say("training.none"),
        help=say("training.drop_help"),
        key=f"drop {session.held().digest}",
    )
    return [*dropped, *more]


def shortened(name: str) -> str:
    """A very long heading, cut in the middle where names differ least."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 15]} … {name[-12:]}"


def suspect(reading: Reading, leak: Leak) -> str:
    """One column that may know the outcome: learn from it, or leave it out."""
    with st.container(border=True):
        text, choice = st.columns([3, 1], vertical_alignment="center")
        text.markdown(f":material/help: **{plain(shortened(heading_of(reading, leak.column)))}** · {plain(leak.why)}")
        return choice.segmented_control(
            say("training.suspect"),
            ["keep", "drop"],
            default="keep",
            required=True,
            format_func=lambda word: say(f"training.suspect_{word}"),
            label_visibility="collapsed",
            key=f"suspect {leak.column} {session.held().digest}",
        )


def how(known: OutcomeCounts) -> dict[str, Any]:
    """How to train, which most lists can leave as it is."""
    with st.expander(say("training.more"), icon=":material/tune:"):
        left, right = st.columns(2)
        name = left.text_input(say("training.name"), help=say("training.name_help"), key="model name").strip()
        quick = right.toggle(say("training.quick"), help=say("training.quick_help"), key="quick")
        way = left.selectbox(
            say("training.threshold"),
            WAYS,
            format_func=lambda word: say(f"ways.choose_{word}"),
            help=say("training.threshold_help"),
            key="threshold way",
        )
        return {"name": name, "quick": quick, "threshold": threshold(right, way, known)}


def threshold(place: DeltaGenerator, way: str, known: OutcomeCounts) -> str | None:
    """The words for how the threshold is chosen, with the number that belongs to it."""
    if way == "recall":
        share = place.slider(say("training.recall"), 50, 99, 80, format="%d%%", key="recall wanted")
        return f"recall 0.{share:02d}"
    if way == "list":
        length = place.number_input(say("training.length"), 1, known.customers, min(500, known.customers), key="length")
        return f"list {length}"
    return None if way == "money" else way


def start(chosen: Mapping[str, object]) -> None:
    """Train in a process of its own; its number goes into the address, so that a reload finds it again."""
    held = session.held()
    words = jobs.train_words(held.said, chosen)
    sent = {"asked_by": session.who(), "filename": held.name}
    job = jobs.start_job(session.workspace().home, words, held.content, held.suffix, **sent)
    cache.follow(job.number)
    st.rerun()


@st.fragment(run_every="1s")
def watch(number: str) -> None:
    """How far the training is; it can be stopped."""
    job = jobs.find_job(session.workspace().home, number)
    now = job.progress() if job else None
    if job is None or now is None or now.state != "running":
        st.rerun()
        return
    with st.container(border=True):
        st.markdown(f"### :material/model_training: {say('training.running')}", anchors=False)
        st.progress(now.done, text=plain(now.text) or say("training.starting"))
        st.caption(say("training.running_text"))
        if st.button(say("training.cancel"), icon=":material/stop_circle:"):
            job.cancel()
            st.rerun()


FIELDS = ("model name", "quick", "threshold way", "recall wanted", "length")
OF_COLUMNS = ("outcome ", "leaving ", "left out ", "key ", "value ", "date ", "drop ", "suspect ")


def keep_fields() -> None:
    """Keep what was filled in while the form is not on screen: after a refusal nothing has to be said again."""
    session.keep_fields(*FIELDS, *OF_COLUMNS)


def followed() -> Any:
    """The training that was started: its progress, or what became of it; None where none was."""
    number = cache.followed()
    job = jobs.find_job(session.workspace().home, number) if number else None
    if number is None or job is None:
        return None
    now = job.progress()
    if now.state == "running":
        watch(number)
    elif now.state == "done":
        finished(now.answer)
    elif now.state == "refused":
        st.error(plain(now.text) or say("error.unexpected"), icon=":material/error:", title=say("error.title"))
    else:
        st.info(say("training.cancelled"), icon=":material/stop_circle:")
    return now


def finished(answer: dict[str, Any]) -> None:
    """What was learnt, whether it went live and why, and what to know about the list."""
    outcome = say("training.went_live" if answer["promoted"] else "training.kept_beside")
    title = say("training.done", model=answer["model"], version=answer["version"])
    widgets.done(f"{outcome} {plain(answer['why'])}", title=title)
    told = [n for n in answer["notices"] if n["kind"] in ("warning", "set_aside")]
    if told:
        with st.expander(say("training.told", count=len(told)), icon=":material/info:"):
            widgets.notices(Notice(n["kind"], n["text"]) for n in told)
    # The list in hand is the one learnt from: what comes next is a list of today's customers.
    st.caption(say("training.todays_list"))
    if session.may("score") and st.button(say("training.score_now"), icon=":material/arrow_forward:"):
        session.put_down()
        cache.choose_model(answer["model"])
        st.switch_page("screens/score.py")


FIRST = ("calibration", "gain", "profit", "confusion")
DRIVERS = ("importance", "shap-summary")


def report(model: Model) -> None:
    """Everything known about one version, the most useful first."""
    leak, summary = leak_sentence(model.report), str(model.report["summary"])
    if leak:
        st.warning(plain(leak), icon=":material/visibility_off:")
    st.markdown(plain(summary.removeprefix(leak).strip()))
    in_short(model)
    names = ("good", "threshold", "competed", "rivalry", "moves", "careful")
    good, threshold, competed, against, moves, careful = st.tabs([say(f"training.tab_{name}") for name in names])
    made = {chart.name: chart for chart in charts_of(model)}
    moving = [n for n in made if n in DRIVERS or n.startswith("dependence")]
    with good:
        quality = [*FIRST, *(n for n in made if n not in (*FIRST, *moving))]
        widgets.charts(made[n] for n in quality if n in made)
    with threshold:
        reaches(model)
    with competed:
        leaderboard(model)
    with against:
        rivalry(model)
    with moves:
        widgets.charts(made[n] for n in moving)
    with careful:
        cautions(model)


def charts_of(model: Model) -> Sequence[Chart]:
    """The pictures of a version, drawn once for as long as it is looked at."""
    return cache.latest(session.workspace().models.charts, session.locale(), model, session.locale())


def in_short(model: Model) -> None:
    """The version in a few figures."""
    card, scores = model.report, model.report["scores"]
    columns = widgets.row(4)
    columns[0].metric(
        say("training.verdict"),
        say(f"verdicts.{card['verdict']}"),
        border=True,
        height="stretch",
        help=say("training.verdict_help"),
    )
    widgets.share(columns[1], say("training.ranks"), scores["roc_auc"]["mean"], help=say("training.ranks_help"))
    times = scores["times_random_top_tenth"]["mean"]
    columns[2].metric(
        say("training.times"),
        times,
        format="%.1f×",
        border=True,
        height="stretch",
        help=say("training.times_help"),
        **widgets.beneath(say("training.times_most", most=highest_lift(card["leavers"] / card["customers"]))),
    )
    widgets.count(columns[3], say("training.learnt_from"), card["customers"], help=say("training.learnt_from_help"))


def reaches(model: Model) -> None:
    """Every way to choose who is contacted, in people and money."""
    st.markdown(say("training.reach_text"))
    if said := nearly_everybody(model):
        st.warning(plain(said), icon=":material/groups:")
    found, currency = operating_points(model), session.workspace().currency_of(model)
    table: dict[str, list[Any]] = {
        "how": [f"{'✓ ' if r.chosen else ''}{way(r.how)}" for r in found],
        "threshold": widgets.tenths(r.threshold for r in found),
        "contacted": [r.contacted for r in found],
        "caught": [r.caught for r in found],
        "missed": [r.missed for r in found],
        "bothered": [r.bothered for r in found],
    }
    if any(r.gain is not None for r in found):
        table["gain"] = [r.gain for r in found]
    whole = {n: st.column_config.NumberColumn(say(f"training.{n}"), format="localized") for n in list(table)[2:6]}
    widgets.table(
        table,
        alt=say("training.tab_threshold"),
        columns={
            "how": widgets.text_column(say("training.how"), width="medium"),
            "threshold": st.column_config.NumberColumn(say("training.from_risk"), format="percent"),
            **whole,
            "gain": widgets.money_column(say("training.gain"), currency),
        },
    )
    if "gain" in table:
        widgets.assumed(say("training.gain_assumes"))


def way(how: str) -> str:
    """A way of choosing the threshold, in words."""
    word, _, number = how.partition(" ")
    if word == "recall":
        return say("ways.recall", share=float(number))
    if word == "list":
        return say("ways.list", customers=int(number))
    return say(f"ways.{word}")


def leaderboard(model: Model) -> None:
    """Every candidate on the same unseen customers."""
    st.markdown(say("training.board_text"))
    found = leaderboard_of(model)
    shares = ("ranks", "precision", "recall", "f1", "accuracy")
    table: dict[str, list[Any]] = {
        "name": [f"{'✓ ' if s.champion else ''}{s.name}" for s in found],
        **{word: widgets.tenths(getattr(s, word) for s in found) for word in shares},
        **{word: [getattr(s, word) for s in found] for word in ("logloss", "seconds", "milliseconds")},
    }
    number = st.column_config.NumberColumn
    widgets.table(
        table,
        alt=say("training.leaderboard"),
        columns={
            "name": widgets.text_column(say("board.name"), pinned=True),
            **{n: number(say(f"board.{n}"), format="percent", help=say(f"board.{n}_help")) for n in shares},
            "logloss": number(say("board.logloss"), format="%.3f", help=say("board.logloss_help")),
            "seconds": number(say("board.seconds"), format="%.2f", help=say("board.seconds_help")),
            "milliseconds": number(say("board.milliseconds"), format="%.2f", help=say("board.milliseconds_help")),
        },
    )


def rivalry(model: Model) -> None:
    """The version beside the one that was live when it was trained, on the same customers unseen by both."""
    found = compare_with_champion(model)
    if found is None or found.champion is None:
        widgets.empty(say("training.no_rival"), icon="emoji_events")
        return
    st.markdown(plain(found.why))
    if not found.loss:
        return
    st.caption(say("training.same_rows", customers=found.customers, champion=found.champion))
    rows = {"loss": found.loss, "profit": found.profit}
    widgets.table(
        {
            "what": [say(f"training.by_{name}") for name in rows],
            "low": [row["low"] for row in rows.values()],
            "mean": [row["mean"] for row in rows.values()],
            "high": [row["high"] for row in rows.values()],
        },
        alt=say("training.tab_rivalry"),
        columns={
            "what": widgets.text_column(say("training.advantage"), long=True),
            **{n: st.column_config.NumberColumn(say(f"training.{n}"), format="%.4f") for n in ("low", "mean", "high")},
        },
    )
    st.caption(say("training.advantage_how"))
    both_beside(found, model.version)


def both_beside(found: ChampionComparison, version: str) -> None:
    """What is told of each of the two: how it ranks, how true its probabilities are, what it costs."""
    ends = ("auc", "low", "high") if found.ranking else ()  # versions of before that was kept have none
    ranking = {f"ranking_{end}": {who: row[end] for who, row in found.ranking.items()} for end in ends}
    both = ranking | {"calibration": found.calibration, "cost": found.cost}
    widgets.table(
        {
            "what": [say(f"training.of_{name}") for name in both],
            "champion": [row.get("champion") for row in both.values()],
            "challenger": [row.get("challenger") for row in both.values()],
        },
        alt=say("training.of_both"),
        columns={
            "what": widgets.text_column(say("training.of_both"), long=True),
            "champion": st.column_config.NumberColumn(found.champion, format="%.3f"),
            "challenger": st.column_config.NumberColumn(version, format="%.3f"),
        },
    )


def cautions(model: Model) -> None:
    """What was left out, and what to keep in mind."""
    card = model.report
    said = [f"{leak['column']}: {leak['why']}" for leak in card["leaks"]]
    said += [left["text"] for left in card["left_out"]]
    for text in dict.fromkeys([*said, *card["choices"]]):
        st.markdown(f"- {plain(text)}")
    st.markdown(f"- {say('training.not_cause')}")


def versions(trained: str) -> None:
    """The models there are; one version of one of them in full, first of the one just trained."""
    cards = {card["name"]: card for card in session.workspace().models.list()}
    if not cards:
        widgets.empty(say("training.no_model"), icon="model_training")
        return
    left, right = st.columns(2)
    names = list(cards)
    likely = trained or cache.likely_model(names)
    name = left.selectbox(
        say("training.model"),
        names,
        index=names.index(likely) if likely in names else 0,
        format_func=lambda n: cards[n]["title"],
        key=f"model {likely}",
    )
    card = cards[name]
    newest = card["versions"][::-1]
    version = right.selectbox(
        say("training.version"),
        newest,
        index=newest.index(card["live"]) if card["live"] in newest else 0,
        format_func=lambda v: say("training.live", version=v) if v == card["live"] else v,
        key=f"version {name} {card['live']}",
    )
    acts(card, version)
    with widgets.polite_errors():
        report(session.workspace().models.get(f"{name}@{version}"))
    history(card)


def acts(card: dict[str, Any], version: str) -> None:
    """What can be done with the version: take its card along, put it live, go back to the one before."""
    name, live = card["name"], version == card["live"]
    with st.container(horizontal=True, vertical_alignment="center"):
        card_page = partial(session.workspace().models.card, name, version)
        widgets.download(say("training.card"), f"{name}-{version}-card.html", card_page, icon="description")
        if session.may("promote") and not live:
            with st.popover(say("training.promote"), icon=":material/publish:"):
                why = reason(f"promote {name} {version}", say("training.promote_text", version=version))
                if why is not None:
                    session.workspace().models.promote(name, version, why)
                    st.rerun()
        if session.may("rollback") and len(card["history"]) > 1:
            with st.popover(say("training.rollback"), icon=":material/undo:"):
                why = reason(f"rollback {name} {card['live']}", say("training.rollback_text", version=card["live"]))
                if why is not None:
                    session.workspace().models.rollback(name, why=why)
                    st.rerun()
        st.badge(
            say("training.is_live") if live else say("training.is_kept"),
            icon=":material/radio_button_checked:" if live else ":material/inventory_2:",
            color="green" if live else "gray",
        )


def reason(key: str, text: str) -> str | None:
    """Why, in the person's own words; nothing happens without one."""
    with st.form(f"form {key}", border=False):
        st.markdown(text)
        why = st.text_input(say("training.why"), key=f"why {key}", max_chars=200)
        asked = st.form_submit_button(say("training.do_it"), type="primary")
    if asked and not why.strip():
        st.warning(say("training.why_needed"), icon=":material/edit:")
    return why.strip() if asked and why.strip() else None


def history(card: dict[str, Any]) -> None:
    """Which version was live since when, and why."""
    if not card["history"]:
        return
    widgets.section(say("training.history"), say("training.history_text"))
    newest = card["history"][::-1]
    widgets.table(
        {
            "since": [entry["since"][:16].replace("T", " ") for entry in newest],
            "version": [entry["version"] for entry in newest],
            "act": [say(f"acts.{entry['act'].replace(' ', '_')}") for entry in newest],
            "why": [plain_text(entry["why"]) for entry in newest],
        },
        alt=say("training.history"),
        long_words=True,
        columns={
            "since": widgets.text_column(say("training.since")),
            "version": widgets.text_column(say("training.version")),
            "act": widgets.text_column(say("training.act")),
            "why": widgets.text_column(say("training.why"), long=True),
        },
    )


def plain_text(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())


VIEWS = ("learn", "models")


def view(trained: str) -> str:
    """Which half of the screen is open: learning from a list, or the models there are."""
    to_learn = (
        session.may("train")
        and not trained
        and (session.in_hand() is not None or not session.workspace().models.list())
    )
    opened = cache.asked_view()  # by a link, which says what it leads to
    usual = opened if opened in VIEWS else "learn" if to_learn else "models"
    shown = VIEWS if session.may("train") else VIEWS[1:]
    # A finished training opens its own report, whatever was open before it.
    own = bool(trained or opened)
    kept: dict[str, Any] = {"key": f"view of {trained or opened}"} if own else {"key": "view", "bind": "query-params"}
    return st.segmented_control(
        say("training.view"),
        shown,
        default=usual,
        required=True,
        format_func=lambda word: say(f"training.view_{word}"),
        label_visibility="collapsed",
        **kept,
    )


def bring() -> bool:
    """The list to learn from; another one can be brought at any time."""
    with st.container():
        if session.in_hand() is None:
            widgets.section(say("training.bring"), say("training.bring_text"))
        else:
            widgets.list_banner()
    widgets.bring_list()
    from_events.offer(from_events.TRAIN)
    return session.in_hand() is not None


def learn() -> None:
    """From a list to a model, one question after the other."""
    if not bring():
        return
    try:
        with widgets.working(say("score.reading")):
            reading: Any = cache.reading()
    except ChurnError as problem:
        ask(problem)
        return
    said = labelled(reading)
    if said is None:
        return
    labels, told, dropped = said
    if not labels.enough:
        return
    named = {"outcome": labels.column, "positive": told, "drop_class": tuple(dropped)}
    asked = {**named, **roles(reading, labels.column)}
    drop = kept_out(reading, asked)
    chosen = {**asked, "drop": drop, **how(labels.known)}
    if st.button(say("training.start"), type="primary", icon=":material/model_training:"):
        start(chosen)


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("training.title"), say("training.lead"))
    keep_fields()
    job = followed()
    if job is not None and job.state == "running":
        return
    trained = job.answer.get("model", "") if job else ""
    if view(trained) == "learn":
        learn()
    else:
        versions(trained)


widgets.screen(draw)
