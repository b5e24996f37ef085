"""Files to take home: samples, scored lists, what was set aside, templates, and what a brief holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from churn.intake.meaning import template_csv
from churn.intake.reader import Reading, write_clean, write_set_aside
from churn.money.amounts import Amounts, parts_that_add_up
from churn.profiles import profile_names, read_profile
from churn.reports.pages import Brief
from churn.samples.catalogue import SEED, make_sample
from churn.samples.files import write_sample
from churn.schema import Schema, schema_from
from churn.scoring.export import write_scored
from churn.scoring.segments import Segment
from churn.training.registry import find_version, live_models
from churn.workspace.list_history import ListChange, NextStep, Overview
from churn.workspace.lists import ScoredCustomers

if TYPE_CHECKING:
    from churn.campaigns.plan import Campaign
    from churn.reports.charts import Chart
    from churn.workspace.list_history import ListFilter


def written_sample(
    name: str,
    target: Path,
    *,
    rows: int | None = None,
    seed: int | None = None,
    plant: Iterable[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Path, ...]:
    """Write synthetic customers of a business to a file or a folder; returns the files."""
    sample = make_sample(name, rows=rows, seed=SEED if seed is None else seed, plant=plant)
    return write_sample(sample, target, on_progress=progress)


# What a person takes home from a screen: the same bytes as the command line would write.


def scored_list_file(scored: ScoredCustomers, ending: str, wanted: ListFilter | None = None) -> bytes:
    """A scored list as a file (.csv, .xlsx or .parquet): whole and in its own order, or only those asked for."""
    from churn.workspace.list_history import filter_list

    table = scored.scored.table if wanted is None else filter_list(scored, wanted).table
    return _written(lambda path: write_scored([table], path), ending)


def set_aside_csv(reading: Reading) -> bytes:
    """The lines left out, each with the reason, as a CSV to correct."""
    return _written(lambda path: write_set_aside(reading.set_aside, path))


def clean_csv(reading: Reading) -> bytes:
    """The rows as they were read, as a CSV of text."""
    return _written(lambda path: write_clean(reading, path))


def _written(write: Callable[[Path], object], ending: str = ".csv") -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"download{ending}"
        write(path)
        return path.read_bytes()


# Templates: what a list should look like, for every live model and every ready-made business.


def templates_of(home: Path) -> dict[str, str]:
    """A small CSV for each, by the name of the model or the title of the business; models stand first."""
    models = {f"{n} {v}": _to_score(find_version(home, n, v).manifest["schema"]) for n, v in live_models(home).items()}
    profiles = (read_profile(name, home) for name in profile_names(home))
    return {**models, **{p.title: template_csv(p.schema) for p in profiles if p.schema.columns}}


def _to_score(words: list[dict[str, object]]) -> str:
    """Without the outcome: a list to score does not know it yet."""
    schema = schema_from(words)
    return template_csv(Schema(tuple(c for c in schema.columns if c.role != "outcome")))


# Briefing: what stands in the brief of a list, put into words and numbers a meeting can read.


GROUPS = 3
ASSOCIATED = "What goes with leaving is an association in past data, not shown to be its cause."


def brief_of(
    ranked: ScoredCustomers,
    found: Overview,
    amounts: Amounts,
    step: NextStep,
    change: ListChange | None,
    segments: Sequence[Segment],
    charts: Sequence[Chart],
    campaign: Campaign | None = None,
    *,
    evidence: str,
) -> Brief:
    """The brief of a scored list; `campaign` is the one that is suggested for it.

    evidence    which offers were measured and which are assumed, in words
    """
    scored = ranked.scored
    return Brief(
        title=f"Retention brief: {ranked.reading.source}",
        origin=f"Scored on {scored.scored_at:%d %B %Y} by model {scored.model} {scored.version}. No customer is named.",
        figures=_figures(found, amounts, campaign),
        step=(step.title, step.why),
        charts=charts,
        tiers=_tiers(found, amounts),
        groups=[_group(one, amounts) for one in segments[:GROUPS]],
        changes=change.sentences if change else (),
        changes_since=f"the list before ({change.before.source}, {change.before.scored[:10]})" if change else "",
        cautions=_cautions(ranked, evidence),
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
    return [*figures, ("Expected gain", gain, f"of the suggested campaign: {people} treated")]


def _tiers(found: Overview, amounts: Amounts) -> list[dict[str, str]]:
    """The rows of the tiers; their leavers and their value at risk add up to the figures above them."""
    heading, total = f"Value at risk {found.over}".strip(), found.value_at_risk
    digits = 0 if total is None or total >= 100 else 2
    leavers = parts_that_add_up([one.leavers for one in found.tiers])
    at_risk = parts_that_add_up([one.value_at_risk or 0.0 for one in found.tiers], digits)
    return [
        {
            "Tier": one.tier,
            "Customers": amounts.number(one.customers),
            "Expected leavers": amounts.number(gone),
            heading: amounts.money(None if one.value_at_risk is None else money, digits),
        }
        for one, gone, money in zip(found.tiers, leavers, at_risk, strict=True)
    ]


def _group(one: Segment, amounts: Amounts) -> dict[str, str]:
    return {
        "Group": one.text,
        "Customers": amounts.number(one.customers),
        "Likely to leave": amounts.share(one.probability),
        "Share of all expected leavers": amounts.share(one.share_of_risk),
    }


def _cautions(ranked: ScoredCustomers, evidence: str) -> tuple[str, ...]:
    warnings = [n.text for n in ranked.notices if n.kind == "warning"]
    return tuple(dict.fromkeys((ranked.model.report.get("summary", ""), *warnings, ASSOCIATED, evidence)))
