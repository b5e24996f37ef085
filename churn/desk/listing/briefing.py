"""Briefing: what stands in the brief of a list, put into words and numbers a meeting can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from churn.desk.listing.list_history import ListChange, NextStep
from churn.desk.listing.lists import Ranked
from churn.desk.listing.views import Overview, TierCount
from churn.scoring.segmenting import Segment
from churn.showing.pages.brief import Brief
from churn.showing.words.amounts import Amounts

if TYPE_CHECKING:
    from churn.deciding.campaign import Campaign
    from churn.showing.figures.charts import Chart

GROUPS = 3
ASSOCIATED = "What goes with leaving is an association in past data, not shown to be its cause."
ASSUMED = "Expected gain rests on assumed costs and save rates until a campaign with a holdout has been measured."


def brief_of(
    ranked: Ranked,
    found: Overview,
    amounts: Amounts,
    step: NextStep,
    change: ListChange | None,
    segments: Sequence[Segment],
    charts: Sequence[Chart],
    campaign: Campaign | None = None,
) -> Brief:
    """The brief of a scored list; `campaign` is the one that is suggested for it."""
    scored = ranked.scored
    return Brief(
        title=f"Retention brief: {ranked.reading.source}",
        origin=f"Scored on {scored.scored_at:%d %B %Y} by model {scored.model} {scored.version}. No customer is named.",
        figures=_figures(found, amounts, campaign),
        step=(step.title, step.why),
        charts=charts,
        tiers=[_tier(one, amounts, found.over) for one in found.tiers],
        groups=[_group(one, amounts) for one in segments[:GROUPS]],
        changes=change.sentences if change else (),
        changes_since=f"the list before ({change.before.source}, {change.before.scored[:10]})" if change else "",
        cautions=_cautions(ranked),
    )


def _figures(found: Overview, amounts: Amounts, campaign: Campaign | None) -> list[tuple[str, str, str]]:
    low, high = amounts.number(found.low), amounts.number(found.high)
    figures = [
        ("Customers", amounts.number(found.customers), ""),
        ("Expected leavers", amounts.number(found.leavers), f"{low} to {high} by chance alone"),
    ]
    if found.value_at_risk is not None:
        figures.append(("Value at risk", amounts.money(found.value_at_risk), found.over))
    figures.append(("Worth an action", amounts.number(found.suggested), "customers"))
    if campaign is None:
        return figures
    gain, people = amounts.money(campaign.expected_gain["mid"]), amounts.number(campaign.treated)
    return [*figures, ("Expected gain", gain, f"of the suggested campaign: {people} treated; assumed")]


def _tier(one: TierCount, amounts: Amounts, over: str) -> dict[str, str]:
    return {
        "Tier": one.tier,
        "Customers": amounts.number(one.customers),
        "Expected leavers": amounts.number(one.leavers),
        f"Value at risk {over}".strip(): amounts.money(one.value_at_risk),
    }


def _group(one: Segment, amounts: Amounts) -> dict[str, str]:
    return {
        "Group": one.text,
        "Customers": amounts.number(one.customers),
        "Likely to leave": amounts.share(one.probability),
        "Share of all expected leavers": amounts.share(one.share_of_risk),
    }


def _cautions(ranked: Ranked) -> tuple[str, ...]:
    warnings = [n.text for n in ranked.notices if n.kind == "warning"]
    return tuple(dict.fromkeys((ranked.model.report.get("summary", ""), *warnings, ASSOCIATED, ASSUMED)))
