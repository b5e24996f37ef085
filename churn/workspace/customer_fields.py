"""One customer as a program sends it: each field read as the same cell of a list would be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from churn.errors import RequestRefused
from churn.intake.matching import sure_names
from churn.intake.plans import cell_reader, is_writable
from churn.training.model import Model

LAYOUTS = 64  # different sets of field names that are matched once and remembered


@dataclass(frozen=True)
class ParsedCustomer:
    """One customer as checked values by column.

    ignored   fields that are none of the model's columns
    missing   columns the model learnt from that nothing is known of
    """

    customer: Mapping[str, Any]
    ignored: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldParser:
    """Reads the fields of one customer for one model; a value that its column cannot mean is refused by name."""

    model: Model

    def given(self, fields: Mapping[str, Any]) -> ParsedCustomer:
        """The customer that these fields describe."""
        headings = tuple(fields)
        sources, ignored = self.matched(headings)
        customer = {ours: read(fields[theirs]) for ours, theirs, read in sources}
        missing = tuple(n for n in self.model.encoder.names if customer.get(n) is None)
        if len(missing) == len(self.model.encoder.names):
            raise self.nothing_known()
        return ParsedCustomer(customer, ignored, missing)

    def nothing_known(self) -> RequestRefused:
        """The refusal of a customer who was sent without any of the model's columns."""
        return RequestRefused(
            "None of the model's columns is known of this customer.",
            f"Give some of: {', '.join(self.model.encoder.names[:8])}.",
        )

    def renamed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields under the model's own column names; a name that is none of them stays as it is."""
        sure = sure_names(tuple(fields), self.model.schema)
        ours = {theirs: name for name, theirs in sure.items()}
        return {ours.get(theirs, theirs): value for theirs, value in fields.items()}

    @cached_property
    def matched(self) -> Any:
        """For some names of fields: our column, theirs and what reads it, for each that is ours; and the others."""
        return lru_cache(LAYOUTS)(self._matching)

    @cached_property
    def _readers(self) -> dict[str, Callable[[Any], Any]]:
        """How each column is read, but for those that no customer is scored by."""
        columns = self.model.schema.columns
        return {c.name: cell_reader(c) for c in columns if c.role not in ("outcome", "ignored")}

    def _matching(self, headings: tuple[str, ...]) -> tuple[list[tuple[str, str, Any]], tuple[str, ...]]:
        sure = sure_names(headings, self.model.schema)
        known = self._readers
        sources = [(ours, theirs, known[ours]) for ours, theirs in sure.items() if ours in known]
        read = {theirs for _, theirs, _ in sources}
        return sources, tuple(h for h in headings if h not in read)


def refuse_unreadable_names(names: Iterable[Any]) -> None:
    """Refuse names of fields that are no text a file could hold."""
    for name in names:
        if not isinstance(name, str) or not is_writable(name):
            raise RequestRefused("The name of a field is not a text.", "Use the list's column names.")
