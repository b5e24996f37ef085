"""Contact words: what it means where a threshold lets nearly everybody through."""

from __future__ import annotations

from churn.learning.versions.model import Model

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
