"""Features of a subscription: how it stands on the date, and how payments, renewals and cancels went before it."""

from __future__ import annotations

from typing import Any

from churn.features.definitions import Cut, EventBlock, Feature, Formula, feature_from, in_units, ratio
from churn.features.engines.base import Engine
from churn.features.logs import Entries

MONTH, CENTS = 30, 100
PARTS = ("expires", "plan_days", "price", "paid", "method", "auto_renew", "cancel")


def payment_block(engine: Engine, log: Entries, at: Cut) -> EventBlock:
    """What a subscription's payments say of each customer before the date, added up once and kept."""
    people = engine.kept(_people(log, at), near="key")
    return EventBlock(people, tuple(_features(log, people, at)))


def order_payments(log: Entries, before: int) -> Any:
    """The payments before a day, numbered per customer in the order in which they took effect.

    Within one day cancels come first, for who changes the plan cancels the old one and takes the new one. Several
    cancels only move the end forward, several renewals only move it back. Every further column settles ties, so that
    the order is total and no engine can choose another.
    """
    import ibis

    rows = log.rows.filter((log.rows.day < before) & log.rows.expires.notnull()).drop("second").distinct()
    rows = rows.mutate(reach=ibis.ifelse(rows.cancel == 1, -rows.expires, rows.expires))
    others = [c for c in rows.columns if c not in ("key", "day", "reach", "cancel")]
    ties = [rows[c].asc(nulls_first=True) for c in sorted(others)]
    order = [rows.day, rows.cancel.desc(), rows.reach, *ties]
    return rows.mutate(number=ibis.row_number().over(ibis.window(group_by="key", order_by=order)))


def _people(log: Entries, at: Cut) -> Any:
    import ibis

    rows = order_payments(log, at.day)
    each = ibis.window(group_by="key", order_by="number")
    before = {f"{p} before": rows[p].lag().over(each) for p in PARTS if p in rows.columns}
    rows = rows.mutate(later=rows.number.lead().over(each), **before)
    last, renewal, ago = rows.later.isnull(), (rows.cancel == 0) & (rows.number > 0), at.day - rows.day
    late = rows.day - rows["expires before"]
    sums = {
        "first": rows.day.min(),
        "last": rows.day.max(),
        "number": rows.count(),
        "renewed": renewal.sum(),
        "stops": rows.cancel.sum(),
        "stops_recent": rows.cancel.sum(where=ago <= at.long).fill_null(0),
        "automatic": rows.auto_renew.sum(),
        "late": (renewal & (late > 0)).sum(),
        "lateness": late.sum(where=renewal),
    }
    sums |= {f"{p} now": rows[p].max(where=last) for p in PARTS if p in rows.columns}
    sums |= {
        f"{p} changes": (rows[p] != rows[f"{p} before"]).sum().fill_null(0)
        for p in ("plan_days", "method")
        if p in rows.columns
    }
    if {"price", "paid"} <= set(rows.columns):
        sums |= _money(rows, ago, at)
    return rows.group_by("key").agg(**sums)


def _money(rows: Any, ago: Any, at: Cut) -> dict[str, Any]:
    paid = rows.cancel == 0
    return {
        "paid": rows.paid.sum(where=paid).fill_null(0),
        "paid_recent": rows.paid.sum(where=paid & (ago <= at.long)).fill_null(0),
        "listed": rows.price.sum(where=paid).fill_null(0),
        "free": (paid & (rows.paid == 0)).sum(),
    }


def _features(log: Entries, people: Any, at: Cut) -> list[Feature]:
    found = [f for f in FORMULAS if all(part in log.found for part in f[1])]
    return [
        feature_from(formula, people, at, prefix=log.table.prefix, absent=None, **words) for formula, _, words in found
    ]


def days_to_expiry(people: Any, at: Cut) -> Any:
    """Days until what is paid for ends, as it stood on the date."""
    return people["expires now"] - at.day


def auto_renewing(people: Any, at: Cut) -> Any:
    """Whether the subscription renews by itself."""
    return people["auto_renew now"] == 1


def cancelled(people: Any, at: Cut) -> Any:
    """Whether the last thing the customer did was to cancel."""
    return people["cancel now"] == 1


def plan_length(people: Any, at: Cut) -> Any:
    """Length of the present plan in days."""
    return people["plan_days now"]


def plan_price(people: Any, at: Cut) -> Any:
    """List price of the present plan."""
    return in_units(people["price now"], CENTS)


