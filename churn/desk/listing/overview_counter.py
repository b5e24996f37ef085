"""The part of the counter that sums a list up: what it says, what changed, what to do next, and the brief of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from churn.desk.listing import views
from churn.desk.listing.lists import Ranked

if TYPE_CHECKING:
    from churn.deciding.campaign import Campaign
    from churn.desk.listing.list_history import ListChange, NextStep
    from churn.showing.figures.charts import Chart
    from churn.showing.words.amounts import Amounts


class OverviewCounter:
    """What a scored list says as a whole."""

    home: Path

    def overview(self, ranked: Ranked) -> views.Overview:
        """What a scored list says as a whole."""
        return views.overview_of(ranked, self.home)

    def note_list(self, ranked: Ranked) -> None:
        """Keep in the book that this list was scored, so that the next one can be compared with it."""
        from churn.desk.listing.list_history import note_list

        note_list(self.home, ranked, self.overview(ranked))

    def since_last(self, ranked: Ranked, locale: str = "en-US") -> ListChange | None:
        """What changed since the list before; None for the first one."""
        from churn.desk.listing.list_history import since_last

        found = self.overview(ranked)
        return since_last(self.home, ranked, found, _amounts(found.currency, locale))

    def next_step(self, ranked: Ranked, locale: str = "en-US", campaign: Campaign | None = None) -> NextStep:
        """The one thing worth doing next with this list; `campaign` is the one that is suggested for it."""
        from churn.desk.listing.list_history import next_step

        found = self.overview(ranked)
        return next_step(self.home, ranked, found, _amounts(found.currency, locale), campaign)

    def overview_charts(self, ranked: Ranked) -> list[Chart]:
        """Where the expected leavers are, and what moves the scores."""
        from churn.showing.figures.overview_figures import drivers_chart, tiers_chart

        tiers = self.overview(ranked).tiers
        first = tiers_chart({t.tier: t.customers for t in tiers}, {t.tier: t.leavers for t in tiers})
        return [first, drivers_chart(views.top_drivers(ranked, self.home))]

    def brief(self, ranked: Ranked, locale: str = "en-US", campaign: Campaign | None = None) -> bytes:
        """The brief of a list as one page that needs nothing else; it names no customer.

        campaign    the one that is suggested for the list
        """
        from churn.desk.listing.briefing import brief_of
        from churn.showing.pages.brief import brief_page

        charts = self.overview_charts(ranked)
        change, step = self.since_last(ranked, locale), self.next_step(ranked, locale, campaign)
        found = self.overview(ranked)
        segments = views.segments_of(ranked, self.home)
        brief = brief_of(ranked, found, _amounts(found.currency, locale), step, change, segments, charts, campaign)
        return brief_page(brief).encode("utf-8")


def _amounts(currency: str, locale: str) -> Amounts:
    from churn.showing.words.amounts import Amounts

    return Amounts(currency, locale)
