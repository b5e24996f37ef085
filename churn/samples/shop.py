"""How customers of a shop come back, month by month: visits bring visits, and a good purchase brings more of them.

The visits expected next month lean only on the visits and purchases of the three months before, which the log shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from churn.samples.files import SampleBlock, SampleBusiness
from churn.samples.random import (
    DAY,
    Draw,
    Floats,
    Integers,
    dates,
    first_days,
    make_draw,
    moments,
    rounded,
    serial,
    uuids,
    words,
)

MONTHS = 8
FIRST_VISIT_DAYS = first_days("2025-11", MONTHS)
SEASON = (1.08, 1.15, 0.95, 0.92, 1.0, 1.0, 1.0, 1.0)
MOST_VISITS = 40


@dataclass(frozen=True)
class ShopMonth:
    """One month: the visits of each customer, which visits bought, and the chance that there were none at all."""

    first: int
    days: int
    visits: Integers
    who: Integers  # the customer of each visit
    bought: np.ndarray  # whether a visit ended in a purchase
    known: np.ndarray  # customers seen before this month
    no_visit: Floats
    no_purchase: Floats


def visit_months(draw: Draw) -> Iterator[ShopMonth]:
    """Each month in turn, with new customers arriving in each but the last two."""
    arrives = draw.level([0.42, 0.14, 0.12, 0.11, 0.11, 0.10])
    keenness = np.exp(rounded(0.35 + 0.75 * draw.normal()))
    past, purchases = [np.zeros(draw.size, np.int64)] * 3, [np.zeros(draw.size, np.int64)] * 3
    for month in range(MONTHS):
        known = arrives < month
        rate = np.where(known, expected_visits(past, purchases[0]) * SEASON[month], 0.0)
        first_visits = np.where(arrives == month, 1 + draw.count(np.minimum(keenness, 20)), 0)
        visits = np.minimum(np.where(known, draw.count(np.minimum(rate, MOST_VISITS)), first_visits), MOST_VISITS)
        who = np.repeat(np.arange(draw.size), visits)
        buying = conversion(np.sum(purchases, axis=0) > 0)
        bought = draw.source.random(len(who)) < buying[who]
        days = FIRST_VISIT_DAYS[month + 1] - FIRST_VISIT_DAYS[month]
        nobody = rounded(np.exp(-rate)), rounded(np.exp(-rate * buying))
        yield ShopMonth(FIRST_VISIT_DAYS[month], days, visits, who, bought, known, *nobody)
        past = [visits, *past[:2]]
        purchases = [np.bincount(who[bought], minlength=draw.size), *purchases[:2]]


def expected_visits(past: list[Integers], bought: Integers) -> Floats:
    """The visits expected this month, from those of the three months before and from last month's purchases."""
    return rounded(0.10 + 0.50 * past[0] + 0.24 * past[1] + 0.12 * past[2] + 0.35 * (bought > 0))


def conversion(has_bought: np.ndarray) -> Floats:
    """The share of visits that end in a purchase: higher for those who bought lately."""
    return np.where(has_bought, 0.26, 0.11)


# The event log of an online shop with the column names of REES46: views, carts, purchases, one row per event.


VIEW, CART, REMOVE, BUY = range(4)
KINDS = ("view", "cart", "remove_from_cart", "purchase")

CODES = (
    "electronics.smartphone",
    "electronics.audio.headphone",
    "electronics.clocks",
    "appliances.kitchen.kettle",
    "appliances.environment.vacuum",
    "apparel.shoes",
    "apparel.shoes.keds",
    "furniture.living_room.sofa",
    "kids.toys",
    "sport.bicycle",
    None,
    None,
)

BRANDS = ("arvento", "bluemoor", "calder", "dunova", "elmhaus", "fjelda", "grano", "hilvar", None)
PRODUCTS = 600
SESSIONS_EACH = 10**4  # more than any customer has, so that no session number is given twice
Visits = dict[str, np.ndarray]


def unit(draw: Draw, place: Integers, seed: int) -> SampleBlock:
    """One unit of customers with everything they looked at and bought, in order of time."""
    key = serial(place, seed, first=500_000_000, span=400_000_000)
    goods = catalogue_of(seed)
    taste, hour = draw.whole(0, len(CODES) - 1), draw.whole(7, 22)
    months = list(visit_months(draw))
    visits = _sessions(draw, months, hour)
    events = _events(draw, visits, goods, taste)
    events = {name: column[np.argsort(events["second"], kind="stable")] for name, column in events.items()}
    return SampleBlock(
        pa.array(key), {"events": _written_events(events, goods, key, place, seed)}, _months(months, key)
    )


SHOP = SampleBusiness("shop", unit, rows=2500, key="user_id", as_of="2026-06-01", fixed=("product_id", "category_id"))


def catalogue_of(seed: int) -> dict[str, np.ndarray]:
    """The shop's products: category, brand and price of each."""
    draw = make_draw("shop catalogue", seed, 0, PRODUCTS)
    code = draw.level([1 / len(CODES)] * len(CODES))
    price = rounded(np.exp(rounded(3.2 + 0.18 * (len(CODES) - code) + 0.8 * draw.normal())), 2)
    return {
        "product_id": 1_000_000 + 53 * np.arange(PRODUCTS) * 1000 + draw.whole(0, 999),
        "code": code,
        "brand": draw.level([0.16, 0.14, 0.13, 0.12, 0.1, 0.09, 0.08, 0.06, 0.12]),
        "price": np.where(draw.happens(np.full(PRODUCTS, 0.004)), 0.0, np.maximum(price, 0.77)),
    }


