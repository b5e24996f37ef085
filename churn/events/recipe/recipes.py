"""A Recipe: how one business's raw events become one row per customer, read from recipe.toml. No Python needed.

Every word is explained for the person who writes one in data/profiles/RECIPES.md. Three shapes of table:

    log        one row per event or per active day: when, what kind, how much
    payments   one row per payment of a subscription: when, until when it is paid, cancelled or renewed
    members    one row per customer with things that do not change by the day
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SHAPES = ("log", "payments", "members")
RULES = ("inactivity", "expiry")
MAKES = ("total", "windows", "pace", "trend")
DUPLICATES = ("drop", "keep")
POPULATIONS = ("current", "expiring")
FIELD_KINDS = ("category", "number", "flag", "date")
COLUMN_WORDS = {
    "log": ("key", "time", "arrived", "kind", "session", "item"),
    "payments": ("key", "time", "expires", "plan_days", "price", "paid", "method", "auto_renew", "cancel"),
    "members": ("key",),
}
NEEDED = {"log": ("key", "time"), "payments": ("key", "time", "expires"), "members": ("key",)}


@dataclass(frozen=True)
class Measure:
    """Something added up per customer: a count of events, or the sum of a column.

    headings  the column's possible headings; none means that events are counted
    add       further columns, each added to the sum
    kinds     only events of these kinds; none means all
    exact     whole parts kept of one unit before adding (100: cents); divide: what the sum is divided by to be shown
    low, high values outside are taken as unknown
    make      which columns: `total`, one for each of the `windows`, `pace` (shortest against longest window), `trend`
    value     the money at stake: also shown per month, and handed on as the customer's value
    """

    name: str
    meaning: str
    headings: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    exact: int = 1
    divide: int = 1
    low: float | None = None
    high: float | None = None
    unit: str = "count"
    group: str = "Activity"
    lever: str = "context"
    make: tuple[str, ...] = MAKES
    value: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Rate:
    """One sum over another, so far and in each window: carts that became purchases, songs heard to the end."""

    name: str
    meaning: str
    of: tuple[str, ...]
    to: tuple[str, ...]
    unit: str = "share"
    group: str = "Activity"
    lever: str = "context"


@dataclass(frozen=True)
class Variety:
    """How many different values of a column a customer has touched, and how much the favourite one takes."""

    name: str
    headings: tuple[str, ...]
    meaning: str
    group: str = "Variety"
    optional: bool = False


@dataclass(frozen=True)
class Field:
    """A column of a members table carried over to the customer; a date becomes days since then."""

    name: str
    headings: tuple[str, ...]
    meaning: str
    kind: str = "category"
    low: float | None = None
    high: float | None = None
    group: str = "Profile"
    lever: str = "context"


@dataclass(frozen=True)
class TableRecipe:
    """One raw table: its shape, under which headings its parts are found, and what is added up from it."""

    name: str
    shape: str
    columns: Mapping[str, tuple[str, ...]]
    optional: bool = False
    prefix: str = ""
    active: tuple[str, ...] = ()
    hours: bool = False
    duplicates: str = "drop"
    busiest: int = 0
    measures: tuple[Measure, ...] = ()
    rates: tuple[Rate, ...] = ()
    varieties: tuple[Variety, ...] = ()
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """How a business's tables become customers, who counts as a customer, and when one has left."""

    title: str
    rule: str
    tables: tuple[TableRecipe, ...]
    key: str = "customer"
    outcome: str = "left"
    horizon: int = 30
    grace: int = 30
    alive: int = 0
    population: str = "current"
    clock: int = 0
    windows: tuple[int, ...] = (7, 30, 90)

    @property
    def by_name(self) -> dict[str, TableRecipe]:
        """The tables by their name."""
        return {t.name: t for t in self.tables}

    @property
    def main(self) -> TableRecipe:
        """The table that says who is a customer and who has left."""
        shape = "log" if self.rule == "inactivity" else "payments"
        return next(t for t in self.tables if t.shape == shape)

    def reach(self, horizon: int) -> int:
        """For how many days past the date the data must go on, so that every label is certain."""
        return horizon + (self.grace if self.rule == "expiry" else 0)
