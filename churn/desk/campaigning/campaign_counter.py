"""The part of the counter where campaigns are asked for: planned, exported and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from churn.desk.access.access_counter import AccessCounter

if TYPE_CHECKING:
    import pandas as pd

    from churn.deciding.choosing.ordering import Order
    from churn.desk.campaigning.campaign_choices import Scale, SegmentChoice
    from churn.desk.campaigning.campaign_views import ActionTotal
    from churn.desk.campaigning.campaigns import Planned
    from churn.desk.campaigning.delivering import Delivery
    from churn.desk.campaigning.pushing import Outline
    from churn.desk.listing.lists import Ranked
    from churn.money.playbook import Playbook
    from churn.money.policies import Policy
    from churn.showing.figures.charts import Chart
    from churn.showing.words.amounts import Amounts


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
        from churn.deciding.choosing.ordering import Order

        limits = {channel: int(most) for channel, most in (capacity or {}).items() if most is not None}
        return Order(holdout=holdout_percent / 100.0, capacity=limits, **words)

    def scale(self, ranked: Ranked, playbook: Playbook) -> Scale:
        """How far budget and channels can reach with this list and these offers."""
        from churn.desk.campaigning.campaign_choices import scale_of

        return scale_of(self.home, ranked, playbook)

    def opening_plan(self, ranked: Ranked, playbook: Playbook | None = None) -> Planned:
        """The campaign that is suggested before anybody has chosen anything: what the Campaign screen opens with."""
        from churn.desk.business.businesses import playbook_for

        offers = playbook or playbook_for(ranked.model, self.home)
        return self.plan(ranked, self.scale(ranked, offers).order, playbook=offers)

    def segment_choices(self, ranked: Ranked) -> tuple[SegmentChoice, ...]:
        """The segments of a list that may get a limit."""
        from churn.desk.campaigning.campaign_choices import segment_choices

        return segment_choices(ranked)

    def limits(self, rows: Sequence[Mapping[str, Any]], choices: Sequence[SegmentChoice]) -> dict[str, dict[Any, int]]:
        """The limits of edited rows, as an order takes them."""
        from churn.desk.campaigning.campaign_choices import limits_said

        return limits_said(rows, choices)

    def export(
        self, planned: Planned, target: Path | Any, columns: Sequence[str] | None = None, *, keep: bool = True
    ) -> Planned:
        """Keep a campaign in the book and write its file; arms that were given before stand. Or only write it."""
        from churn.desk.campaigning.campaigns import export

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

    def chosen_customers(self, planned: Planned, **asked: Any) -> pd.DataFrame:
        """Who gets what and why, as a table, the reasons in few words."""
        from churn.desk.business.businesses import wording_of
        from churn.desk.campaigning.campaign_views import chosen_customers

        said = wording_of(planned.basis.ranked.model, self.home).in_short
        return chosen_customers(planned, said=said, **asked)

    def action_totals(self, planned: Planned) -> tuple[ActionTotal, ...]:
        """What a campaign does with each action."""
        from churn.desk.campaigning.campaign_views import action_totals

        return action_totals(planned)

    def budget_chart(self, planned: Planned, amounts: Amounts) -> Chart:
        """What each budget would bring, as a picture."""
        from churn.desk.campaigning.campaign_views import budget_curve
        from churn.showing.figures.campaign_figures import budget_chart

        return budget_chart(budget_curve(planned), planned.basis.order.budget, amounts)

    def other_ways(self, planned: Planned, amounts: Amounts) -> tuple[tuple[Policy, ...], list[Chart]]:
        """Other ways to choose from the same list, as numbers and as pictures: what they bring, and by length."""
        from churn.desk.campaigning.campaign_views import other_ways
        from churn.showing.figures.campaign_figures import length_chart, policies_chart

        policies, curve = other_ways(planned)
        return policies, [policies_chart(policies, amounts), length_chart(curve, policies[0].treated, amounts)]

    def above(self, planned: Planned, threshold: float) -> Policy:
        """What treating everybody from a probability on would bring and reach."""
        from churn.desk.campaigning.campaign_views import above

        return above(planned, threshold)

    def assumptions_chart(self, planned: Planned, amounts: Amounts) -> Chart | None:
        """Which assumptions the campaign's gain hangs on, as a picture; None where nobody is treated."""
        from churn.desk.campaigning.campaign_views import hangs_on
        from churn.showing.figures.campaign_figures import assumptions_chart

        bars = hangs_on(planned)
        return assumptions_chart(bars, amounts) if bars else None

    def price_words(self, planned: Planned, amounts: Amounts) -> list[str]:
        """What one more of each limit that holds the plan back would bring, in sentences."""
        from churn.showing.words.campaign_words import price_words

        campaign = planned.campaign
        return [price_words(price, campaign.budget, amounts) for price in campaign.prices if price.price > 0]
