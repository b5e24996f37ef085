"""The brief: what a list says and what to do next, on a page for a meeting; it names no customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from churn.showing.figures.charts import Chart
from churn.showing.pages.page_frame import heading, listing, page_of, paragraph, picture, tabulated, tiles


@dataclass(frozen=True)
class Brief:
    """What the page is made of, as text ready to be read.

    figures   the few numbers on top: label, number, a few words beneath
    step      the next step and why
    groups    groups of customers that are likely to leave, as rows of a table
    """

    title: str
    origin: str
    figures: Sequence[tuple[str, str, str]]
    step: tuple[str, str]
    charts: Sequence[Chart]
    tiers: Sequence[Mapping[str, str]]
    groups: Sequence[Mapping[str, str]] = ()
    changes: Sequence[str] = ()
    changes_since: str = ""
    cautions: Sequence[str] = field(default_factory=tuple)


def brief_page(brief: Brief) -> str:
    """The page: the numbers first, then what to do, then where the risk is and what goes with it."""
    step, why = brief.step
    parts = [
        heading(brief.title, 1),
        paragraph(brief.origin, "quiet"),
        tiles(brief.figures),
        heading(f"Next step: {step[:1].lower()}{step[1:]}"),
        paragraph(why, "lead"),
        heading("Where the risk is"),
        tabulated(brief.tiers),
        *(picture(chart) for chart in brief.charts),
        *((heading("Groups that are likely to leave"), tabulated(brief.groups)) if brief.groups else ()),
        *((heading(f"Since {brief.changes_since}"), listing(brief.changes)) if brief.changes else ()),
        heading("To be careful about"),
        listing(brief.cautions),
    ]
    return page_of(brief.title, [part for part in parts if part])
