"""The life of a music subscriber, month by month: listening that fades, plans that run out, renewing or leaving.

Whether a member renews leans only on what the tables show by the end of the month before: days with listening in the
two months before, automatic renewal, a discount, earlier cancellations, the plan. So what is true can be learnt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from churn.samples.files import SampleBlock, SampleBusiness
from churn.samples.random import Draw, Flags, Floats, Integers, chance, date_numbers, dates, first_days, rounded, tokens

MONTHS = 12
FIRST_DAYS = first_days("2025-07", MONTHS)
LOGGED_FROM = 6  # listening is written down from January 2026 on
NEVER = 10**6
HABIT, LIKING = -0.35, 1.15  # log-odds of listening on a day, and how much taste adds
PLAN_DAYS = np.array([30, 31, 90, 180, 365])
PLAN_PRICE = np.array([149, 149, 447, 799, 1490])
Payment = dict[str, np.ndarray]


@dataclass(frozen=True)
class Life:
    """What members are and where they stand; every month makes a new one of it."""

    registered: Integers
    joins: Integers  # the month of the first payment; -1: before the first month
    auto: Flags
    plan: Integers
    method: Integers
    promoted: Flags
    taste: Floats
    until: Integers
    fading: Integers
    cancels: Integers
    listened: tuple[Integers, Integers]  # days with listening last month, and the month before


@dataclass(frozen=True)
class MusicMonth:
    """What happened in one month: payments, days of listening, and the decisions of those whose plan ran out."""

    first: int
    payments: list[Payment]
    listened: Flags
    less: Integers
    deciding: Integers
    expires: Integers
    probability: Floats
    left: Flags


def new_life(draw: Draw) -> Life:
    """Members as they stand before the first month."""
    old = draw.happens(np.full(draw.size, 0.62))
    joins = np.where(old, -1, draw.whole(0, MONTHS - 3))
    ages_ago = np.floor(3200 * rounded(draw.uniform() ** 1.6, 9)).astype(np.int64) + 40
    auto = draw.happens(np.full(draw.size, 0.79))
    plan = np.where(auto, 0, 1 + draw.level([0.74, 0.13, 0.08, 0.05]))
    auto_method = np.array([41, 40, 39, 37, 34])[draw.level([0.62, 0.13, 0.12, 0.08, 0.05])]
    own_method = np.array([38, 36, 32, 22, 12])[draw.level([0.40, 0.20, 0.20, 0.10, 0.10])]
    taste, nobody = draw.normal(), np.zeros(draw.size, np.int64)
    usual = np.where(old, np.floor(30 * chance(HABIT + LIKING * taste)), 0).astype(np.int64)
    return Life(
        registered=np.where(old, FIRST_DAYS[0] - ages_ago, np.array(FIRST_DAYS)[joins] + draw.whole(0, 20)),
        joins=joins,
        auto=auto,
        plan=plan,
        method=np.where(auto, auto_method, own_method),
        promoted=draw.happens(np.where(old, 0.10, 0.38)),
        taste=taste,
        until=np.full(draw.size, NEVER),
        fading=nobody,
        cancels=nobody,
        listened=(usual, usual),
    )


def member_months(draw: Draw, life: Life) -> Iterator[MusicMonth]:
    """Each month in turn: new members pay, everybody listens, plans that run out are renewed or not."""
    for month in range(MONTHS):
        first, end = FIRST_DAYS[month], FIRST_DAYS[month + 1]
        life, arrivals = _arrivals(draw, life, month)
        life, returns = _returns(draw, life, first, end)
        life = _faded(draw, life)
        deciding = np.nonzero((life.until >= first) & (life.until < end))[0]
        expires, risk = life.until[deciding], chance(leaving(life))
        left = draw.happens(risk)[deciding]
        willing, before = _willing(draw, life, first, end), life.until
        life, cancels = _cancels(draw, life, deciding, left, first)
        life, renewals = _renewals(draw, life, deciding[~left], first)
        heard = willing & _running(life, before, renewals, np.arange(first, end))
        life = replace(life, listened=(heard.sum(axis=1), life.listened[0]))
        payments = [*arrivals, returns, cancels, renewals]
        yield MusicMonth(first, payments, heard, life.fading, deciding, expires, risk[deciding], left)


def leaving(life: Life) -> Floats:
    """The log-odds that nothing new is bought within 30 days, from what is known at the end of the month before."""
    last, before = life.listened
    return rounded(
        -3.55
        + 2.30 * ~life.auto
        + 0.19 * np.clip(before - last, 0, 14) * np.where(life.auto, 1.0, 0.7)
        - 0.055 * last
        + 1.35 * (last <= 2)
        + 1.05 * life.promoted
        + 0.60 * np.minimum(life.cancels, 2)
        + 0.50 * (life.plan >= 2)
        + 0.60 * (~life.auto & (last <= 5))
    )


def _arrivals(draw: Draw, life: Life, month: int) -> tuple[Life, list[Payment]]:
    """First payments: of this month's new members, and in the first month of those who were there already."""
    first = FIRST_DAYS[month]
    new = np.nonzero(life.joins == month)[0]
    back = np.floor(PLAN_DAYS[life.plan] * draw.uniform()).astype(np.int64) + 1
    life, paid = _paid(life, new, life.registered[new])
    if month > 0:
        return life, [paid]
    old = np.nonzero(life.joins < 0)[0]
    life, paid_before = _paid(life, old, np.maximum(first - back[old], life.registered[old]))
    return life, [paid, paid_before]


