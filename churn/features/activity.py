"""Features of a log: how recently, how often, how much, in what rhythm, and whether it is getting more or less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from churn.features.definitions import Cut, EventBlock, Feature, Formula, feature_from, in_units, ratio, spread
from churn.features.engines.base import Engine
from churn.features.ledger import Outage, fill_silent_days
from churn.features.logs import HOURS, Entries, available_measures, known_days
from churn.features.recipe import Measure, RecipeRate
from churn.schema import Column

ACTIVE = Measure("active_days", "Days with activity")
MONTH = 30


def active_block(engine: Engine, log: Entries, at: Cut, silent: tuple[Outage, ...] = ()) -> EventBlock:
    """What a log says of each customer before the date, added up once and kept."""
    people = engine.kept(_people(log, at, silent), near="key")
    return EventBlock(people, tuple(_features(log, people, at)))


def _people(log: Entries, at: Cut, silent: tuple[Outage, ...]) -> Any:
    """One row per customer: every sum the features stand on, and the silences between active days beside them."""
    import ibis

    days = known_days(log, at)
    if silent:
        days = _add_filled_days(days, silent)
    sums = {name: days[name].sum() for name in HOURS if name in days.columns}
    for measure in (ACTIVE, *available_measures(log)):
        sums |= window_sums(measure.name, days.active if measure is ACTIVE else days[measure.name], days.day, at)
    people = days.group_by("key").agg(
        first=days.day.min(),
        last=days.day.max(where=days.active == 1),
        seen=days.day.max(),
        busiest=days.entries.max(),
        weekend=ibis.ifelse((days.day + 3) % 7 >= 5, days.active, 0).sum(),
        **sums,
    )
    return people.left_join(sum_silences(days.filter(days.active == 1)), "key").drop("key_right")


def sum_silences(days: Any) -> Any:
    """The days between one active day and the next of each customer, as whole-number sums."""
    import ibis

    before = days.day.lag().over(ibis.window(group_by="key", order_by="day"))
    gaps = days.select("key", gap=days.day - before)
    return gaps.group_by("key").agg(
        gaps=gaps.gap.count(), gap_sum=gaps.gap.sum(), gap_squares=(gaps.gap * gaps.gap).sum(), longest=gaps.gap.max()
    )


def _add_filled_days(days: Any, silent: tuple[Outage, ...]) -> Any:
    """The days and, for silent ones, days that count as active and add nothing else."""
    extra = fill_silent_days(days.filter(days.active == 1), silent).anti_join(days, ["key", "day"])
    nothing = {name: 0 for name in days.columns if name not in ("key", "day", "active")}
    return days.union(extra.mutate(active=1, **nothing).select(*days.columns).cast(days.schema()))


def window_sums(name: str, column: Any, day: Any, at: Cut) -> dict[str, Any]:
    """The sums one measure needs: so far, in each window, and in the span its trend compares with."""
    import ibis

    since = {_last(name, days): day >= at.day - days for days in at.windows}
    since[f"{name} before"] = (day >= at.day - 2 * at.middle) & (day < at.day - at.middle)
    return {name: column.sum()} | {part: ibis.ifelse(when, column, 0).sum() for part, when in since.items()}


def _features(log: Entries, people: Any, at: Cut) -> list[Feature]:
    table, prefix = log.table, log.table.prefix
    features = [
        feature_from(f, people, at, prefix=prefix, group=g, unit=u)
        for f, g, u in RHYTHM
        if f is not seen_days or table.active
    ]
    if table.hours:
        features += [_hours(prefix, people, name) for name in HOURS]
    for measure in (ACTIVE, *available_measures(log)):
        features += measure_features(measure, people, at, prefix)
    known = {m.name: m for m in available_measures(log)}
    for rate in (r for r in table.rates if set(known) >= {*r.of, *r.to}):
        features += _rates(rate, known, people, at, prefix)
    return features


def _rates(rate: RecipeRate, known: Mapping[str, Measure], people: Any, at: Cut, prefix: str) -> list[Feature]:
    """One sum over another, so far and in each window, each in its own unit."""
    words: dict[str, Any] = {"unit": rate.unit, "group": rate.group, "lever": rate.lever}
    made = []
    for ending, when in (("", "so far"), *((f"_{w}d", f"in the last {w} days") for w in at.windows)):
        part, whole = (
            sum(in_units(people[f"{n}{ending}"], known[n].exact * known[n].divide) for n in names)
            for names in (rate.of, rate.to)
        )
        made.append(
            _feature(f"{prefix}{rate.name}{ending}", f"{rate.meaning}, {when}", ratio(part, whole), None, **words)
        )
    return made


def measure_features(measure: Measure, people: Any, at: Cut, prefix: str = "") -> list[Feature]:
    """The columns one measure makes: so far, in each window, its pace, its trend, and its value per month."""
    name, meaning = measure.name, measure.meaning
    parts = measure.exact * measure.divide
    words: dict[str, Any] = {"group": measure.group, "lever": measure.lever}
    made: list[Feature] = []
    if "total" in measure.make:
        made.append(
            _feature(
                prefix + name, f"{meaning}, so far", in_units(people[name], parts), 0.0, unit=measure.unit, **words
            )
        )
    if "windows" in measure.make:
        for days in at.windows:
            value, text = in_units(people[_last(name, days)], parts), f"{meaning} in the last {days} days"
            made.append(_feature(prefix + _last(name, days), text, value, 0.0, unit=measure.unit, **words))
    if "pace" in measure.make:
        text = f"{meaning}: a day of the last {at.short} against a day of the last {at.long} (1 is the same)"
        pace = ratio(people[_last(name, at.short)] * at.long, people[_last(name, at.long)] * at.short)
        made.append(_feature(f"{prefix}{name}_pace", text, pace, None, **words))
    if "trend" in measure.make:
        text = f"{meaning}: the last {at.middle} days against the {at.middle} before (-1 stopped, 0 the same, 1 new)"
        newer, before = people[_last(name, at.middle)], people[f"{name} before"]
        made.append(_feature(f"{prefix}{name}_trend", text, ratio(newer - before, newer + before), None, **words))
    if measure.value:
        made.append(_per_month(measure, people, at))
    return made


def _per_month(measure: Measure, people: Any, at: Cut) -> Feature:
    import ibis

    seen = ibis.greatest(ibis.least(at.day - people["first"], at.long), MONTH)
    value = in_units(ratio(people[_last(measure.name, at.long)] * MONTH, seen), measure.exact * measure.divide)
    text = f"{measure.meaning} in {MONTH} days, over the last {at.long} or since the first day if that is later"
    return _feature("monthly_value", text, value, 0.0, unit="money", role="value", group=measure.group)


def _hours(prefix: str, people: Any, name: str) -> Feature:
    start, end = HOURS[name]
    total = sum(people[n] for n in HOURS)
    text = f"Share of events between {start}:00 and {end}:00"
    return _feature(f"{prefix}{name}_share", text, ratio(people[name], total), None, unit="share", group="Rhythm")


def _feature(name: str, meaning: str, value: Any, absent: float | None, **words: Any) -> Feature:
    return Feature(Column(name, meaning=meaning, **words), value, absent)


def _last(name: str, days: int) -> str:
    return f"{name}_{days}d"


def recency_days(people: Any, at: Cut) -> Any:
    """Days since the customer was last active."""
    return at.day - people["last"]


def seen_days(people: Any, at: Cut) -> Any:
    """Days since the customer did anything at all."""
    return at.day - people.seen


def tenure_days(people: Any, at: Cut) -> Any:
    """Days since the customer was first seen."""
    return at.day - people["first"]


def gap_mean(people: Any, at: Cut) -> Any:
    """Mean days from one active day to the next."""
    return ratio(people.gap_sum, people.gaps)


def gap_max(people: Any, at: Cut) -> Any:
    """Longest silence so far that ended, in days."""
    return people.longest


def gap_std(people: Any, at: Cut) -> Any:
    """How unevenly active days are spaced: standard deviation of the days between them."""
    return spread(people.gaps, people.gap_sum, people.gap_squares)


def overdue(people: Any, at: Cut) -> Any:
    """Days since last active over the usual days between active days; above 1 is later than usual."""
    return ratio((at.day - people["last"]) * people.gaps, people.gap_sum)


def weekend_share(people: Any, at: Cut) -> Any:
    """Share of active days that are Saturdays or Sundays."""
    return ratio(people.weekend, people.active_days)


RHYTHM: tuple[tuple[Formula, str, str], ...] = (
    (recency_days, "Recency", "days"),
    (seen_days, "Recency", "days"),
    (tenure_days, "Recency", "days"),
    (gap_mean, "Rhythm", "days"),
    (gap_max, "Rhythm", "days"),
    (gap_std, "Rhythm", "days"),
    (overdue, "Rhythm", ""),
    (weekend_share, "Rhythm", "share"),
)
