"""The part of the counter where campaigns are asked for: planned, exported, measured, and what the book remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from churn.desk.access.access_counter import AccessCounter
from churn.desk.campaigning import playbooks

if TYPE_CHECKING:
    import pandas as pd

    from churn.book.last_seen import ListRecord
    from churn.deciding.ordering import Order
    from churn.desk.campaigning.campaign_choices import Scale, SegmentChoice
    from churn.desk.campaigning.campaign_views import ActionTotal, KeptCampaign
    from churn.desk.campaigning.campaigns import Planned
    from churn.desk.campaigning.delivering import Delivery
    from churn.desk.campaigning.erasing import Forgotten
    from churn.desk.campaigning.experiments import MeasuredExperiment
    from churn.desk.campaigning.measuring import MeasuredCampaign
    from churn.desk.campaigning.pushing import Outline
    from churn.desk.listing.lists import Ranked
    from churn.intake.opening import Source
    from churn.intake.reading import Reading
    from churn.learning.model import Model
    from churn.money.playbook import Playbook
    from churn.money.policies import Policy
    from churn.notices import Notice
    from churn.showing.amounts import Amounts
    from churn.showing.charts import Chart


class CampaignCounter(AccessCounter):
    """Everything about campaigns that the Desk can do; the rooms behind it are opened when they are first needed."""

    def plan(self, ranked: Ranked, order: Order, **asked: Any) -> Planned:
        """The most valuable campaign for a scored list under an order; nothing is written yet.

        asked   `playbook` in place of the one in force, `rested` to leave earlier contacts out of account
        """
        from churn.desk.campaigning.campaigns import plan

        return plan(self.home, ranked, order, **asked)

    def order(self, *, holdout_percent: float = 10.0, capacity: Mapping[str, Any] | None = None, **words: Any) -> Order:
        """What a screen asks for as an order: the holdout in percent, channels without a number left open."""
        from churn.deciding.ordering import Order

        limits = {channel: int(most) for channel, most in (capacity or {}).items() if most is not None}
        return Order(holdout=holdout_percent / 100.0, capacity=limits, **words)

    def scale(self, ranked: Ranked, playbook: Playbook) -> Scale:
        """How far budget and channels can reach with this list and these offers."""
        from churn.desk.campaigning.campaign_choices import scale_of

        return scale_of(self.home, ranked, playbook)

    def segment_choices(self, ranked: Ranked) -> tuple[SegmentChoice, ...]:
        """The segments of a list that may get a limit."""
        from churn.desk.campaigning.campaign_choices import segment_choices

        return segment_choices(ranked)

    def limits(self, rows: Sequence[Mapping[str, Any]], choices: Sequence[SegmentChoice]) -> dict[str, dict[Any, int]]:
        """The limits of edited rows, as an order takes them."""
        from churn.desk.campaigning.campaign_choices import limits_said

        return limits_said(rows, choices)

    def export(self, planned: Planned, target: Path | Any, columns: Sequence[str] | None = None) -> Planned:
        """Keep a campaign in the book and write its file; arms that were given before stand."""
        from churn.desk.campaigning.campaigns import export

        self.who.must("export")
        done = export(self.home, planned, target, columns)
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
        from churn.desk.campaigning.posting import named_addresses, shown

        return {shown(address): address for address in named_addresses()}

    def push_outline(
        self, planned: Planned, address: str | None = None, columns: Sequence[str] | None = None
    ) -> Outline:
        """What sending a campaign to the operator's CRM would do; nothing is sent."""
        from churn.desk.campaigning.pushing import outlined

        return outlined(planned, address, columns)

    def push(self, planned: Planned, address: str | None = None, columns: Sequence[str] | None = None) -> Delivery:
        """Send an exported campaign to an address the operator named, once however often it is asked for."""
        from churn.desk.campaigning.pushing import pushed

        with self.acting("push", f"campaign {planned.campaign.name}"):
            return pushed(self.home, planned, address, columns)

    def campaigns(self) -> tuple[KeptCampaign, ...]:
        """Every campaign of the book and what was measured of it, the latest first."""
        from churn.desk.campaigning.campaign_views import kept_campaigns

        return kept_campaigns(self.home)

    def currency_of(self, profile: str) -> str:
        """The currency of a business; empty where the business is not here any more."""
        from churn.desk.campaigning.campaign_views import currency_of

        return currency_of(self.home, profile)

    def measure(self, source: Source, campaign: str, **said: Any) -> MeasuredCampaign:
        """What a campaign changed, by the outcomes in a list; the playbook learns from it."""
        from churn.desk.campaigning.measuring import measured_campaign

        with self.acting("measure", f"campaign {campaign}"):
            return measured_campaign(self.home, source, campaign, **said)

    def uplift(self, source: Source, asked: Mapping[str, Any], **said: Any) -> MeasuredExperiment:
        """Whom a contact helps, by a list with a treatment column."""
        from churn.desk.campaigning.experiments import measured_experiment

        with self.acting("measure", "an experiment"):
            return measured_experiment(self.home, source, asked, **said)

    def playbook(self, profile: str) -> playbooks.InForce:
        """The offers in force for a business, and where they come from."""
        return playbooks.playbook_in_force(self.home, profile)

    def playbook_for(self, model: Model) -> playbooks.InForce:
        """The offers in force for the business a model was trained for."""
        from churn.desk.campaigning.businesses import profile_of

        return self.playbook(profile_of(model, self.home).name)

    def read_playbook(self, file: Path) -> Playbook:
        """The playbook a file states; a mistake in it is refused with its line."""
        return playbooks.checked_playbook(file)

    def playbook_said(self, text: str) -> Playbook:
        """The playbook a text states; a mistake in it is refused with its line."""
        from churn.money.playbook_files import playbook_from_text

        return playbook_from_text(text, "The playbook")

    def playbook_text(self, playbook: Playbook) -> str:
        """A playbook as the text a person edits."""
        return playbooks.readable_text(playbook)

    def set_playbook(self, profile: str, playbook: Playbook, why: str = "Set by hand.") -> playbooks.InForce:
        """Make a playbook the one that counts for a business; earlier versions are kept."""
        with self.acting("playbook", f"of {profile}"):
            return playbooks.set_playbook(self.home, profile, playbook, why)

    def playbook_rows(self, playbook: Playbook) -> list[dict[str, Any]]:
        """A playbook as rows to edit, each marked assumed or learnt."""
        from churn.desk.campaigning.campaign_views import playbook_rows

        return playbook_rows(playbook)

    def playbook_with(self, playbook: Playbook, rows: Sequence[Mapping[str, Any]]) -> Playbook:
        """The playbook with the numbers of edited rows."""
        from churn.desk.campaigning.campaign_views import playbook_with

        return playbook_with(playbook, rows)

    def chosen_customers(self, planned: Planned, **asked: Any) -> pd.DataFrame:
        """Who gets what and why, as a table."""
        from churn.desk.campaigning.campaign_views import chosen_customers

        return chosen_customers(planned, **asked)

    def action_totals(self, planned: Planned) -> tuple[ActionTotal, ...]:
        """What a campaign does with each action."""
        from churn.desk.campaigning.campaign_views import action_totals

        return action_totals(planned)

    def budget_chart(self, planned: Planned, amounts: Amounts) -> Chart:
        """What each budget would bring, as a picture."""
        from churn.desk.campaigning.campaign_views import budget_curve
        from churn.showing.campaign_figures import budget_chart

        return budget_chart(budget_curve(planned), planned.basis.order.budget, amounts)

    def other_ways(self, planned: Planned, amounts: Amounts) -> tuple[tuple[Policy, ...], list[Chart]]:
        """Other ways to choose from the same list, as numbers and as pictures: what they bring, and by length."""
        from churn.desk.campaigning.campaign_views import other_ways
        from churn.showing.campaign_figures import length_chart, policies_chart

        policies, curve = other_ways(planned)
        return policies, [policies_chart(policies, amounts), length_chart(curve, policies[0].treated, amounts)]

    def above(self, planned: Planned, threshold: float) -> Policy:
        """What treating everybody from a probability on would bring and reach."""
        from churn.desk.campaigning.campaign_views import above

        return above(planned, threshold)

    def assumptions_chart(self, planned: Planned, amounts: Amounts) -> Chart | None:
        """Which assumptions the campaign's gain hangs on, as a picture; None where nobody is treated."""
        from churn.desk.campaigning.campaign_views import hangs_on
        from churn.showing.campaign_figures import assumptions_chart

        bars = hangs_on(planned)
        return assumptions_chart(bars, amounts) if bars else None

    def price_words(self, planned: Planned, amounts: Amounts) -> list[str]:
        """What one more of each limit that holds the plan back would bring, in sentences."""
        from churn.showing.campaign_words import price_words

        campaign = planned.campaign
        return [price_words(price, campaign.budget, amounts) for price in campaign.prices if price.price > 0]

    def in_words(self, kept: KeptCampaign) -> KeptCampaign:
        """A campaign with its parts and actions called as its business calls them."""
        from churn.desk.campaigning.lift_words import in_words

        return in_words(kept, self.home)

    def lift_chart(self, lift: Mapping[str, Any]) -> Chart | None:
        """The measured lift of a campaign and its parts with their intervals, as a picture."""
        from churn.showing.campaign_figures import lift_chart

        return lift_chart(lift)

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
        from churn.showing.uplift_figures import qini_chart, tenths_chart

        return [qini_chart(found.uplift), tenths_chart(found.uplift)]

    def told(self, lift: Mapping[str, Any]) -> tuple[Notice, ...]:
        """What was to be noticed when a campaign was measured."""
        from churn.notices import Notice

        return tuple(Notice(**{**words, "lines": tuple(words.get("lines", ()))}) for words in lift["notices"])

    def lists_scored(self) -> tuple[ListRecord, ...]:
        """The lists kept in the book, the latest first."""
        from churn.book.last_seen import lists_scored

        with playbooks.the_book(self.home) as book:
            return lists_scored(book)

    def forget(self, key: str) -> Forgotten:
        """Remove one customer everywhere anything is kept."""
        from churn.desk.campaigning.erasing import forgotten

        with self.acting("forget", "one customer"):
            found = forgotten(self.home, key)
            return replace(found, rows=found.rows + self.recorder.forget(key))

    def forget_before(self, day: str) -> Forgotten:
        """Remove what is known of customers from before a day (as 2026-01-31)."""
        from churn.desk.campaigning.erasing import forgotten_before

        with self.acting("forget", f"everybody before {day}"):
            return forgotten_before(self.home, day)
