"""Labels: who left. By silence where nothing is signed, by expiry where a subscription ends.

inactivity  a customer left who is not active on any day of the horizon, that is from the date up to date + horizon
expiry      the KKBox rule: a member left when paid time ends within the horizon and no new valid subscription is
            taken within `grace` days after that end (on the last of these days still counts). A cancel alone is not
            leaving: it moves the end. Payments count in the order in which they took effect, whatever their end says.
"""

from __future__ import annotations

from typing import Any

from churn.events.customers.payments import in_order
from churn.events.log.entries import Entries


def returned(log: Entries, day: int, horizon: int) -> Any:
    """The customers who were active within the horizon."""
    days = log.daily.filter((log.daily.day >= day) & (log.daily.day < day + horizon) & (log.daily.active == 1))
    return days.select("key").distinct()


def departed(log: Entries, day: int, horizon: int, grace: int) -> Any:
    """The members whose subscription ended for good within the horizon."""
    states = standings(log, day + horizon + grace, grace)
    ends = states.filter(states.gone & (states.end >= day) & (states.end < day + horizon))
    return ends.select("key").distinct()


def standings(log: Entries, before: int, grace: int) -> Any:
    """After each payment: until when it stood, and whether the member was gone for good at its end.

    until  day of the next payment, empty for the last one
    end    the day the paid time ended: as the payment says, but not before the payment itself
    gone   the end was reached before the next payment, and no valid subscription was taken within the grace
    """
    import ibis

    rows = in_order(log, before)
    later = ibis.window(group_by="key", order_by="number")
    valid = ibis.ifelse((rows.cancel == 0) & (rows.expires > rows.day), rows.day, ibis.null().cast("int64"))
    rest = ibis.window(group_by="key", order_by="number", rows=(1, None))
    end = ibis.greatest(rows.expires, rows.day)
    rows = rows.mutate(until=rows.day.lead().over(later), end=end, renewed=valid.min().over(rest))
    reached = rows.until.isnull() | (rows.until > rows.end)
    lost = rows.renewed.isnull() | (rows.renewed - rows.expires > grace)
    return rows.select("key", "day", "number", "until", "end", "expires", gone=reached & lost)
