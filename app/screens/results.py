"""Results: what campaigns changed, and whom a contact helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cache, session, widgets
from app.words import plain, say
from churn.reports.campaign_charts import lift_chart
from churn.workspace.list_history import count_words
from churn.workspace.results import low_cardinality_columns, notices_of, uplift_charts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from churn.campaigns.lift import LiftJson
    from churn.intake.reader import Reading
    from churn.money.amounts import Amounts
    from churn.workspace.campaigns import KeptCampaign
    from churn.workspace.results import MeasuredExperiment


def pick(kept: Sequence[KeptCampaign]) -> Any:
    """Every campaign with its state in a table, and the one that was chosen."""
    titles = {one.record.campaign: one.title for one in kept}
    names = list(titles)
    with st.expander(say("results.all", count=len(names)), icon=":material/list:"):
        table(kept)
    asked = cache.asked_campaign()
    place = names.index(asked) if asked in names else names.index(cache.likely_campaign(kept))
    chosen = st.selectbox(say("results.campaign"), names, index=place, format_func=lambda name: titles[name])
    one = kept[names.index(chosen)]
    record, told = one.record, one.record.summary
    words = {"made": day(record.made), "source": record.source, "model": record.model}
    people = {"treated": told["treated"], "held": told["holdout"], "version": record.version}
    st.caption(say("results.planned", **words, **people))
    return one


def table(kept: Sequence[KeptCampaign]) -> None:
    """When each left, how large it was, what it should bring, and what came of it."""
    many = st.column_config.NumberColumn
    rows = {
        "campaign": [one.title for one in kept],
        "made": [day(one.record.made) for one in kept],
        "treated": [one.record.summary["treated"] for one in kept],
        "held": [one.record.summary["holdout"] for one in kept],
        "gain": [one.record.summary["expected_gain"]["mid"] for one in kept],
        "state": [state_of(one) for one in kept],
    }
    currencies = {one.currency for one in kept}
    config = {
        "campaign": widgets.text_column(say("results.campaign"), pinned=True),
        "made": widgets.text_column(say("results.made")),
        "treated": many(say("results.part_treated"), format="localized"),
        "held": many(say("results.part_held"), format="localized"),
        "gain": widgets.money_column(say("results.expected"), currencies.pop() if len(currencies) == 1 else ""),
        "state": widgets.text_column(say("results.state"), long=True),
    }
    widgets.table(rows, config, alt=say("results.all", count=len(kept)), long_words=True)


def state_of(one: KeptCampaign) -> str:
    """Waiting for outcomes, or what was measured."""
    if one.measured is None:
        return say("results.waiting")
    return str(one.measured.lift["verdict"])


def day(moment: str) -> str:
    """A moment of the database as a person reads it."""
    return moment[:16].replace("T", " ")


def bring_outcomes(one: KeptCampaign) -> None:
    """Take the outcomes of a campaign and measure it with them."""
    if not session.may("measure"):
        st.caption(say("results.may_not"))
        return
    turn = session.recall("results turn", 0)
    uploaded = st.file_uploader(say("results.drop"), key=f"outcomes {turn}", help=say("results.drop_help"))
    if uploaded is None:
        return
    said = questions(one, uploaded)
    if said is None:
        return
    if st.button(say("results.measure"), type="primary", icon=":material/straighten:"):
        with widgets.working(say("results.measuring")):
            session.workspace().campaigns.measure(uploaded.getvalue(), one.record.campaign, **said)
        cache.forget_computed()  # the next plan is made with the rates that were just learnt
        session.free_upload(uploaded)
        session.remember("results turn", turn + 1)
        session.remember("measured", one.record.campaign)
        st.rerun()


def questions(one: KeptCampaign, uploaded: UploadedFile) -> dict[str, Any] | None:
    """What the file leaves open, asked with the file's own headings and words; None until it is answered."""
    content, campaign = uploaded.getvalue(), one.record.campaign
    said: dict[str, Any] = {"filename": uploaded.name}

    def left_open() -> Any:
        key = (campaign, uploaded.file_id, repr(said))
        return cache.latest(session.workspace().campaigns.outcome_questions, key, content, campaign, **said)

    found = left_open()
    for role, is_known in (("key", found.key), ("outcome", found.outcome)):
        if not is_known:
            label = say(f"results.{role}")
            said[role] = st.selectbox(label, found.headings, index=None, placeholder=say("results.choose"))
    if None in said.values():
        return None
    words = left_open().words
    if words:
        said["positive"] = st.multiselect(say("results.positive"), words, placeholder=say("results.choose_word"))
        if not said["positive"]:
            return None
    return said


