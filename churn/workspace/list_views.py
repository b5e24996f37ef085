"""The part of the counter that shows a list: what is asked of it on screen, and what a person takes home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.intake.reader import Reading
from churn.intake.sources import Reread
from churn.profiles import profile_names, read_profile
from churn.workspace import files as downloads
from churn.workspace import list_history as shortlists
from churn.workspace import list_history as views
from churn.workspace import lists
from churn.workspace.businesses import wording_of
from churn.workspace.files import templates_of
from churn.workspace.lists import Ranked

if TYPE_CHECKING:
    import pandas as pd

    from churn.campaigns.plan import Campaign
    from churn.features.build import Summary
    from churn.features.labels import Outlook
    from churn.features.recipe import Recipe
    from churn.money.amounts import Amounts
    from churn.reports.charts import Chart
    from churn.scoring.drivers import Interaction
    from churn.training.model import Model
    from churn.training.train import TwoWays
    from churn.workspace.event_logs import MadeList
    from churn.workspace.exploring import Exploring
    from churn.workspace.list_history import ListChange, NextStep


class ListCounter:
    """A scored list, narrowed, added up and taken home."""

    home: Path

    @staticmethod
    def in_hand(content: bytes) -> bytes:
        """The same list for one who will ask about it more than once, so that its text is taken apart only once."""
        return Reread(content)

    def wanted(self, **asked: Any) -> shortlists.Wanted:
        """Which customers to show; what is not said narrows nothing."""
        return shortlists.Wanted(**asked)

    def shortlist(self, ranked: Ranked, wanted: shortlists.Wanted) -> shortlists.Shortlist:
        """The customers of a scored list that fit, in the order asked for."""
        return shortlists.shortlist_of(ranked, wanted)

    def page(self, ranked: Ranked, found: shortlists.Shortlist, number: int, size: int) -> pd.DataFrame:
        """One page of a shortlist as a screen shows it, its reasons in few words."""
        return found.page(number, size, wording_of(ranked.model, self.home).in_short)

    def customers(self, ranked: Ranked, *, most: int = 200, **asked: Any) -> pd.DataFrame:
        """The first customers of a scored list that fit, as a pandas table; what may be asked: see `Wanted`."""
        return self.shortlist(ranked, self.wanted(**asked)).first(most).to_pandas()

    def actions_in(self, ranked: Ranked) -> tuple[str, ...]:
        """The actions suggested in a list, the commonest first; "" where none is worth it."""
        return shortlists.actions_in(ranked)

    def columns_to_narrow(self, ranked: Ranked) -> dict[str, str]:
        """The columns whose words a list can be narrowed by, each with its meaning."""
        return shortlists.columns_to_narrow(ranked)

    def words_of(self, ranked: Ranked, name: str) -> tuple[str, ...]:
        """The different words in one of these columns, the commonest first."""
        return shortlists.words_of(ranked, name)

    def scored_as(self, ranked: Ranked, ending: str, wanted: shortlists.Wanted | None = None) -> bytes:
        """A scored list as a file (.csv, .xlsx or .parquet): whole and in its own order, or only those asked for."""
        table = ranked.scored.table if wanted is None else shortlists.shortlist_of(ranked, wanted).table
        return downloads.scored_as(table, ending)

    def give_back(self) -> None:
        """Hand the memory of lists that were let go back to the machine."""
        lists.give_back()

    def templates(self) -> dict[str, str]:
        """A small list with the right headings for every live model and every business, by what it is called."""
        return templates_of(self.home)

    def business_title(self, name: str) -> str:
        """What a ready-made business is called in words."""
        return read_profile(name, self.home).title if name in profile_names(self.home) else name

    def set_aside_csv(self, reading: Reading) -> bytes:
        """The lines left out, to correct."""
        return downloads.set_aside_csv(reading)

    def clean_csv(self, reading: Reading) -> bytes:
        """The rows as they were read, as text."""
        return downloads.clean_csv(reading)


# The part of the counter that sums a list up: what it says, what changed, what to do next, and the brief of it.


class OverviewCounter:
    """What a scored list says as a whole."""

    home: Path

    def overview(self, ranked: Ranked) -> views.Overview:
        """What a scored list says as a whole."""
        return views.overview_of(ranked, self.home)

    def note_list(self, ranked: Ranked) -> None:
        """Keep in the book that this list was scored, so that the next one can be compared with it."""
        from churn.workspace.list_history import note_list

        note_list(self.home, ranked, self.overview(ranked))

    def since_last(self, ranked: Ranked, locale: str = "en-US") -> ListChange | None:
        """What changed since the list before; None for the first one."""
        from churn.workspace.list_history import since_last

        found = self.overview(ranked)
        return since_last(self.home, ranked, found, _amounts(found.currency, locale))

    def next_step(self, ranked: Ranked, locale: str = "en-US", campaign: Campaign | None = None) -> NextStep:
        """The one thing worth doing next with this list; `campaign` is the one that is suggested for it."""
        from churn.workspace.list_history import next_step

        found = self.overview(ranked)
        return next_step(self.home, ranked, found, _amounts(found.currency, locale), campaign)

    def overview_charts(self, ranked: Ranked) -> list[Chart]:
        """Where the expected leavers are, and what moves the scores."""
        from churn.reports.overview_charts import drivers_chart, tiers_chart

        tiers = self.overview(ranked).tiers
        first = tiers_chart({t.tier: t.customers for t in tiers}, {t.tier: t.leavers for t in tiers})
        return [first, drivers_chart(views.top_drivers(ranked, self.home))]

    def brief(self, ranked: Ranked, locale: str = "en-US", campaign: Campaign | None = None) -> bytes:
        """The brief of a list as one page that needs nothing else; it names no customer.

        campaign    the one that is suggested for the list
        """
        from churn.reports.pages import brief_page
        from churn.workspace.files import brief_of

        charts = self.overview_charts(ranked)
        change, step = self.since_last(ranked, locale), self.next_step(ranked, locale, campaign)
        found = self.overview(ranked)
        segments = views.segments_of(ranked, self.home)
        brief = brief_of(ranked, found, _amounts(found.currency, locale), step, change, segments, charts, campaign)
        return brief_page(brief).encode("utf-8")


def _amounts(currency: str, locale: str) -> Amounts:
    from churn.money.amounts import Amounts

    return Amounts(currency, locale)


# The part of the counter where a scored list is asked what moves it; every answer is a picture with its finding.


TIER = "tier"


class DriverCounter:
    """What moves a list's scores, in pictures; the rooms behind it are opened when they are first needed."""

    home: Path

    def exploring(self, ranked: Ranked) -> Exploring:
        """A scored list, ready to be asked what moves it."""
        from churn.workspace.exploring import explored

        return explored(ranked, self.home)

    def driver_charts(self, asked: Exploring) -> Sequence[Chart]:
        """What moves the scores, by business group and, where that differs, by column; last, how it spreads."""
        from churn.reports.driver_charts import columns_chart, drivers_chart, swarm_chart
        from churn.workspace.exploring import MOST_COLUMNS

        if not asked.columns:
            return ()
        fields = {f.name: f for f in asked.ranked.model.encoder.fields}

        def ordered(name: str) -> bool:
            return not fields[name].levels or fields[name].form == "ordered"

        swarm = swarm_chart(asked.swarms, asked.wording, ordered, len(asked.matrix))
        strongest = asked.columns[:MOST_COLUMNS]
        if {d.name for d in asked.groups} == {d.name for d in asked.columns}:
            return drivers_chart(strongest), swarm
        return drivers_chart(asked.groups), columns_chart(strongest), swarm

    def driver_chart(self, asked: Exploring, name: str) -> Chart | None:
        """How one column moves the risk, by its value; None where the model does not listen to it."""
        from churn.reports.driver_charts import dependence_chart

        if name not in {d.name for d in asked.columns}:
            return None
        return dependence_chart(name, asked.dependence(name), asked.wording)

    def rate_chart(self, asked: Exploring, name: str) -> Chart:
        """How many leave by level or range of a column."""
        from churn.reports.driver_charts import rates_chart

        return rates_chart(asked.rates(name), asked.label(name))

    def pair_chart(self, asked: Exploring) -> Chart | None:
        """The pairs of columns that work together most; None where none do."""
        from churn.reports.driver_charts import pairs_chart

        strong = [p for p in asked.pairs if p.strength >= 0.05]
        return pairs_chart(strong, asked.wording) if strong else None

    def crossed_chart(self, asked: Exploring, pair: Interaction) -> Chart:
        """One pair of columns in full."""
        from churn.reports.driver_charts import crossed_chart

        return crossed_chart(asked.crossed(pair), pair, asked.wording)

    def segment_chart(self, asked: Exploring) -> Chart:
        """The segments of the list."""
        from churn.reports.driver_charts import segments_chart

        return segments_chart(asked.segments)

    def contrast_chart(self, asked: Exploring, name: str, first: str, second: str | None) -> Chart:
        """What makes a group differ from another, or from everybody else."""
        from churn.reports.driver_charts import contrast_chart
        from churn.workspace.exploring import EVERYBODY_ELSE

        return contrast_chart(asked.contrast(name, first, second), first, second or EVERYBODY_ELSE)

    def staying_chart(self, asked: Exploring, name: str, by: str | None = None) -> Chart:
        """How many stay how long, for everybody or by the levels of a column."""
        from churn.reports.driver_charts import staying_chart

        return staying_chart(asked.curves(name, by), asked.lasting[name])

    def fairness_chart(self, model: Model) -> Chart | None:
        """How protected groups fare under a model; None where it was learnt without protected columns."""
        from churn.reports.model_charts import fairness_chart
        from churn.scoring.wording import capital
        from churn.workspace.businesses import wording_of

        wording, rows = wording_of(model, self.home), model.report.get("fairness", ())
        named = [{**row, "column": capital(wording.label(row["column"]))} for row in rows]
        return fairness_chart({**model.report, "fairness": named})


