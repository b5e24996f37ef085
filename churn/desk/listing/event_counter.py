"""The part of the counter where event logs are handed in; the rooms behind it are opened when they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from churn.desk.listing.event_logs import MadeList
    from churn.events.leaving.outlook import Outlook
    from churn.events.recipe.recipes import Recipe
    from churn.events.summary import Summary
    from churn.learning.two_ways import TwoWays
    from churn.showing.figures.charts import Chart


class EventCounter:
    """Event logs become customers: what they cover, the table of a date, and what filling silent days in does."""

    home: Path

    def recipes(self) -> dict[str, Recipe]:
        """How each business that has event logs turns them into customers."""
        from churn.desk.listing.event_logs import recipes_known

        return recipes_known(self.home)

    def summarise(self, tables: Mapping[str, str], profile: str, **asked: Any) -> Summary:
        """Event logs as one row per customer, as of a date; with a horizon, with who left; or for several dates."""
        from churn.desk.listing.event_logs import summarised

        return summarised(self.home, tables, profile, **asked)

    def query_for(self, dialect: str, tables: Mapping[str, str], profile: str, **asked: Any) -> str:
        """The customer table as one query in a warehouse's language: compiled, not run."""
        from churn.desk.listing.event_logs import compiled_for

        return compiled_for(self.home, dialect, tables, profile, **asked)

    def list_from_logs(self, tables: Mapping[str, str], profile: str, **asked: Any) -> MadeList:
        """The same as a list that can be taken in hand."""
        from churn.desk.listing.event_logs import made_list

        return made_list(self.home, tables, profile, **asked)

    def outlook(self, tables: Mapping[str, str], profile: str, **asked: Any) -> Outlook:
        """What dates event logs cover, and who would have left for any date and horizon."""
        from churn.desk.listing.event_logs import looked_over

        return looked_over(self.home, tables, profile, **asked)

    def months_chart(self, seen: Outlook) -> Chart:
        """How many entries each month of the logs holds."""
        from churn.showing.figures.log_figures import months_chart

        return months_chart(seen.months)

    def try_filling(self, tables: Mapping[str, str], profile: str, **asked: Any) -> TwoWays:
        """What filling in silent days does to a model's quality, before anybody adopts it."""
        from churn.desk.listing.event_logs import with_and_without_filling

        return with_and_without_filling(self.home, tables, profile, **asked)
