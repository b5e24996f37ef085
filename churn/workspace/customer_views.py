"""The part of the counter where one customer is looked at: typed in, pictured, offered something, compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.errors import NotFound, RequestRefused
from churn.workspace.playbooks import the_book

if TYPE_CHECKING:
    from datetime import date

    from churn.reports.charts import Chart
    from churn.store.customers import Happening, LastSeen
    from churn.training.model import Model
    from churn.workspace.customers import FormField, OfferShown, Peer
    from churn.workspace.exploring import Exploring
    from churn.workspace.lists import Explained
    from churn.workspace.prediction import Single
    from churn.workspace.scorer import Counterpart, Counterparts


class CustomerCounter:
    """Everything about one customer; the rooms behind it are opened when they are first needed."""

    home: Path

    def currency(self, model: Model) -> str:
        """The currency of the business a model was trained for."""
        from churn.workspace.businesses import currency_of

        return currency_of(model, self.home)

    def form(self, model: Model) -> tuple[FormField, ...]:
        """The fields to fill in for one customer, each starting with its most usual value."""
        from churn.workspace.customers import form_of

        return form_of(model, self.home)

    def typed(self, model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
        """The customer that a filled-in form describes."""
        from churn.workspace.customers import typed

        return typed(model, values)

    def waterfall(self, found: Explained) -> Chart:
        """From the typical customer to this one, by business group."""
        from churn.reports.customer_charts import waterfall_chart

        return waterfall_chart(found.explanation)

    def waterfall_within(self, found: Explained, group: str) -> Chart:
        """The same within one group, column by column."""
        from churn.reports.customer_charts import columns_chart
        from churn.workspace.businesses import wording_of

        return columns_chart(found.explanation, wording_of(found.model, self.home), group)

    def offers_for(self, found: Explained) -> tuple[OfferShown, ...]:
        """The offers that exist and may be made to this customer, the one that brings most first."""
        from churn.workspace.customers import offers_for

        return offers_for(found, self.home)

    def offer_names(self, model: Model) -> dict[str, str]:
        """Per column an offer can change, what such an offer is called."""
        from churn.workspace.customers import levers_of

        return levers_of(model, self.home)

    def history(self, model: Model, key: str) -> tuple[Happening, ...]:
        """What the book knows of a customer: scores, campaigns, outcomes."""
        from churn.workspace.customers import history

        return history(model, self.home, key)

    def peers(self, asked: Exploring, found: Explained, key: str | None) -> tuple[Peer, ...]:
        """The most similar customers of the list who stayed, or are predicted to."""
        from churn.workspace.customers import peers_of

        return peers_of(asked, found, key)


# The part of the counter that scores customers one at a time: by their fields, or by their key alone.


KEY = "key"


class ScoreCounter:
    """Single customers, scored at once."""

    home: Path

    @property
    def _singles(self) -> Counterparts:
        """The models at the counter."""
        raise NotImplementedError

    def counterpart(self, fields: Sequence[str], *, model: str | None = None) -> Counterpart:
        """What answers for single customers with these fields: the model named, else the live one that fits."""
        return self._singles.answering(fields, model)

    def counterpart_at_hand(self, fields: Sequence[str], *, model: str | None = None) -> Counterpart | None:
        """The same where it can answer at once, without waiting for a disk or a database; else None."""
        return self._singles.at_hand(fields, model)

    def scored_by_key(self, key: Any, *, model: str | None = None, as_of: date | None = None) -> Single:
        """A customer of whom only the key is told, scored from the features last recorded in the book."""
        if not isinstance(key, str | int) or isinstance(key, bool):
            raise RequestRefused("The key is neither a text nor a number.", 'Send {"key": "7590-VHVEG"}.')
        seen = self.customer_seen(str(key), model)
        counterpart = self.counterpart((), model=model or seen.model)
        named = counterpart.model.schema.key
        return counterpart.single({**seen.features, **({named.name: seen.key} if named else {})}, as_of=as_of)

    def customer_seen(self, key: str, model: str | None = None) -> LastSeen:
        """What was last recorded of a customer; a stranger is refused."""
        readable = "\0" not in key and not any("\ud800" <= c <= "\udfff" for c in key)
        if readable and model is None:
            self._refuse_several(key)
        seen = self.last_seen(key, (model or "").partition("@")[0] or None) if readable else None
        if seen is None:
            raise NotFound("Nothing is recorded of a customer with this key.", "Score the customer once by all fields.")
        return seen

    def _refuse_several(self, key: str) -> None:
        """Refuse a key that several models know: businesses number their customers alike."""
        from churn.store.customers import models_that_saw

        with the_book(self.home) as book:
            models = models_that_saw(book, key)
        if len(models) > 1:
            both = " and ".join(models)
            raise RequestRefused(f"{both} each know a customer with this key.", "Say which model to use.")

    def last_seen(self, key: str, model: str | None = None) -> LastSeen | None:
        """The features and the score last recorded of a customer."""
        from churn.store.customers import seen_last

        with the_book(self.home) as book:
            return seen_last(book, key, model)


def only_key(fields: Mapping[str, Any]) -> bool:
    """Whether a request tells nothing of a customer but the key."""
    return set(fields) == {KEY}
