"""Users of a software product over two months. Honestly weak: what they did says little about who leaves."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from churn.samples.files import SampleBlock, SampleBusiness
from churn.samples.random import DAY, Draw, Floats, Integers, chance, day_number, moments, rounded, uuids, words

OPENS = day_number("2026-05-01") * DAY  # the window: 1 May to 30 June 2026
WINDOW = 61


def unit(draw: Draw, place: Integers, seed: int) -> SampleBlock:
    """One unit of users with what they did, and whether they came back after the window."""
    sessions = np.maximum(np.round(65.4 + 9.0 * draw.normal()), 3)
    events = np.maximum(np.round(sessions * rounded(5.0 + 0.32 * draw.normal())), sessions)
    revenue = rounded(sessions * np.maximum(rounded(16.7 + 3.25 * draw.normal()), 0.5), 2)
    first, last = _first_and_last(draw)
    days = last // DAY - first // DAY
    probability = chance(leaving(events, revenue, days))
    key = uuids(place, seed)
    columns = {
        "user_id": key,
        "total_events": events.astype(np.int64),
        "total_sessions": sessions.astype(np.int64),
        "total_revenue": revenue,
        "first_active": moments(OPENS + first),
        "last_active": moments(OPENS + last),
        "active_days": days,
        "avg_events_per_session": rounded(events / sessions),
        "revenue_per_session": rounded(revenue / sessions),
        "churned": words(draw.happens(probability), ("False", "True")),
    }
    return SampleBlock(key, {"customers": pa.table(columns)}, pa.table({"user_id": key, "probability": probability}))


PRODUCT = SampleBusiness("product", unit, rows=5000, key="user_id", outcome="churned", left="True")


def leaving(events: Floats, revenue: Floats, days: Integers) -> Floats:
    """The log-odds of not coming back: a little less use, a little more risk, and mostly chance."""
    busy = np.clip((events - 327) / 50, -3, 3)
    paying = np.clip((revenue - 1092) / 262, -3, 3)
    return rounded(-0.75 - 0.27 * busy - 0.16 * paying - 0.05 * (days - 58) - 0.07 * busy * paying)


def _first_and_last(draw: Draw) -> tuple[Integers, Integers]:
    """First and last use as seconds into the window: most users are there nearly from end to end."""
    late = np.minimum(np.floor(rounded(-np.log(1 - 0.999 * draw.uniform()))), 20)
    early = np.minimum(np.floor(rounded(-1.1 * np.log(1 - 0.999 * draw.uniform()))), 20)
    first = late * DAY + np.floor(DAY * draw.uniform())
    last = (WINDOW - 1 - early) * DAY + np.floor(DAY * draw.uniform())
    return first.astype(np.int64), last.astype(np.int64)
