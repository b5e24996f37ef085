"""The part of the counter where campaigns are asked for: planned, exported and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from churn.workspace import playbooks
from churn.workspace.access_views import AccessCounter

if TYPE_CHECKING:
    import pandas as pd

    from churn.campaigns.limits import Order
    from churn.intake.reader import Reading
    from churn.intake.sources import Source
    from churn.money.amounts import Amounts
    from churn.money.playbook import Playbook
    from churn.money.policies import Policy
    from churn.notices import Notice
    from churn.reports.charts import Chart
    from churn.store.campaigns import CampaignRecord
    from churn.store.customers import ListRecord
    from churn.training.model import Model
    from churn.workspace.campaigns import ActionTotal, KeptCampaign, Planned, Scale, SegmentChoice
    from churn.workspace.delivery import Delivery, Forgotten, Outline
    from churn.workspace.lists import Ranked
    from churn.workspace.results import MeasuredCampaign, MeasuredExperiment, OutcomeColumns


class CampaignCounter(AccessCounter):
    """Everything about campaigns that the Desk can do; the rooms behind it are opened when they are first needed."""

    def plan(self, ranked: Ranked, order: Order, **asked: Any) -> Planned:
        """The most valuable campaign for a scored list under an order; nothing is written yet.

        asked   `playbook` in place of the one in force, `rested` to leave earlier contacts out of account
        """
        from churn.workspace.campaigns import plan

        return plan(self.home, ranked, order, **asked)

    def order(self, *, holdout_percent: float = 10.0, capacity: Mapping[str, Any] | None = None, **words: Any) -> Order:
        """What a screen asks for as an order: the holdout in percent, channels without a number left open."""
        from churn.campaigns.limits import Order

        limits = {channel: int(most) for channel, most in (capacity or {}).items() if most is not None}
        return Order(holdout=holdout_percent / 100.0, capacity=limits, **words)

    def scale(self, ranked: Ranked, playbook: Playbook) -> Scale:
        """How far budget and channels can reach with this list and these offers."""
        from churn.workspace.campaigns import scale_of

        return scale_of(self.home, ranked, playbook)

    def opening_plan(self, ranked: Ranked, playbook: Playbook | None = None) -> Planned:
        """The campaign that is suggested before anybody has chosen anything: what the Campaign screen opens with."""
        from churn.workspace.businesses import playbook_for

        offers = playbook or playbook_for(ranked.model, self.home)
        return self.plan(ranked, self.scale(ranked, offers).order, playbook=offers)

    def segment_choices(self, ranked: Ranked) -> tuple[SegmentChoice, ...]:
        """The segments of a list that may get a limit."""
        from churn.workspace.campaigns import segment_choices

        return segment_choices(ranked)

    def limits(self, rows: Sequence[Mapping[str, Any]], choices: Sequence[SegmentChoice]) -> dict[str, dict[Any, int]]:
        """The limits of edited rows, as an order takes them."""
        from churn.workspace.campaigns import limits_said

        return limits_said(rows, choices)

    def export(
        self, planned: Planned, target: Path | Any, columns: Sequence[str] | None = None, *, keep: bool = True
    ) -> Planned:
        """Keep a campaign in the book and write its file; arms that were given before stand. Or only write it."""
        from churn.workspace.campaigns import export

        self.who.must("export")
        done = export(self.home, planned, target, columns, keep=keep)
        if keep:
            self.note("export", f"campaign {done.campaign.name}")
        return done

    def exported(
        self, planned: Planned, ending: str = ".csv", columns: Sequence[str] | None = None
    ) -> tuple[Planned, bytes]:
        """The same, with the bytes of a file of that kind."""
        with TemporaryDirectory() as folder:
            target = Path(folder) / f"campaign{ending}"
            return self.export(planned, target, columns), target.read_bytes()

    def push_places(self) -> dict[str, str]:
        """Where campaigns may be sent, each address under the name it may be shown by."""
        from churn.workspace.delivery import named_addresses, shown

        return {shown(address): address for address in named_addresses()}

    def push_outline(
        self, planned: Planned, address: str | None = None, columns: Sequence[str] | None = None
    ) -> Outline:
        """What sending a campaign to the operator's CRM would do; nothing is sent."""
        from churn.workspace.delivery import outlined

        return outlined(planned, address, columns)

    def push(self, planned: Planned, address: str | None = None, columns: Sequence[str] | None = None) -> Delivery:
        """Send an exported campaign to an address the operator named, once however often it is asked for."""
        from churn.workspace.delivery import pushed

        with self.acting("push", f"campaign {planned.campaign.name}"):
            return pushed(self.home, planned, address, columns)

    def chosen_customers(self, planned: Planned, **asked: Any) -> pd.DataFrame:
        """Who gets what and why, as a table, the reasons in few words."""
        from churn.workspace.businesses import wording_of
        from churn.workspace.campaigns import chosen_customers

        said = wording_of(planned.basis.ranked.model, self.home).in_short
        return chosen_customers(planned, said=said, **asked)

    def action_totals(self, planned: Planned) -> tuple[ActionTotal, ...]:
        """What a campaign does with each action."""
        from churn.workspace.campaigns import action_totals

        return action_totals(planned)

    def budget_chart(self, planned: Planned, amounts: Amounts) -> Chart:
        """What each budget would bring, as a picture."""
        from churn.reports.campaign_charts import budget_chart
        from churn.workspace.campaigns import budget_curve

        return budget_chart(budget_curve(planned), planned.basis.order.budget, amounts)

    def other_ways(self, planned: Planned, amounts: Amounts) -> tuple[tuple[Policy, ...], list[Chart]]:
        """Other ways to choose from the same list, as numbers and as pictures: what they bring, and by length."""
        from churn.reports.campaign_charts import length_chart, policies_chart
        from churn.workspace.campaigns import other_ways

        policies, curve = other_ways(planned)
        return policies, [policies_chart(policies, amounts), length_chart(curve, policies[0].treated, amounts)]

    def above(self, planned: Planned, threshold: float) -> Policy:
        """What treating everybody from a probability on would bring and reach."""
        from churn.workspace.campaigns import above

        return above(planned, threshold)

    def assumptions_chart(self, planned: Planned, amounts: Amounts) -> Chart | None:
        """Which assumptions the campaign's gain hangs on, as a picture; None where nobody is treated."""
        from churn.reports.campaign_charts import assumptions_chart
        from churn.workspace.campaigns import hangs_on

        bars = hangs_on(planned)
        return assumptions_chart(bars, amounts) if bars else None

    def price_words(self, planned: Planned, amounts: Amounts) -> list[str]:
        """What one more of each limit that holds the plan back would bring, in sentences."""
        from churn.reports.campaign_words import price_words

        campaign = planned.campaign
        return [price_words(price, campaign.budget, amounts) for price in campaign.prices if price.price > 0]