def _returns(draw: Draw, life: Life, first: int, end: int) -> tuple[Life, Payment]:
    """Some who left more than a month ago come back."""
    back = draw.happens(np.where(life.until < first - 31, 0.035, 0.0))
    day = draw.whole(first, end - 1)
    who = np.nonzero(back)[0]
    return _paid(replace(life, fading=np.where(back, 0, life.fading)), who, day[who])


def _faded(draw: Draw, life: Life) -> Life:
    """Interest is lost for a while: each month of it there is less listening, until it comes back or is gone."""
    starts = draw.happens(np.where(life.fading == 0, 0.055, 0.0))
    recovers = draw.happens(np.where(life.fading > 0, 0.16, 0.0))
    return replace(life, fading=np.where(recovers, 0, np.minimum(life.fading + (starts | (life.fading > 0)), 4)))


def _willing(draw: Draw, life: Life, first: int, end: int) -> Flags:
    """The days of the month on which each member would listen."""
    days = np.arange(first, end)
    weekend = (days + 3) % 7 >= 5
    habit = HABIT + LIKING * life.taste - 1.05 * life.fading + 0.2 * draw.normal()
    return draw.happens(chance(habit[:, None] + 0.25 * weekend[None, :]))


def _running(life: Life, before: Integers, renewals: Payment, days: Integers) -> Flags:
    """The days on which a plan runs: up to its end, and from the day of the renewal on; else nobody can listen."""
    again = np.full(len(before), NEVER)
    again[renewals["who"]] = renewals["paid"]
    old = days[None, :] <= before[:, None]
    new = (days[None, :] >= again[:, None]) & (days[None, :] <= life.until[:, None])
    return (old | new) & (days[None, :] >= life.registered[:, None]) & (before < NEVER)[:, None]


def _cancels(draw: Draw, life: Life, deciding: Integers, left: Flags, first: int) -> tuple[Life, Payment]:
    """Leaving an automatic renewal needs a cancellation; now and then somebody cancels and takes a plan again."""
    again = draw.happens(np.full(draw.size, 0.02))[deciding] & ~left
    early = draw.whole(0, 9)[deciding]
    cancelling = life.auto[deciding] & (left | again)
    who = deciding[cancelling]
    day = np.maximum(life.until[who] - early[cancelling], first)
    life = replace(life, cancels=life.cancels + np.bincount(who, minlength=draw.size))
    return life, _written_payments(life, who, day, day, cancel=True)


def _renewals(draw: Draw, life: Life, who: Integers, first: int) -> tuple[Life, Payment]:
    """The next payment of those who stay: on the day when it is automatic, else some days early or late."""
    late = np.where(draw.happens(np.full(draw.size, 0.25)), draw.whole(1, 24), draw.whole(-4, 0))[who]
    day = np.where(life.auto[who], life.until[who], np.maximum(life.until[who] + late, first))
    over = draw.happens(np.full(draw.size, 0.3)) & np.isin(np.arange(draw.size), who)
    return _paid(replace(life, promoted=life.promoted & ~over), who, day)


def _paid(life: Life, who: Integers, day: Integers) -> tuple[Life, Payment]:
    """A payment that starts the next plan when the running one ends, or at once."""
    running = np.where(life.until[who] < NEVER, np.maximum(life.until[who], day), day)
    until = life.until.copy()
    until[who] = running + PLAN_DAYS[life.plan[who]] + life.auto[who]
    return replace(life, until=until), _written_payments(life, who, day, until[who])


def _written_payments(life: Life, who: Integers, day: Integers, until: Integers, *, cancel: bool = False) -> Payment:
    price = PLAN_PRICE[life.plan[who]]
    return {
        "who": who,
        "paid": day,
        "until": until,
        "payment_method_id": life.method[who],
        "payment_plan_days": PLAN_DAYS[life.plan[who]],
        "plan_list_price": price,
        "actual_amount_paid": np.where(life.promoted[who], np.floor(price * 0.66).astype(np.int64), price),
        "is_auto_renew": life.auto[who].astype(np.int64),
        "is_cancel": np.full(len(who), int(cancel), np.int64),
    }


# A music subscription in three tables, with the column names of the KKBox lists: members, transactions, logs.
#
# A member's life is drawn month by month (`music_life`); here it is written down as the tables an export would
# hold.


CITIES = np.array([1, 13, 5, 4, 15, 22, 6, 14, 9, 8])
CITY_SHARES = (0.52, 0.12, 0.09, 0.07, 0.06, 0.05, 0.03, 0.03, 0.02, 0.01)
WAYS = np.array([7, 9, 3, 4, 13])


def unit(draw: Draw, place: Integers, seed: int) -> SampleBlock:
    """One unit of members with their payments, half a year of listening, and every decision to renew or not."""
    key = tokens(place, seed)
    life = new_life(draw)
    members = _members(draw, life, key)
    months = list(member_months(draw, life))
    tables = {"members": members, "transactions": _transactions(months, key), "logs": _logs(draw, life, months, key)}
    return SampleBlock(key, tables, _decisions(months, key))


DATES = ("registration_init_time", "transaction_date", "membership_expire_date", "date")
CODES = ("city", "registered_via", "payment_method_id")
MUSIC = SampleBusiness("music", unit, rows=3000, key="msno", as_of="2026-05-01", fixed=(*DATES, *CODES))


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


def _transactions(months: list[MusicMonth], key: pa.Array) -> pa.Table:
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


def _logs(draw: Draw, life: Life, months: list[MusicMonth], key: pa.Array) -> pa.Table:
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


def _decisions(months: list[MusicMonth], key: pa.Array) -> pa.Table:
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