def _sessions(draw: Draw, months: list[ShopMonth], hour: Integers) -> Visits:
    """Every visit with its customer, its start, what it led to and how many things were looked at."""
    who = np.concatenate([m.who for m in months])
    bought = np.concatenate([m.bought for m in months])
    first = np.concatenate([np.full(len(m.who), m.first) for m in months])
    days = np.concatenate([np.full(len(m.who), m.days) for m in months])
    when, clock, looks, puts, drops = draw.source.random((5, len(who)))
    at = np.clip(hour[who] * 3600 + np.floor((clock - 0.5) * 6 * 3600), 0, DAY - 7200)
    cart = (bought & (puts < 0.9)) | (~bought & (puts < 0.22))
    return {
        "who": who,
        "start": ((first + np.floor(when * days)) * DAY + at).astype(np.int64),
        "views": 1 + np.floor(7 * rounded(looks**2.5)).astype(np.int64),
        "cart": cart,
        "bought": bought,
        "dropped": cart & ~bought & (drops < 0.35),
    }


def _events(draw: Draw, v: Visits, goods: dict[str, np.ndarray], taste: Integers) -> Visits:
    """Every event of every visit: first what was looked at, then the cart, then a purchase or a change of mind."""
    length = v["views"] + v["cart"] + (v["bought"] | v["dropped"])
    visit = np.repeat(np.arange(len(length)), length)
    step = np.arange(len(visit)) - np.repeat(np.cumsum(length) - length, length)
    view = step < v["views"][visit]
    last = (step == length[visit] - 1) & ~view
    ends = np.where(v["bought"], BUY, np.where(v["dropped"], REMOVE, CART))[visit]
    pause, pick = draw.source.random((2, len(visit)))
    seen = _looked_at(pick, goods, taste[v["who"][visit]])
    of_view = np.where(view, np.arange(len(visit)), np.arange(len(visit)) - (step - v["views"][visit] + 1))
    return {
        "visit": visit,
        "who": v["who"][visit],
        "second": v["start"][visit] + step * 15 + np.floor(pause * 14).astype(np.int64),
        "kind": np.where(view, VIEW, np.where(last, ends, CART)),
        "product": seen[of_view],
    }


def _looked_at(pick: np.ndarray, goods: dict[str, np.ndarray], taste: Integers) -> Integers:
    """The product of each view: mostly of the category the customer likes, else anything."""
    order = np.argsort(goods["code"], kind="stable")
    start = np.searchsorted(goods["code"][order], np.arange(len(CODES) + 1))
    liked, many = pick < 0.6, (start[1:] - start[:-1])[taste]
    inside = start[taste] + np.floor(pick / 0.6 * many).astype(np.int64)
    anything = np.floor((pick - 0.6) / 0.4 * PRODUCTS).astype(np.int64)
    return order[np.where(liked, np.minimum(inside, PRODUCTS - 1), np.clip(anything, 0, PRODUCTS - 1))]


def _written_events(e: Visits, goods: dict[str, np.ndarray], key: Integers, place: Integers, seed: int) -> pa.Table:
    """The events as the log writes them."""
    number, where = np.unique(e["visit"], return_inverse=True)
    session = uuids(place[0] * SESSIONS_EACH + number, seed)
    code = goods["code"][e["product"]]
    columns = {
        "event_time": moments(e["second"], " UTC"),
        "event_type": words(e["kind"], KINDS),
        "product_id": goods["product_id"][e["product"]],
        "category_id": 2_053_013_550_000_000_000 + 7_919_000_003 * code,
        "category_code": words(code, CODES),
        "brand": words(goods["brand"][e["product"]], BRANDS),
        "price": goods["price"][e["product"]],
        "user_id": key[e["who"]],
        "user_session": session.take(pa.array(where)),
    }
    return pa.table(columns)


def _months(months: list[ShopMonth], key: Integers) -> pa.Table:
    """For each month and customer seen before: the true probability of no visit, and of no purchase, in that month."""
    kept = range(2, MONTHS)
    chosen = [np.nonzero(months[m].known)[0] for m in kept]
    pairs = list(zip(kept, chosen, strict=True))
    bought = [np.bincount(m.who[m.bought], minlength=len(key)) for m in months]
    columns = {
        "user_id": key[np.concatenate(chosen)],
        "as_of": dates(np.concatenate([np.full(len(who), FIRST_VISIT_DAYS[m]) for m, who in pairs])),
        "probability": np.concatenate([months[m].no_visit[who] for m, who in pairs]),
        "no_purchase": np.concatenate([months[m].no_purchase[who] for m, who in pairs]),
        "left": np.concatenate([months[m].visits[who] == 0 for m, who in pairs]),
        "left_buying": np.concatenate([bought[m][who] == 0 for m, who in pairs]),
    }
    return pa.table(columns)