def just_measured(one: KeptCampaign) -> None:
    """Say once that the outcomes have been taken in."""
    if session.recall("measured") == one.record.campaign:
        session.remember("measured", None)
        widgets.done(say("results.measured", campaign=one.title))


ENDS = ("low", "mid", "high")


def verdict(lift: LiftJson, currency: str) -> None:
    """What the campaign changed; nothing is claimed that chance could have done."""
    if lift["lift"] is None:
        st.warning(plain(lift["verdict"]), icon=":material/block:", title=say("results.no_claim"))
        return
    kinds = {"fewer": (st.success, "trending_up"), "more": (st.error, "trending_down"), "open": (st.info, "help")}
    kind = kind_of(lift)
    show, icon = kinds[kind]
    show(plain(lift["verdict"]), icon=f":material/{icon}:", title=say(f"results.title_{kind}"))
    written = widgets.amounts(currency)
    treated, held, fewer, kept = widgets.row(4)
    for place, arm in ((treated, "treat"), (held, "holdout")):
        if lift.get("arms"):
            known = lift["arms"][arm]
            people = widgets.beneath(say("results.known", customers=written.number(known["customers"])))
            widgets.share(place, say(f"results.left_{arm}"), known["left"], **people)
    shown = say("results.points", points=points(written, lift["lift"]))
    chance = widgets.beneath(say("numbers.reach", low=points(written, lift["low"]), high=points(written, lift["high"])))
    fewer.metric(say("results.lift"), shown, border=True, height="stretch", help=say("results.lift_help"), **chance)
    if lift.get("kept"):
        low, mid, high = (str(written.number(lift["kept"][end])).replace("-", "−") for end in ENDS)
        reach = widgets.beneath(say("numbers.reach", low=low, high=high))
        kept.metric(say("results.kept"), mid, border=True, height="stretch", help=say("results.kept_help"), **reach)
    if lift.get("arms"):
        st.caption(say("results.adjusted"))


def kind_of(lift: LiftJson) -> str:
    """Whether fewer or more left, whether that is open, or whether too few came back to say."""
    if lift["lift"] is None:
        return "few"
    return "fewer" if lift["low"] > 0 else "more" if lift["high"] < 0 else "open"


def money(one: KeptCampaign) -> None:
    """What the campaign cost and brought, the planned beside the measured."""
    lift, currency = one.measured.lift if one.measured else {}, one.currency
    if not lift.get("saved"):
        return
    planned, measured, cost = widgets.row(3)
    asked = one.record.summary
    for place, what, found in (
        (planned, "planned_gain", asked["expected_gain"]),
        (measured, "saved", lift["saved"]),
    ):
        low, mid, high = (found[end] for end in ENDS)
        told = say(f"results.{what}_help")
        widgets.money(place, say(f"results.{what}"), mid, currency, help=told, **widgets.reach(low, high, currency))
    widgets.money(cost, say("results.cost"), asked["spent"], currency, help=say("results.cost_help"))


def points(written: Amounts, share: float) -> str:
    """A difference of shares in points, as this reader writes numbers."""
    return str(written.number(100 * share, 1)).replace("-", "−")


