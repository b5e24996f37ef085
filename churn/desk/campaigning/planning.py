"""What a campaign is planned from: the list with its scores, the playbook, the order and what happened before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from churn.attribution.blend import added_up
from churn.book.journal import arms_given, contacts_before
from churn.book.sparing import left_alone
from churn.deciding.campaign_names import campaign_id, clean_title
from churn.deciding.choosing.ordering import Order, checked_order
from churn.deciding.choosing.resting import DRIVER, History
from churn.desk.business.businesses import as_learnt, currency_of, profile_of, wording_of
from churn.desk.business.playbooks import now, playbook_in_force, the_book
from churn.desk.listing.lists import Ranked
from churn.money.playbook import Playbook
from churn.money.playbook_files import playbook_text
from churn.scoring import reasons

if TYPE_CHECKING:
    import pandas as pd

DRIVERS = 3


@dataclass(frozen=True)
class Basis:
    """Everything a campaign is planned from; `frame` is the list and its scores side by side."""

    ranked: Ranked
    playbook: Playbook
    order: Order
    history: History
    profile: str
    frame: pd.DataFrame
    currency: str = ""
    value_said: str = ""

    @property
    def key(self) -> str:
        """The name of the key column."""
        return self.ranked.scored.table.column_names[0]

    @property
    def value(self) -> str | None:
        """The name of the value column, where the list has one."""
        return value_column(self.ranked)


def basis_of(
    home: Path, ranked: Ranked, order: Order, *, playbook: Playbook | None = None, rested: bool = False
) -> Basis:
    """A scored list made ready to plan with.

    playbook    in place of the one in force for the model's business
    rested      whether earlier contacts are left out of account
    """
    profile = profile_of(ranked.model, home).name
    playbook = playbook or playbook_in_force(home, ranked.model.name, profile=profile).playbook
    order = _named(checked_order(order), ranked, playbook)
    history = _history(home, order, ranked, playbook)
    history = replace(history, contacts=None) if rested else history
    value = value_column(ranked)
    said = wording_of(ranked.model, home).label(value) if value else ""
    return Basis(
        ranked,
        as_learnt(playbook, ranked.model),
        order,
        history,
        profile,
        scored_frame(ranked),
        currency_of(ranked.model, home),
        said,
    )


def value_column(ranked: Ranked) -> str | None:
    """The name of the value column, where the list has one."""
    column = ranked.model.schema.value
    return column.name if column and column.name in ranked.reading.table.column_names else None


def scored_frame(ranked: Ranked) -> pd.DataFrame:
    """One row per customer: what the list says, the scores, and the groups whose reasons raise the risk most."""
    listed, scores = ranked.reading.table, ranked.scored.table
    own = {name: listed[name] for name in listed.column_names if name not in scores.column_names}
    scored = {name: scores[name] for name in scores.column_names if name not in ("action", "expected_gain")}
    for name, cells in scored.items():
        if pa.types.is_dictionary(cells.type):
            scored[name] = cells.cast(cells.type.value_type)
    return pa.table({**scored, **own, **_drivers(ranked)}).to_pandas()


def _drivers(ranked: Ranked) -> dict[str, pa.Array]:
    model = ranked.model
    groups = reasons.groups_of(model.schema, model.encoder)
    margin = added_up(model.explainer.base, ranked.contributions)
    found = reasons.weighed(model, ranked.contributions, margin, groups, top=DRIVERS)
    names = pa.array([g.name for g in groups], pa.string())
    return {
        f"{DRIVER}{k}": names.take(pa.array(group, mask=points <= 0))
        for k, (group, points) in enumerate(zip(found.group, found.points, strict=True), start=1)
    }


def _named(order: Order, ranked: Ranked, playbook: Playbook) -> Order:
    """The order with its campaign's id: the same list, model, playbook and order have the same one again."""
    title = clean_title(order.name)
    if title:
        name = campaign_id(title)
        return replace(order, name=name, title="" if name == title else title)
    order = replace(order, name="")
    model = ranked.model
    words = (ranked.reading.fingerprint, model.name, model.version, playbook_text(playbook), repr(order))
    return replace(order, name=f"{campaign_id(model.name)[:40]}-{sha256('|'.join(words).encode()).hexdigest()[:10]}")


def _history(home: Path, order: Order, ranked: Ranked, playbook: Playbook) -> History:
    """The arms this campaign has given before, and who was contacted by others not long ago."""
    import pandas as pd

    business = ranked.model.name
    today, longest = date.fromisoformat(now()[:10]), max((a.rest_days for a in playbook.actions), default=0)
    since = (today - timedelta(days=longest)).isoformat()
    with the_book(home) as book:
        arms = arms_given(book, order.name)
        rows = contacts_before(book, business, without=order.name, list_=ranked.reading.fingerprint, since=since)
        never = frozenset(left_alone(book, business))
    return History(arms=arms or None, contacts=pd.DataFrame(rows) if rows else None, as_of=today, never=never)
