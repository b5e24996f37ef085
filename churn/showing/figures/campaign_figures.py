"""Campaign figures: gain by budget, what the plan hangs on, other ways to choose, and the measured lift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from churn.deciding.budget_curve import BudgetCurve
from churn.money.policies import Policy, ProfitCurve
from churn.money.tornado import Bar
from churn.scoring.wording import capital
from churn.showing.figures.charts import Chart, in_money, line, plain_label, styled
from churn.showing.figures.palette import BLUE, GREEN, GREY, ORANGE
from churn.showing.words.amounts import Amounts
from churn.showing.words.campaign_words import curve_words, policies_words

MOST = 10
PLAIN = Amounts()
BY_PLAYBOOK = "By the costs and rates of the playbook."
WIDE = 52  # letters of a label on one line
ROW = 40  # pixels of a row, two lines of its label high


def budget_chart(curve: BudgetCurve, budget: float | None, amounts: Amounts = PLAIN) -> Chart:
    """What each budget would bring, what no plan could exceed, and the budget asked for."""
    import plotly.graph_objects as go

    points = list(curve.points)
    figure = go.Figure([line([p.budget for p in points], [p.expected_gain for p in points], "expected gain", BLUE)])
    if budget is not None:
        figure.add_vline(
            x=budget,
            line={"color": ORANGE, "dash": "dash"},
            annotation={"text": _own_budget(curve, budget, amounts), "font": {"color": ORANGE}},
            annotation_position="top left" if points and budget > points[-1].budget / 2 else "top right",
        )
    figure = in_money(styled(figure, x="Budget", y="Expected gain after costs"), amounts, "x", "y")
    figure.update_traces(showlegend=False).update_layout(showlegend=False)
    reading = "Where the curve flattens, more budget stops paying. "
    reading += f"With {curve.holdout:.0%} held out, as in the campaign." if curve.holdout else "With nobody held out."
    if curve.sampled < curve.customers:
        reading += f" {curve.sampled:,} customers drawn at random stand for all {curve.customers:,}."
    return Chart("budget", curve_words(curve, amounts), reading, figure, assumes=BY_PLAYBOOK)


def _own_budget(curve: BudgetCurve, budget: float, amounts: Amounts) -> str:
    """The budget asked for and what it brings, as the line of it is called."""
    gain = next((f" brings {amounts.money(p.expected_gain)}" for p in curve.points if p.budget == budget), "")
    return f"your budget {amounts.money(budget)}{gain}"


def assumptions_chart(bars: Sequence[Bar], amounts: Amounts = PLAIN) -> Chart:
    """The campaign's gain with each assumption at its low and its high end, the widest on top."""
    import plotly.graph_objects as go

    shown = list(reversed(bars[:MOST]))
    names = [wrapped(f"{b.assumption} ({b.low:.3g} to {b.high:.3g}, {b.said})") for b in shown]
    ends = ("low", ORANGE, [b.gain_low for b in shown]), ("high", BLUE, [b.gain_high for b in shown])
    traces = [
        go.Scatter(
            x=x, y=names, mode="markers", name=f"at its {end} end", marker={"color": c, "size": 11}, showlegend=True
        )
        for end, c, x in ends
    ]
    lines = [
        go.Scatter(
            x=[b.gain_low, b.gain_high],
            y=[n, n],
            mode="lines",
            line={"color": GREY},
            showlegend=False,
            hoverinfo="skip",
        )
        for b, n in zip(shown, names, strict=True)
    ]
    figure = styled(go.Figure([*lines, *traces]), x="Expected gain", y="", meta="rows")
    figure.update_layout(height=90 + 50 * len(shown)).update_yaxes(automargin=True)
    in_money(figure, amounts, "x")
    reading = "Each assumption is moved from its low to its high end while the others stay. Measure the widest first."
    widest = bars[0]
    span = amounts.span(*sorted((widest.gain_low, widest.gain_high)))
    finding = f"Most hangs on {widest.assumption}: the campaign brings {span}"
    return Chart("assumptions", finding, reading, figure, assumes=BY_PLAYBOOK)