def parts(lift: LiftJson) -> None:
    """The lift per action, tier and segment, each with its interval and its own verdict."""
    chart = lift_chart(lift)
    if chart is not None:
        widgets.chart(chart, set_on="")
    if not lift["by"]:
        return
    names = ("by", "name", "treated", "held", "lift", "low", "high", "verdict")
    table = {name: [part[name] for part in lift["by"]] for name in names}
    table["verdict"] = [say(f"results.short_{kind_of(part)}") for part in lift["by"]]
    effects, many = ("lift", "low", "high"), ("treated", "held")
    table |= {name: [None if one is None else 100 * one for one in table[name]] for name in effects}
    heads = {name: say(f"results.part_{name}") for name in names}
    config = {name: widgets.text_column(heads[name], long=name == "name") for name in names}
    config |= {name: st.column_config.NumberColumn(heads[name], format="localized") for name in many}
    config |= {name: widgets.points_column(heads[name]) for name in effects}
    widgets.table(table, config, alt=say("results.parts_alt"), long_words=True)


def learnt(rates: Sequence[LiftJson]) -> None:
    """What was learnt beside what was assumed, with the weight of the evidence."""
    widgets.section(say("results.learnt_title"), say("results.learnt_text"))
    if not rates:
        widgets.empty(say("results.learnt_none"), icon="school")
        return
    table = {
        "action": [rate["action"] for rate in rates],
        "tier": [rate["tier"] for rate in rates],
        "rate": [say(f"results.{rate['rate']}") for rate in rates],
        "assumed": widgets.tenths(rate["assumed"]["mid"] for rate in rates),
        **{f"learnt_{end}": widgets.tenths(rate["learnt"][end] for rate in rates) for end in ENDS},
        "weight": widgets.tenths(rate["weight"] for rate in rates),
        "customers": [rate["learnt"]["customers"] for rate in rates],
    }
    words = {n: widgets.text_column(say(f"results.{n}"), width="medium") for n in ("action", "rate")}
    words["tier"] = widgets.text_column(say("results.tier"))
    shares = ("assumed", *(f"learnt_{end}" for end in ENDS))
    config = {
        **words,
        **{name: st.column_config.NumberColumn(say(f"results.{name}"), format="percent") for name in shares},
        "weight": st.column_config.ProgressColumn(
            say("results.weight"), min_value=0, max_value=1, format="percent", help=say("results.weight_help")
        ),
        "customers": st.column_config.NumberColumn(say("results.customers"), format="localized"),
    }
    widgets.table(table, config, alt=say("results.learnt_title"), long_words=True)


SAMPLE = "offer_experiment.csv"


def experiment() -> None:
    """From the file to the verdict."""
    st.markdown(say("results.experiment_text"))
    if not session.may("measure"):
        st.caption(say("results.may_not"))
        return
    held = bring_experiment()
    if held is None:
        return
    name, content = held
    named, away = st.columns([3, 1], vertical_alignment="center")
    named.caption(f":material/description: {plain(name)}")
    away.button(say("results.put_away"), icon=":material/close:", on_click=put_away)
    with widgets.working(say("results.reading")):
        reading = cache.latest(session.workspace().lists.check, held, content, filename=name)
    asked = experiment_columns(reading)
    if asked is None:
        return
    if st.button(say("results.experiment_go"), type="primary", icon=":material/science:"):
        with widgets.working(say("results.experimenting")):
            found = session.workspace().campaigns.uplift(content, asked, filename=name)
        cache.keep_latest(session.workspace().campaigns.uplift, (held, repr(asked)), found)
    found = cache.found_latest(session.workspace().campaigns.uplift, (held, repr(asked)))
    if found is not None:
        answer(found)


def bring_experiment() -> tuple[str, bytes] | None:
    """The experiment in hand: an uploaded list, or the sample."""
    turn = session.recall("experiment turn", 0)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    uploaded = left.file_uploader(
        say("results.experiment_drop"), key=f"experiment {turn}", help=say("results.experiment_help")
    )
    if right.button(say("results.experiment_sample"), icon=":material/science:"):
        session.remember("experiment list", session.sample_bytes(SAMPLE))
    if uploaded is not None:
        session.remember("experiment list", (uploaded.name, uploaded.getvalue()))
        session.free_upload(uploaded)
        session.remember("experiment turn", turn + 1)
        st.rerun()
    return session.recall("experiment list")


def put_away() -> None:
    """Give back the memory of an experiment: its bytes, how they were read, and the answer."""
    session.remember("experiment list", None)
    for what in (session.workspace().lists.check, session.workspace().campaigns.uplift):
        cache.keep_latest(what, None, None)