# The part of the counter where offers are kept: the playbook in force, as text and as rows to edit.


class OfferCounter(AccessCounter):
    """Everything about offers that the Desk can do."""

    def playbook(self, profile: str) -> playbooks.InForce:
        """The offers in force for a model's business, or by default for a profile, and where they come from."""
        return playbooks.playbook_in_force(self.home, profile)

    def playbook_for(self, model: Model) -> playbooks.InForce:
        """The offers in force for the business a model was trained for."""
        from churn.workspace.businesses import profile_of

        return playbooks.playbook_in_force(self.home, model.name, profile=profile_of(model, self.home).name)

    def read_playbook(self, file: Path) -> Playbook:
        """The playbook a file states; a mistake in it is refused with its line."""
        return playbooks.checked_playbook(file)

    def playbook_said(self, text: str) -> Playbook:
        """The playbook a text states; a mistake in it is refused with its line."""
        from churn.money.playbook import playbook_from_text

        return playbook_from_text(text, "The playbook")

    def playbook_text(self, playbook: Playbook) -> str:
        """A playbook as the text a person edits."""
        return playbooks.readable_text(playbook)

    def set_playbook(self, profile: str, playbook: Playbook, why: str = "Set by hand.") -> playbooks.InForce:
        """Make a playbook count for a model's business, or by default for a profile; earlier versions are kept."""
        with self.acting("playbook", f"of {profile}"):
            return playbooks.set_playbook(self.home, profile, playbook, why)

    def playbook_rows(self, playbook: Playbook) -> list[dict[str, Any]]:
        """A playbook as rows to edit, each marked assumed or learnt."""
        from churn.workspace.campaigns import playbook_rows

        return playbook_rows(playbook)

    def playbook_with(self, playbook: Playbook, rows: Sequence[Mapping[str, Any]]) -> Playbook:
        """The playbook with the numbers of edited rows."""
        from churn.workspace.campaigns import playbook_with

        return playbook_with(playbook, rows)


