"""What a campaign's money says, in sentences with the currency of the business and the numbers of the reader."""

from __future__ import annotations

from math import floor, log10

from churn.campaigns.curves import BudgetCurve
from churn.campaigns.plan import Price
from churn.money.amounts import Amounts
from churn.money.policies import Policy
from churn.training.model import Model


def price_words(price: Price, budget: float | None, amounts: Amounts) -> str:
    """What one more of a limit would bring."""
    worth = amounts.money(price.price, 2)
    if price.price < 1e-9:
        return f"More {_what(price)} would bring nothing: that limit is not what holds the plan back."
    if price.kind == "budget":
        step = 10.0 ** max(0, floor(log10(max(budget or 1.0, 1.0))) - 1)
        return f"The next {amounts.money(step)} of budget brings about {amounts.money(price.price * step)}."
    if price.kind == "channel":
        return f"One more {price.limit} slot is worth {worth}."
    if price.kind == "at most":
        return f"Allowing one more customer with {price.limit} brings {worth}."
    return f"The minimum for {price.limit} costs {worth} for each of its last customers."


def curve_words(curve: BudgetCurve, amounts: Amounts) -> str:
    """Where more money stops paying."""
    last = curve.points[-1]
    enough = next(p for p in curve.points if p.expected_gain >= 0.999 * last.expected_gain)
    if last.expected_gain <= 0:
        return "No budget brings anything: no offer pays for itself"
    gain = amounts.money(enough.expected_gain)
    return f"A budget of {amounts.money(enough.spent)} brings {gain}; more brings next to nothing"


def policies_words(policies: tuple[Policy, ...], amounts: Amounts) -> str:
    """Which way to choose brings most."""
    ours, others = policies[0], max(policies[1:], key=lambda p: p.mid)
    best, next_ = amounts.money(ours.mid), amounts.money(others.mid)
    return f"Choosing by expected gain brings {best}; the next best way, {others.name}, {next_}"


def _what(price: Price) -> str:
    return {"budget": "budget", "channel": f"{price.limit} slots"}.get(price.kind, f"room for {price.limit}")


# Contact words: what it means where a threshold lets nearly everybody through.


NEARLY = 0.9  # contacted share from which a list of customers is hardly a choice any more


def nearly_everybody(model: Model) -> str:
    """One plain paragraph where the threshold in use contacts nearly everybody; empty where it really chooses."""
    point = model.report["points"]["chosen"]
    if point["contacted"] < NEARLY:
        return ""
    said = [f"The threshold in use, {point['threshold']:.1%}, contacts {point['contacted']:.0%} of the customers:"]
    said.append("nearly everybody, so it hardly chooses.")
    if model.thresholds.how == "money":
        said.append("By the assumptions of the playbook an offer pays for itself from so low a probability on.")
    if model.report["verdict"] == "weak":
        said.append("The model is weak: it cannot tell well whom to leave out.")
    said.append(
        "Check what the playbook assumes, plan with a budget, or choose the threshold by the length of the list."
    )
    return " ".join(said)
