"""The report of a version: in a few words, in people and money, who competed, and against the live version."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state, widgets
from app.strings import plain, say
from churn.reports.campaign_words import nearly_everybody
from churn.training.report import leak_sentence, most_times
from churn.workspace.models import compare_with_champion, leaderboard_of, operating_points

FIRST = ("calibration", "gain", "profit", "confusion")
DRIVERS = ("importance", "shap-summary")


def report(model: Any) -> None:
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


def charts_of(model: Any) -> list[Any]:
    """The pictures of a version, drawn once for as long as it is looked at."""
    return state.latest(state.workspace().models.charts, state.locale(), model, state.locale())


def in_short(model: Any) -> None:
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
        **widgets.beneath(say("training.times_most", most=most_times(card["leavers"] / card["customers"]))),
    )
    widgets.count(columns[3], say("training.learnt_from"), card["customers"], help=say("training.learnt_from_help"))


def reaches(model: Any) -> None:
    """Every way to choose who is contacted, in people and money."""
    st.markdown(say("training.reach_text"))
    if said := nearly_everybody(model):
        st.warning(plain(said), icon=":material/groups:")
    found, currency = operating_points(model), state.workspace().currency_of(model)
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


def leaderboard(model: Any) -> None:
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


def rivalry(model: Any) -> None:
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


def both_beside(found: Any, version: str) -> None:
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


def cautions(model: Any) -> None:
    """What was left out, and what to keep in mind."""
    card = model.report
    said = [f"{leak['column']}: {leak['why']}" for leak in card["leaks"]]
    said += [left["text"] for left in card["left_out"]]
    for text in dict.fromkeys([*said, *card["choices"]]):
        st.markdown(f"- {plain(text)}")
    st.markdown(f"- {say('training.not_cause')}")