# The part of the counter where outcomes come back: what a campaign changed, and whom a contact helps.


class OutcomeCounter(AccessCounter):
    """Everything about outcomes that the Desk can do; the rooms behind it are opened when they are first needed."""

    def campaigns(self) -> tuple[KeptCampaign, ...]:
        """Every campaign of the book and what was measured of it, the latest first."""
        from churn.workspace.campaigns import kept_campaigns

        return kept_campaigns(self.home)

    def currency_of(self, record: CampaignRecord) -> str:
        """The currency a campaign was planned in."""
        from churn.workspace.campaigns import campaign_currency

        return campaign_currency(self.home, record)

    def measure(self, source: Source, campaign: str, **said: Any) -> MeasuredCampaign:
        """What a campaign changed, by the outcomes in a list; the playbook learns from it."""
        from churn.workspace.results import measured_campaign

        with self.acting("measure", f"campaign {campaign}"):
            return measured_campaign(self.home, source, campaign, **said)

    def outcome_questions(self, source: Source, campaign: str, **said: Any) -> OutcomeColumns:
        """What a list of outcomes leaves open: which column, which words; nothing is measured yet."""
        from churn.workspace.results import open_questions

        return open_questions(self.home, source, campaign, said)

    def uplift(self, source: Source, asked: Mapping[str, Any], **said: Any) -> MeasuredExperiment:
        """Whom a contact helps, by a list with a treatment column."""
        from churn.workspace.results import measured_experiment

        with self.acting("measure", "an experiment"):
            return measured_experiment(self.home, source, asked, **said)

    def in_words(self, kept: KeptCampaign) -> KeptCampaign:
        """A campaign with its parts and actions called as its business calls them."""
        from churn.workspace.results import in_words

        return in_words(kept, self.home)

    def lift_chart(self, lift: Mapping[str, Any]) -> Chart | None:
        """The measured lift of a campaign and its parts with their intervals, as a picture."""
        from churn.reports.campaign_charts import lift_chart

        return lift_chart(lift)

    def told(self, lift: Mapping[str, Any]) -> tuple[Notice, ...]:
        """What was to be noticed when a campaign was measured."""
        from churn.notices import Notice

        return tuple(Notice(**{**words, "lines": tuple(words.get("lines", ()))}) for words in lift["notices"])

    def few_valued(self, reading: Reading) -> list[str]:
        """The columns of a list with so few different words that they can name arms or outcomes."""
        from churn.workspace.results import few_valued

        return few_valued(reading)

    def ranked_csv(self, found: MeasuredExperiment) -> bytes:
        """The customers of an experiment from the most helped to the most harmed, to take home."""
        content = BytesIO()
        found.write(content)
        return content.getvalue()

    def uplift_charts(self, found: MeasuredExperiment) -> list[Chart]:
        """How well choosing by uplift works, and what the experiment shows by tenths, as pictures."""
        from churn.reports.campaign_charts import qini_chart, tenths_chart

        return [qini_chart(found.uplift), tenths_chart(found.uplift)]


# The part of the counter that asks what the score book holds, and takes customers out of it.


class BookCounter(AccessCounter):
    """Which lists the book knows, and how a customer is forgotten."""

    def lists_scored(self) -> tuple[ListRecord, ...]:
        """The lists kept in the book, the latest first."""
        from churn.store.customers import lists_scored

        with playbooks.the_book(self.home) as book:
            return lists_scored(book)

    def forget(self, key: str) -> Forgotten:
        """Remove one customer everywhere anything is kept."""
        from churn.workspace.delivery import forgotten

        with self.acting("forget", "one customer"):
            found = forgotten(self.home, key)
            return replace(found, rows=found.rows + self.recorder.forget(key))

    def forget_before(self, day: str) -> Forgotten:
        """Remove what is known of customers from before a day (as 2026-01-31)."""
        from churn.workspace.delivery import forgotten_before

        with self.acting("forget", f"everybody before {day}"):
            return forgotten_before(self.home, day)
