"""A campaign pushed to the operator's CRM: the rows of its file as signed messages, shown first, then sent once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from churn.book.journal import arms_given
from churn.deciding.campaign_file import campaign_records, campaign_table
from churn.desk.business.playbooks import the_book
from churn.desk.campaigning.campaigns import Planned
from churn.desk.campaigning.delivering import Delivery, delivered
from churn.desk.campaigning.posting import Parcel, poster_for
from churn.errors import RequestRefused

AT_ONCE = 500  # customers in one message


@dataclass(frozen=True)
class Outline:
    """What would be sent, before anything is: to whom, in how many messages, which columns, and the first customer."""

    where: str
    messages: int
    customers: int
    columns: tuple[str, ...]
    first: dict[str, Any]

    @property
    def words(self) -> str:
        """The same in a sentence."""
        return (
            f"{self.customers:,} customers would go to {self.where} in {self.messages:,} signed "
            f"message{'s' * (self.messages != 1)}, each with: {', '.join(self.columns)}. Nothing was sent."
        )

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return asdict(self)


def outlined(planned: Planned, address: str | None = None, columns: Sequence[str] | None = None) -> Outline:
    """What sending a campaign would do, without sending anything."""
    poster, table = poster_for(address), campaign_table(planned.campaign, columns)
    first = campaign_records(table.slice(0, 1))
    messages = -(-table.num_rows // AT_ONCE)
    return Outline(poster.where, messages, table.num_rows, tuple(table.column_names), first[0] if first else {})


def pushed(home: Path, planned: Planned, address: str | None = None, columns: Sequence[str] | None = None) -> Delivery:
    """Send an exported campaign to an address the operator named; what has arrived before is not sent again."""
    poster, table = poster_for(address), campaign_table(planned.campaign, columns)
    _kept_as_planned(home, planned)
    return delivered(home, poster, _parcels(planned.campaign.name, table))


def _kept_as_planned(home: Path, planned: Planned) -> None:
    """Refuse rows whose arms the book does not hold: they could never be measured."""
    table, name = planned.campaign.table, planned.campaign.name
    with the_book(home) as book:
        given = arms_given(book, name)
    if any(given.get(str(key)) != arm for key, arm in zip(table[planned.basis.key], table["arm"], strict=True)):
        raise RequestRefused(f"The campaign {name} is not kept like this yet.", "Export it first, then send it.")


def _parcels(name: str, table: pa.Table) -> Iterator[Parcel]:
    count = -(-table.num_rows // AT_ONCE)
    for number in range(count):
        rows = campaign_records(table.slice(number * AT_ONCE, AT_ONCE))
        words = {"kind": "campaign", "campaign": name, "message": number + 1, "messages": count, "customers": rows}
        content = json.dumps(words, ensure_ascii=False, allow_nan=False).encode()
        # With its content in the key, a list that has changed is a new message and the same list is the same.
        yield Parcel(f"{name}-{number + 1}-{sha256(content).hexdigest()[:16]}", content)
