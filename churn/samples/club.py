"""Members of a fitness club: a list that fits no ready-made business, with headings of its own."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from churn.samples.files import SampleBlock, SampleBusiness
from churn.samples.random import Draw, Floats, Integers, chance, dates, day_number, rounded, serial, words

TODAY = day_number("2026-06-30")
PLANS = ("Off-peak", "Standard", "Premium")
FEES = (24.90, 39.90, 64.90)
HEARD = ("Friend", "Walked in", "Advertisement", "Employer")
Traits = dict[str, np.ndarray]


def unit(draw: Draw, place: Integers, seed: int) -> SampleBlock:
    """One unit of members with their plan, their visits, and whether they cancelled."""
    t = membership(draw)
    t |= visits(draw, t)
    probability = chance(leaving(t))
    key = pa.array(serial(place, seed, first=100_000_000, span=900_000_000)).cast(pa.string())
    columns = {"Member No": key} | _columns(t)
    columns["Status"] = words(draw.happens(probability), ("Active", "Cancelled"))
    return SampleBlock(key, {"customers": pa.table(columns)}, pa.table({"Member No": key, "probability": probability}))


CLUB = SampleBusiness("general", unit, rows=3000, key="Member No", outcome="Status", left="Cancelled")


def membership(draw: Draw) -> Traits:
    """Plan, fee, how long a member, how they came, and the will to train (`will`, which no column shows)."""
    plan = draw.level([0.31, 0.48, 0.21])
    waited = np.floor(2200 * chance(1.5 * draw.normal() - 0.9)) + 20
    reduced = draw.happens(np.full(draw.size, 0.22))
    return {
        "plan": plan,
        "fee": rounded(np.array(FEES)[plan] * np.where(reduced, 0.8, 1.0), 2),
        "reduced": reduced,
        "days": waited.astype(np.int64),
        "heard": draw.level([0.34, 0.27, 0.28, 0.11]),
        "will": draw.normal(),
        "age": np.clip(np.round(38 + 13 * draw.normal()), 16, 85).astype(np.int64),
        "bound": draw.happens(np.full(draw.size, 0.37)),
    }


def visits(draw: Draw, t: Traits) -> Traits:
    """Visits of the last month and the two before, classes, a trainer, and failed payments."""
    usual = np.exp(rounded(1.45 + 0.6 * t["will"]))
    trend = np.exp(rounded(0.55 * draw.normal()))
    classes = draw.count(np.exp(rounded(0.35 * t["will"] + 0.3 * (t["plan"] == 2))) * 0.9)
    return {
        "before": draw.count(np.minimum(2 * usual, 50)),
        "last": draw.count(np.minimum(usual * np.minimum(trend, 2.2), 28)),
        "classes": classes,
        "trainer": draw.happens(chance(-2.0 + 1.1 * (t["plan"] == 2))),
        "failed": draw.count(np.full(draw.size, 0.16)),
    }


def leaving(t: Traits) -> Floats:
    """The log-odds of cancelling: visits that stop, an unbound contract, a fee that is not used."""
    seldom = np.maximum(0, 4 - t["last"])
    faded = np.clip(t["before"] / 2 - t["last"], 0, 6)
    return rounded(
        -2.10
        + 0.42 * seldom * np.where(t["bound"], 0.45, 1.0)
        + 0.38 * faded
        - 1.10 * t["bound"]
        + 0.75 * ((t["plan"] == 2) & (t["last"] < 3))
        + 0.80 * np.minimum(t["failed"], 2)
        - 0.50 * t["trainer"]
        - 0.20 * np.minimum(t["classes"], 4)
        + 0.55 * (t["heard"] == 2)
        - 0.00040 * t["days"]
    )


def _columns(t: Traits) -> dict[str, pa.Array]:
    return {
        "Joined": dates(TODAY - t["days"]),
        "Age": pa.array(t["age"]),
        "Plan": words(t["plan"], PLANS),
        "Monthly Fee": pa.array(t["fee"]),
        "Reduced": words(t["reduced"], ("no", "yes")),
        "Bound for a Year": words(t["bound"], ("no", "yes")),
        "How They Heard": words(t["heard"], HEARD),
        "Visits Last 30 Days": pa.array(t["last"]),
        "Visits 60 Days Before": pa.array(t["before"]),
        "Classes Booked": pa.array(t["classes"]),
        "Personal Trainer": words(t["trainer"], ("no", "yes")),
        "Failed Payments": pa.array(t["failed"]),
    }
