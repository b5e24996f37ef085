"""A retention offer given at random, with the true effect on each customer known: some are woken by it and leave."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from churn.samples.files import SampleBlock, SampleBusiness
from churn.samples.random import Draw, Floats, Integers, chance, rounded, serial, words

ARMS = ("none", "discount call")
PLANS = ("monthly", "yearly")
Traits = dict[str, np.ndarray]


def unit(draw: Draw, place: Integers, seed: int) -> SampleBlock:
    """One unit of customers, half of them called at random, with who left and what the call truly changed."""
    t = background(draw)
    without = chance(leaving(t))
    with_call = chance(leaving(t) + effect(t))
    called = draw.happens(np.full(draw.size, 0.5))
    left = draw.happens(np.where(called, with_call, without))
    key = pa.array(serial(place, seed, first=10_000_000, span=89_000_000)).cast(pa.string())
    columns = {"customer_id": key} | _columns(t)
    columns |= {"offer": words(called, ARMS), "left": words(left, ("no", "yes"))}
    truth = {
        "customer_id": key,
        "probability": without,
        "probability_offered": with_call,
        "uplift": rounded(without - with_call),
        "sleeping_dog": with_call > without,
    }
    return SampleBlock(key, {"customers": pa.table(columns)}, pa.table(truth))


OFFER = SampleBusiness("offer", unit, rows=12_000, key="customer_id", outcome="left", left="yes", unknown=("offer",))


def background(draw: Draw) -> Traits:
    """Plan, time, price and trouble of customers who may be called."""
    grumbles = draw.count(np.full(draw.size, 1.1))
    return {
        "yearly": draw.happens(np.full(draw.size, 0.36)),
        "tenure": np.floor(90 * chance(1.2 * draw.normal() - 0.4)).astype(np.int64) + 1,
        "price": rounded(np.clip(34 + 13 * draw.normal(), 9, 95), 2),
        "complaints": grumbles,
        "use": np.clip(np.round(100 - 9 * grumbles + 24 * draw.normal()), 0, 200).astype(np.int64),
        "opened": draw.count(np.full(draw.size, 2.3)),
        "region": draw.level([0.3, 0.26, 0.24, 0.2]),
    }


def leaving(t: Traits) -> Floats:
    """The log-odds of leaving when nobody calls."""
    return rounded(
        -1.60
        - 1.0 * t["yearly"]
        + 0.55 * np.minimum(t["complaints"], 4)
        - 0.018 * (t["use"] - 90)
        + 0.022 * (t["price"] - 34)
        - 0.012 * t["tenure"]
    )


def effect(t: Traits) -> Floats:
    """What the call adds to the log-odds: it helps who finds it dear, comes too late for the angry, wakes the quiet."""
    asleep = (t["opened"] <= 1) & (t["tenure"] >= 18) & (t["complaints"] == 0)
    wanting = (t["complaints"] <= 2) & (t["price"] >= 30) & ~t["yearly"]
    return rounded(np.where(asleep, 1.5, np.where(wanting, -1.25 - 0.012 * (t["price"] - 30), -0.30)))


def _columns(t: Traits) -> dict[str, pa.Array]:
    return {
        "region": words(t["region"], ("North", "South", "East", "West")),
        "plan": words(t["yearly"], PLANS),
        "tenure_months": pa.array(t["tenure"]),
        "monthly_price": pa.array(t["price"]),
        "complaints_6m": pa.array(t["complaints"]),
        "usage_index": pa.array(t["use"]),
        "mails_opened": pa.array(t["opened"]),
    }
