"""The part of the counter where one customer is looked at: typed in, pictured, offered something, compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from churn.book.histories import Happening
    from churn.desk.listing.exploring import Exploring
    from churn.desk.listing.lists import Explained
    from churn.desk.single.customer_views import FormField, OfferShown, Peer
    from churn.learning.versions.model import Model
    from churn.showing.figures.charts import Chart


class CustomerCounter:
    """Everything about one customer; the rooms behind it are opened when they are first needed."""

    home: Path

    def currency(self, model: Model) -> str:
        """The currency of the business a model was trained for."""
        from churn.desk.business.businesses import currency_of

        return currency_of(model, self.home)

    def form(self, model: Model) -> tuple[FormField, ...]:
        """The fields to fill in for one customer, each starting with its most usual value."""
        from churn.desk.single.customer_views import form_of

        return form_of(model, self.home)

    def typed(self, model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
        """The customer that a filled-in form describes."""
        from churn.desk.single.customer_views import typed

        return typed(model, values)

    def waterfall(self, found: Explained) -> Chart:
        """From the typical customer to this one, by business group."""
        from churn.showing.figures.customer_figures import waterfall_chart

        return waterfall_chart(found.explanation)

    def waterfall_within(self, found: Explained, group: str) -> Chart:
        """The same within one group, column by column."""
        from churn.desk.business.businesses import wording_of
        from churn.showing.figures.customer_figures import columns_chart

        return columns_chart(found.explanation, wording_of(found.model, self.home), group)

    def offers_for(self, found: Explained) -> tuple[OfferShown, ...]:
        """The offers that exist and may be made to this customer, the one that brings most first."""
        from churn.desk.single.customer_views import offers_for

        return offers_for(found, self.home)

    def offer_names(self, model: Model) -> dict[str, str]:
        """Per column an offer can change, what such an offer is called."""
        from churn.desk.single.customer_views import levers_of

        return levers_of(model, self.home)

    def history(self, model: Model, key: str) -> tuple[Happening, ...]:
        """What the book knows of a customer: scores, campaigns, outcomes."""
        from churn.desk.single.customer_views import history

        return history(model, self.home, key)

    def peers(self, asked: Exploring, found: Explained, key: str | None) -> tuple[Peer, ...]:
        """The most similar customers of the list who stayed, or are predicted to."""
        from churn.desk.single.customer_views import peers_of

        return peers_of(asked, found, key)
