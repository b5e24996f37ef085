"""The part of the counter that scores customers one at a time: by their fields, or by their key alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from churn.desk.business.playbooks import the_book
from churn.errors import NotFound, RequestRefused

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from churn.book.last_seen import LastSeen
    from churn.desk.single.counterparts import Counterparts
    from churn.desk.single.single_scores import Single
    from churn.desk.single.singles import Counterpart

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
        from churn.book.last_seen import models_that_saw

        with the_book(self.home) as book:
            models = models_that_saw(book, key)
        if len(models) > 1:
            both = " and ".join(models)
            raise RequestRefused(f"{both} each know a customer with this key.", "Say which model to use.")

    def last_seen(self, key: str, model: str | None = None) -> LastSeen | None:
        """The features and the score last recorded of a customer."""
        from churn.book.last_seen import seen_last

        with the_book(self.home) as book:
            return seen_last(book, key, model)


def only_key(fields: Mapping[str, Any]) -> bool:
    """Whether a request tells nothing of a customer but the key."""
    return set(fields) == {KEY}
