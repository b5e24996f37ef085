"""The part of the counter where outcomes come back: what a campaign changed, and whom a contact helps."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from churn.desk.access.access_counter import AccessCounter

if TYPE_CHECKING:
    from churn.book.journal import CampaignRecord
    from churn.desk.campaigning.campaign_views import KeptCampaign
    from churn.desk.campaigning.experiments import MeasuredExperiment
    from churn.desk.campaigning.measuring import MeasuredCampaign
    from churn.desk.campaigning.returning import OutcomeColumns
    from churn.intake.reading import Reading
    from churn.intake.text.opening import Source
    from churn.notices import Notice
    from churn.showing.figures.charts import Chart


class OutcomeCounter(AccessCounter):
    """Everything about outcomes that the Desk can do; the rooms behind it are opened when they are first needed."""

    def campaigns(self) -> tuple[KeptCampaign, ...]:
        """Every campaign of the book and what was measured of it, the latest first."""
        from churn.desk.campaigning.campaign_views import kept_campaigns

        return kept_campaigns(self.home)

    def currency_of(self, record: CampaignRecord) -> str:
        """The currency a campaign was planned in."""
        from churn.desk.campaigning.campaign_views import campaign_currency

        return campaign_currency(self.home, record)

    def measure(self, source: Source, campaign: str, **said: Any) -> MeasuredCampaign:
        """What a campaign changed, by the outcomes in a list; the playbook learns from it."""
        from churn.desk.campaigning.measuring import measured_campaign

        with self.acting("measure", f"campaign {campaign}"):
            return measured_campaign(self.home, source, campaign, **said)

    def outcome_questions(self, source: Source, campaign: str, **said: Any) -> OutcomeColumns:
        """What a list of outcomes leaves open: which column, which words; nothing is measured yet."""
        from churn.desk.campaigning.measuring import open_questions

        return open_questions(self.home, source, campaign, said)

    def uplift(self, source: Source, asked: Mapping[str, Any], **said: Any) -> MeasuredExperiment:
        """Whom a contact helps, by a list with a treatment column."""
        from churn.desk.campaigning.experiments import measured_experiment

        with self.acting("measure", "an experiment"):
            return measured_experiment(self.home, source, asked, **said)

    def in_words(self, kept: KeptCampaign) -> KeptCampaign:
        """A campaign with its parts and actions called as its business calls them."""
        from churn.desk.campaigning.lift_words import in_words

        return in_words(kept, self.home)

    def lift_chart(self, lift: Mapping[str, Any]) -> Chart | None:
        """The measured lift of a campaign and its parts with their intervals, as a picture."""
        from churn.showing.figures.campaign_figures import lift_chart

        return lift_chart(lift)

    def told(self, lift: Mapping[str, Any]) -> tuple[Notice, ...]:
        """What was to be noticed when a campaign was measured."""
        from churn.notices import Notice

        return tuple(Notice(**{**words, "lines": tuple(words.get("lines", ()))}) for words in lift["notices"])

    def few_valued(self, reading: Reading) -> list[str]:
        """The columns of a list with so few different words that they can name arms or outcomes."""
        from churn.desk.campaigning.experiments import few_valued

        return few_valued(reading)

    def ranked_csv(self, found: MeasuredExperiment) -> bytes:
        """The customers of an experiment from the most helped to the most harmed, to take home."""
        content = BytesIO()
        found.write(content)
        return content.getvalue()

    def uplift_charts(self, found: MeasuredExperiment) -> list[Chart]:
        """How well choosing by uplift works, and what the experiment shows by tenths, as pictures."""
        from churn.showing.figures.uplift_figures import qini_chart, tenths_chart

        return [qini_chart(found.uplift), tenths_chart(found.uplift)]