def policies_chart(policies: Sequence[Policy], amounts: Amounts = PLAIN) -> Chart:
    """What this way to choose and three others would bring, each between its cautious and its hopeful case."""
    import plotly.graph_objects as go

    shown = list(reversed(policies))
    names = [f"{capital(p.name)} ({p.treated:,})" for p in shown]
    bars = go.Bar(
        x=[p.mid for p in shown],
        y=names,
        orientation="h",
        marker={"color": [GREEN if p is policies[0] else GREY for p in shown]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [p.high - p.mid for p in shown],
            "arrayminus": [p.mid - p.low for p in shown],
            "color": GREY,
        },
    )
    figure = styled(go.Figure(bars), x="Expected gain", y="").update_yaxes(automargin=True)
    in_money(figure, amounts, "x")
    figure.update_layout(height=90 + 44 * len(shown))
    reading = "On this list without a budget; in brackets how many would be treated. The lines reach from low to high."
    return Chart("policies", policies_words(tuple(policies), amounts), reading, figure, assumes=BY_PLAYBOOK)


def length_chart(curve: ProfitCurve, worth: int, amounts: Amounts = PLAIN) -> Chart:
    """What a list of each length brings, when customers come by expected gain and when they come by risk.

    worth   how many customers are worth treating
    """
    import plotly.graph_objects as go

    customers = [int(n) for n in curve.customers]
    ours, theirs = [float(v) for v in curve.by_gain], [float(v) for v in curve.by_risk]
    lines = [
        line(customers, ours, "by expected gain", BLUE),
        line(customers, theirs, "by risk", GREY, dash="dash"),
    ]
    figure = in_money(styled(go.Figure(lines), x="Customers treated", y="Expected gain after costs"), amounts, "y")
    figure.update_xaxes(tickformat=",.0f")
    finding = f"{worth:,} customers are worth treating; a longer list brings less"
    reading = "Each customer gets the action that suits best. Where the line falls, offers cost more than they save."
    return Chart("length", finding, reading, figure, assumes=BY_PLAYBOOK)


def lift_chart(lift: Mapping[str, Any]) -> Chart | None:
    """The lift of the campaign and of each part with its interval; None where nothing can be claimed."""
    import plotly.graph_objects as go

    if lift.get("lift") is None:
        return None
    whole = {"by": "", "name": "", "label": "Whole campaign", **{end: lift[end] for end in ("lift", "low", "high")}}
    rows = list(reversed([whole, *(p for p in lift["by"] if p["lift"] is not None)]))
    names = [plain_label(r.get("label") or f"{r['by']}: {r['name']}") for r in rows]
    trace = go.Scatter(
        x=[100 * r["lift"] for r in rows],
        y=list(range(len(rows))),
        mode="markers",
        marker={"color": [BLUE if r["low"] > 0 else ORANGE if r["high"] < 0 else GREY for r in rows], "size": 10},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [100 * (r["high"] - r["lift"]) for r in rows],
            "arrayminus": [100 * (r["lift"] - r["low"]) for r in rows],
            "color": GREY,
        },
    )
    figure = styled(go.Figure(trace), x="Points fewer leavers", y="", meta="rows")
    figure.add_vline(x=0, line={"color": GREY, "dash": "dash"})
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=names, automargin=True)
    figure.update_layout(height=110 + ROW * len(rows))
    reading = (
        "Right of the dashed line fewer of the treated left. A line, the 95% interval, that crosses it is "
        "inconclusive: chance alone could do that."
    )
    return Chart("lift", _lift_finding(lift, rows[:-1]), reading, figure)


def _lift_finding(lift: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> str:
    """How many parts show an effect by themselves; the verdict where the campaign has no parts."""
    if not parts:
        return str(lift["verdict"]).rstrip(".")
    fewer, more = sum(p["low"] > 0 for p in parts), sum(p["high"] < 0 for p in parts)
    harm = f"; in {more} more left" if more else ""
    groups = "group shows by itself" if len(parts) == 1 else "groups show by themselves"
    return f"{fewer} of {len(parts)} {groups} that fewer left{harm}"


def wrapped(text: str) -> str:
    """A long label on several lines."""
    return "<br>".join(wrap(plain_label(text), WIDE))
