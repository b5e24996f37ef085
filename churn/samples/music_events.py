"""A music subscription in three tables, with the column names of the KKBox lists: members, transactions, logs.

A member's life is drawn month by month (`music_life`); here it is written down as the tables an export would hold.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from churn.samples.customer_blocks import Block, Business
from churn.samples.latent import Draw, Integers, rounded
from churn.samples.lettering import date_numbers, dates
from churn.samples.made_ids import tokens
from churn.samples.music_life import FIRST_DAYS, LOGGED_FROM, Life, Month, member_months, new_life

CITIES = np.array([1, 13, 5, 4, 15, 22, 6, 14, 9, 8])
CITY_SHARES = (0.52, 0.12, 0.09, 0.07, 0.06, 0.05, 0.03, 0.03, 0.02, 0.01)
WAYS = np.array([7, 9, 3, 4, 13])


def unit(draw: Draw, place: Integers, seed: int) -> Block:
    """One unit of members with their payments, half a year of listening, and every decision to renew or not."""
    key = tokens(place, seed)
    life = new_life(draw)
    members = _members(draw, life, key)
    months = list(member_months(draw, life))
    tables = {"members": members, "transactions": _transactions(months, key), "logs": _logs(draw, life, months, key)}
    return Block(key, tables, _decisions(months, key))


DATES = ("registration_init_time", "transaction_date", "membership_expire_date", "date")
CODES = ("city", "registered_via", "payment_method_id")
MUSIC = Business("music", unit, rows=3000, key="msno", as_of="2026-05-01", fixed=(*DATES, *CODES))


def _members(draw: Draw, life: Life, key: pa.Array) -> pa.Table:
    """Who is registered; age 0 and an empty gender are how such lists say that nobody asked."""
    told = draw.happens(np.full(draw.size, 0.46))
    woman = draw.happens(np.full(draw.size, 0.48))
    age = np.where(told, np.clip(np.round(29 + 9 * draw.normal()), 12, 90), 0).astype(np.int64)
    gender = pa.array(np.where(woman, "female", "male"), pa.string(), mask=~told)
    columns = {
        "msno": key,
        "city": CITIES[draw.level(CITY_SHARES)],
        "bd": age,
        "gender": gender,
        "registered_via": WAYS[draw.level([0.44, 0.32, 0.14, 0.06, 0.04])],
        "registration_init_time": date_numbers(life.registered),
    }
    return pa.table(columns)


def _transactions(months: list[Month], key: pa.Array) -> pa.Table:
    """Every payment and cancellation, in the order they happened."""
    parts = [payment for month in months for payment in month.payments]
    who, paid, until = (np.concatenate([p[part] for p in parts]) for part in ("who", "paid", "until"))
    order = np.lexsort((until, paid, who))
    order = order[paid[order] < FIRST_DAYS[-1]]  # an export of the last day does not know what is paid later
    columns = {"msno": key.take(pa.array(who[order]))}
    for name in ("payment_method_id", "payment_plan_days", "plan_list_price", "actual_amount_paid", "is_auto_renew"):
        columns[name] = np.concatenate([p[name] for p in parts])[order]
    columns["transaction_date"] = date_numbers(paid[order])
    columns["membership_expire_date"] = date_numbers(until[order])
    columns["is_cancel"] = np.concatenate([p["is_cancel"] for p in parts])[order]
    return pa.table(columns)


def _logs(draw: Draw, life: Life, months: list[Month], key: pa.Array) -> pa.Table:
    """One row per member and day with any listening."""
    who = np.concatenate([np.nonzero(m.listened)[0] for m in months[LOGGED_FROM:]])
    day = np.concatenate([np.nonzero(m.listened)[1] + m.first for m in months[LOGGED_FROM:]])
    less = np.concatenate([m.less[np.nonzero(m.listened)[0]] for m in months[LOGGED_FROM:]])
    order = np.lexsort((day, who))
    who, day, less = who[order], day[order], less[order]
    whole, cut, early, depth = draw.source.random((4, len(who)))
    usual = rounded(np.exp(2.9 + 0.55 * life.taste[who] - 0.35 * less))
    songs = np.floor(usual * (0.25 + 1.5 * whole)).astype(np.int64)
    skipped = np.floor(rounded((0.5 + 5.0 * cut**2) * (1 + 0.5 * less))).astype(np.int64)
    part = [np.floor(skipped * share).astype(np.int64) for share in (0.3, 0.2, 0.3)]
    seconds = songs * 243.0 + skipped * 31.0 + rounded(early * 90, 3)
    columns = {"msno": key.take(pa.array(who)), "date": date_numbers(day)}
    columns |= {"num_25": skipped, "num_50": part[0], "num_75": part[1], "num_985": part[2], "num_100": songs}
    heard = songs + skipped + part[0] + part[1] + part[2]
    columns["num_unq"] = np.maximum(np.floor(heard * rounded(0.55 + 0.45 * depth)).astype(np.int64), 1)
    columns["total_secs"] = rounded(np.maximum(seconds, 1.0), 3)
    return pa.table(columns)


def _decisions(months: list[Month], key: pa.Array) -> pa.Table:
    """Every expiry with the true probability that nothing new is bought within 30 days of it."""
    who = np.concatenate([m.deciding for m in months])
    known = np.concatenate([np.full(len(m.deciding), day) for m, day in zip(months, FIRST_DAYS, strict=False)])
    columns = {
        "msno": key.take(pa.array(who)),
        "as_of": dates(known),
        "expires": date_numbers(np.concatenate([m.expires for m in months])),
        "probability": np.concatenate([m.probability for m in months]),
        "left": np.concatenate([m.left for m in months]),
    }
    return pa.table(columns)