def last_paid(people: Any, at: Cut) -> Any:
    """What was paid last."""
    return in_units(people["paid now"], CENTS)


def last_discount(people: Any, at: Cut) -> Any:
    """Share of the list price that was given away at the last payment."""
    return ratio(people["price now"] - people["paid now"], people["price now"])


def payment_method(people: Any, at: Cut) -> Any:
    """How the customer pays."""
    return people["method now"]


def payment_days(people: Any, at: Cut) -> Any:
    """Days since the last payment or cancel."""
    return at.day - people["last"]


def member_days(people: Any, at: Cut) -> Any:
    """Days since the first payment."""
    return at.day - people["first"]


def renewals(people: Any, at: Cut) -> Any:
    """Payments after the first one."""
    return people.renewed


def times_cancelled(people: Any, at: Cut) -> Any:
    """Times the customer cancelled; a change of plan often counts as one."""
    return people.stops


def cancelled_lately(people: Any, at: Cut) -> Any:
    """Times the customer cancelled within the longest window."""
    return people.stops_recent


def auto_renew_share(people: Any, at: Cut) -> Any:
    """Share of payments that were set to renew by themselves."""
    return ratio(people.automatic, people.number)


def late_renewals(people: Any, at: Cut) -> Any:
    """Renewals that came after the old end."""
    return people.late


def renewal_lateness(people: Any, at: Cut) -> Any:
    """Mean days from the old end to the renewal; below zero is early."""
    return ratio(people.lateness, people.renewed)


def plan_changes(people: Any, at: Cut) -> Any:
    """Times the plan's length changed."""
    return people["plan_days changes"]


def method_changes(people: Any, at: Cut) -> Any:
    """Times the way of paying changed."""
    return people["method changes"]


def paid_total(people: Any, at: Cut) -> Any:
    """Money paid so far."""
    return in_units(people.paid, CENTS)


def discount_share(people: Any, at: Cut) -> Any:
    """Share of all list prices that was given away."""
    return ratio(people.listed - people.paid, people.listed)


def free_periods(people: Any, at: Cut) -> Any:
    """Payments of nothing: trials and gifts."""
    return people.free


def monthly_value(people: Any, at: Cut) -> Any:
    """What the present plan brings in 30 days."""
    return in_units(ratio(people["paid now"] * MONTH, people["plan_days now"]), CENTS)


_MONEY = ("price", "paid")

FORMULAS: tuple[tuple[Formula, tuple[str, ...], dict[str, Any]], ...] = (
    (days_to_expiry, (), {"group": "Subscription", "unit": "days"}),
    (auto_renewing, ("auto_renew",), {"group": "Subscription", "kind": "flag", "lever": "actionable"}),
    (cancelled, ("cancel",), {"group": "Subscription", "kind": "flag"}),
    (plan_length, ("plan_days",), {"group": "Subscription", "unit": "days", "lever": "actionable"}),
    (plan_price, ("price",), {"group": "Money", "unit": "money", "lever": "actionable"}),
    (last_paid, ("paid",), {"group": "Money", "unit": "money"}),
    (last_discount, _MONEY, {"group": "Money", "unit": "share", "lever": "actionable"}),
    (payment_method, ("method",), {"group": "Subscription", "kind": "category", "lever": "actionable"}),
    (payment_days, (), {"group": "Renewals", "unit": "days"}),
    (member_days, (), {"group": "Renewals", "unit": "days"}),
    (renewals, (), {"group": "Renewals", "unit": "count"}),
    (times_cancelled, ("cancel",), {"group": "Renewals", "unit": "count"}),
    (cancelled_lately, ("cancel",), {"group": "Renewals", "unit": "count"}),
    (auto_renew_share, ("auto_renew",), {"group": "Renewals", "unit": "share"}),
    (late_renewals, (), {"group": "Renewals", "unit": "count"}),
    (renewal_lateness, (), {"group": "Renewals", "unit": "days"}),
    (plan_changes, ("plan_days",), {"group": "Renewals", "unit": "count"}),
    (method_changes, ("method",), {"group": "Renewals", "unit": "count"}),
    (paid_total, _MONEY, {"group": "Money", "unit": "money"}),
    (discount_share, _MONEY, {"group": "Money", "unit": "share"}),
    (free_periods, _MONEY, {"group": "Money", "unit": "count"}),
    (monthly_value, ("paid", "plan_days"), {"group": "Money", "unit": "money", "role": "value"}),
)