def experiment_columns(reading: Reading) -> dict[str, Any] | None:
    """Which column says who was treated, which what came of it, and which words mean what."""
    names = low_cardinality_columns(reading)
    first, second, third = st.columns(3)
    treatment = first.selectbox(say("results.treatment"), names, index=None, placeholder=say("results.choose"))
    outcome = second.selectbox(
        say("results.experiment_outcome"),
        [n for n in names if n != treatment],
        index=None,
        placeholder=say("results.choose"),
    )
    if treatment is None or outcome is None:
        return None
    arms, ends = list(count_words(reading, treatment)), list(count_words(reading, outcome))
    control = first.selectbox(say("results.control"), arms, index=likely(arms))
    others = [arm for arm in arms if arm != control]
    arm = third.selectbox(say("results.arm"), others) if len(others) > 1 else (others or [""])[0]
    # Never guessed: the wrong word would turn who is helped and who is harmed around.
    good = second.selectbox(
        say("results.good"), ends, index=None, placeholder=say("results.choose_word"), help=say("results.good_help")
    )
    if good is None:
        return None
    return {"treatment": treatment, "outcome": outcome, "control": control, "arm": arm, "good": [good]}


def likely(arms: list[str]) -> int:
    """The word that most likely means no treatment."""
    known = ("none", "control", "no", "0", "false", "holdout")
    return next((n for n, arm in enumerate(arms) if arm.strip().lower() in known or "no " in arm.lower()), 0)


def answer(found: MeasuredExperiment) -> None:
    """The verdict, the Qini with its interval, the tenths, and who is better left alone."""
    uplift = found.uplift
    show = st.success if uplift.usable else st.info
    show(plain(uplift.verdict), icon=":material/science:" if uplift.usable else ":material/help:")
    effect, qini, targets, sleeping = widgets.row(4)
    size = uplift.effect
    widgets.points(effect, say("results.effect"), size.size, size.low, size.high)
    qini.metric(
        say("results.qini"),
        f"{uplift.qini.value:.3f}",
        border=True,
        height="stretch",
        help=say("results.qini_help"),
        **between(uplift.qini.low, uplift.qini.high),
    )
    widgets.count(targets, say("results.targets"), int(uplift.targets.sum()), help=say("results.targets_help"))
    widgets.count(sleeping, say("results.sleeping"), int(uplift.sleeping.sum()), help=say("results.sleeping_help"))
    widgets.notices(found.notices)
    widgets.charts(uplift_charts(found), set_on="")
    widgets.download(say("results.ranked"), "ranked_by_uplift.csv", found.as_csv)


def between(low: float, high: float) -> widgets.Beneath:
    """The interval beneath a figure."""
    return widgets.beneath(say("results.between", low=low, high=high))


PARTS = ("campaigns", "experiments")


def outcomes(one: KeptCampaign) -> None:
    """What came back of a campaign; a file that cannot be right leaves all else as it is."""
    with widgets.polite_errors():
        bring_outcomes(one)


def measured() -> None:
    """Campaigns of the database: their state, their outcomes, their lift."""
    kept = session.workspace().campaigns.list()
    if not kept:
        widgets.empty(say("results.none"), icon="campaign", go="plan")
        return
    one = pick(kept)
    if one.measured is None:
        widgets.empty(say("results.not_yet"), icon="hourglass_empty")
        outcomes(one)
        return
    just_measured(one)
    with st.expander(say("results.again"), icon=":material/update:"):
        outcomes(one)
    one = session.workspace().campaigns.in_words(one)
    if one.measured is None:
        return
    lift = one.measured.lift
    verdict(lift, one.currency)
    money(one)
    widgets.notices(notices_of(lift))
    parts(lift)
    learnt(one.measured.learnt)


def draw() -> None:
    """The whole screen."""
    widgets.heading(say("results.title"), say("results.lead"))
    tabs = st.tabs([say(f"results.tab_{part}") for part in PARTS], key="results part", on_change="rerun")
    for tab, draw_part in zip(tabs, (measured, experiment), strict=True):
        if tab.open:
            with tab, widgets.polite_errors():
                draw_part()


widgets.screen(draw)