# The part of the counter where event logs are handed in; the rooms behind it are opened when they are needed.


class EventCounter:
    """Event logs become customers: what they cover, the table of a date, and what filling silent days in does."""

    home: Path

    def recipes(self) -> dict[str, Recipe]:
        """How each business that has event logs turns them into customers."""
        from churn.workspace.event_logs import recipes_known

        return recipes_known(self.home)

    def summarise(self, tables: Mapping[str, str], profile: str, **asked: Any) -> Summary:
        """Event logs as one row per customer, as of a date; with a horizon, with who left; or for several dates."""
        from churn.workspace.event_logs import summarised

        return summarised(self.home, tables, profile, **asked)

    def query_for(self, dialect: str, tables: Mapping[str, str], profile: str, **asked: Any) -> str:
        """The customer table as one query in a warehouse's language: compiled, not run."""
        from churn.workspace.event_logs import compiled_for

        return compiled_for(self.home, dialect, tables, profile, **asked)

    def list_from_logs(self, tables: Mapping[str, str], profile: str, **asked: Any) -> MadeList:
        """The same as a list that can be taken in hand."""
        from churn.workspace.event_logs import made_list

        return made_list(self.home, tables, profile, **asked)

    def outlook(self, tables: Mapping[str, str], profile: str, **asked: Any) -> Outlook:
        """What dates event logs cover, and who would have left for any date and horizon."""
        from churn.workspace.event_logs import looked_over

        return looked_over(self.home, tables, profile, **asked)

    def months_chart(self, seen: Outlook) -> Chart:
        """How many entries each month of the logs holds."""
        from churn.reports.campaign_charts import months_chart

        return months_chart(seen.months)

    def try_filling(self, tables: Mapping[str, str], profile: str, **asked: Any) -> TwoWays:
        """What filling in silent days does to a model's quality, before anybody adopts it."""
        from churn.workspace.event_logs import with_and_without_filling

        return with_and_without_filling(self.home, tables, profile, **asked)
