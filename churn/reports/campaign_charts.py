"""Campaign figures: gain by budget, what the plan hangs on, other ways to choose, and the measured lift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from churn.campaigns.curves import BudgetCurve
from churn.campaigns.uplift import Uplift
from churn.money.amounts import Amounts
from churn.money.policies import Policy, ProfitCurve, SensitivityBar
from churn.reports.campaign_words import curve_words, policies_words
from churn.reports.charts import BLUE, GREEN, GREY, ORANGE, Chart, format_money_axis, line, plain_label, style_figure
from churn.scoring.wording import capital

MOST = 10
PLAIN = Amounts()
BY_PLAYBOOK = "By the playbook: what offers cost is assumed, and so is what they keep where nothing was learnt."
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
    figure = format_money_axis(style_figure(figure, x="Budget", y="Expected gain after costs"), amounts, "x", "y")
    figure.update_traces(showlegend=False).update_layout(showlegend=False)
    reading = "Where the curve flattens, more budget stops paying. "
    reading += f"With {curve.holdout:.0%} held out, as in the campaign." if curve.holdout else "With nobody held out."
    if curve.sampled < curve.customers:
        reading += f" {curve.sampled:,} customers drawn at random stand for all {curve.customers:,}."
    return Chart("budget", curve_words(curve, amounts), reading, figure, assumes=BY_PLAYBOOK)


def _own_budget(curve: BudgetCurve, budget: float, amounts: Amounts) -> str:
    """The budget asked for and what it brings, as the line of it is called."""
    gain = next((f" brings {amounts.money(p.expected_gain)}" for p in curve.points if p.budget == budget), "")
    return f"Your budget {amounts.money(budget)}{gain}"


def assumptions_chart(bars: Sequence[SensitivityBar], amounts: Amounts = PLAIN) -> Chart:
    """The campaign's gain with each assumption at its low and its high end, the widest on top."""
    import plotly.graph_objects as go

    shown = list(reversed(bars[:MOST]))
    names = [wrap_label(f"{b.assumption} ({b.low:.3g} to {b.high:.3g}, {b.said})") for b in shown]
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
    figure = style_figure(go.Figure([*lines, *traces]), x="Expected gain", y="", meta="rows")
    figure.update_layout(height=90 + 50 * len(shown)).update_yaxes(automargin=True)
    format_money_axis(figure, amounts, "x")
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
    figure = style_figure(go.Figure(bars), x="Expected gain", y="").update_yaxes(automargin=True)
    format_money_axis(figure, amounts, "x")
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
    figure = format_money_axis(
        style_figure(go.Figure(lines), x="Customers treated", y="Expected gain after costs"), amounts, "y"
    )
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
    figure = style_figure(go.Figure(trace), x="Points fewer leavers", y="", meta="rows")
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


def wrap_label(text: str) -> str:
    """A long label on several lines."""
    return "<br>".join(wrap(plain_label(text), WIDE))


# Uplift figures: how well choosing by uplift works, and what the experiment shows by tenths of the customers.


HELD_BY = "The experiment drew its arms at random and its list is whole."


def qini_chart(found: Uplift) -> Chart:
    """The wanted outcomes gained as more customers are contacted, best first, beside a random order."""
    import plotly.graph_objects as go

    qini = found.qini
    share, gained = [100 * s for s in qini.share], list(qini.gained)
    random = line([0, 100], [0, gained[-1]], "random order", GREY, dash="dash")
    figure = go.Figure([line(share, gained, "by predicted uplift", BLUE), random])
    figure = style_figure(figure, x="Customers contacted, %", y="Wanted outcomes gained")
    beats = "beats chance" if found.usable else "does not beat chance"
    finding = f"Choosing by uplift {beats}: Qini {qini.value:.3f} (between {qini.low:.3f} and {qini.high:.3f})"
    reading = (
        "The further the line is above the dashed one, the better the order finds whom a contact helps. "
        "Qini is that area as a share of a perfect order's; 0 is chance, and the interval is 95%."
    )
    return Chart("qini", finding, reading, figure, assumes=HELD_BY)


def tenths_chart(found: Uplift) -> Chart:
    """What was predicted and what the experiment shows in each tenth of the customers."""
    import plotly.graph_objects as go

    rows = [s for s in found.slices if s.seen is not None]
    seen = [(s.rank, 100 * (s.seen or 0.0), 100 * (s.low or 0.0), 100 * (s.high or 0.0)) for s in rows]
    error = {
        "type": "data",
        "symmetric": False,
        "array": [high - size for _, size, _, high in seen],
        "arrayminus": [size - low for _, size, low, _ in seen],
        "color": GREY,
    }
    bars = go.Bar(
        x=[rank for rank, *_ in seen],
        y=[size for _, size, *_ in seen],
        marker={"color": [ORANGE if high < 0 else BLUE for *_, high in seen]},
        error_y=error,
        name="seen in the experiment",
        showlegend=True,
    )
    told = [s.rank for s in found.slices], [100 * s.predicted for s in found.slices]
    marks = go.Scatter(
        x=told[0], y=told[1], mode="markers", name="predicted", marker={"color": GREY, "size": 9}, showlegend=True
    )
    figure = style_figure(go.Figure([bars, marks]), x="Tenth of the customers", y="Effect, points")
    figure.update_xaxes(dtick=1)
    reading = "Bars are what contacting changed in that tenth, with 95% intervals; below zero it did harm."
    return Chart("tenths", _tenths_words(found), reading, figure, assumes=HELD_BY)


def _tenths_words(found: Uplift) -> str:
    known = [s for s in found.slices if s.seen is not None]
    if not known:
        return "Too few customers in each tenth to say anything"
    first, last = known[0], known[-1]
    return (
        f"Contacting changed {100 * (first.seen or 0):+.1f} points in the first tenth, "
        f"{100 * (last.seen or 0):+.1f} in the last"
    )


# Log figures: which months event logs cover, and how full each of them is.


def months_chart(months: Mapping[str, Mapping[str, int]]) -> Chart:
    """The entries of each month, one table of the logs beside the other."""
    import plotly.graph_objects as go

    colours = (BLUE, GREY)
    bars = [
        go.Bar(x=list(of), y=list(of.values()), name=plain_label(table), marker={"color": colours[i % 2]})
        for i, (table, of) in enumerate(months.items())
    ]
    figure = style_figure(go.Figure(bars), x="", y="Entries").update_xaxes(
        type="category", categoryorder="category ascending"
    )
    figure.update_yaxes(tickformat=",").update_layout(height=260, barmode="group", showlegend=len(bars) > 1)
    named = sorted({month for of in months.values() for month in of})
    total = sum(n for of in months.values() for n in of.values())
    finding = f"{total:,} entries from {named[0]} to {named[-1]}"
    reading = "Entries a month. The first and the last month may be cut; a low one between them may have lost days."
    return Chart("months", finding, reading, figure)
