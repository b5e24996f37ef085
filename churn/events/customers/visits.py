"""Features of a log that need a second grouping: sessions, and how varied a customer's choices are."""

from __future__ import annotations

from typing import Any

from churn.events.customers.activity import measured, windowed
from churn.events.engines.engine import Engine, number
from churn.events.log.day_sums import known_before
from churn.events.log.entries import Entries
from churn.events.log.instants import day_of
from churn.events.recipe.features import Block, Cut, Feature, one_if, ratio, told
from churn.events.recipe.recipes import Measure, Variety
from churn.notices import Notice
from churn.schema import Column

DAY, MINUTE = 86_400, 60


def visit_blocks(engine: Engine, log: Entries, at: Cut) -> tuple[Block, ...]:
    """Blocks for the sessions and the varieties whose columns the files have."""
    blocks = [_sessions(engine, log, at)] if log.has("session") else []
    blocks += [_variety(engine, log, at, v) for v in log.table.varieties if log.has(f"{v.name} column")]
    return tuple(blocks)


def _sessions(engine: Engine, log: Entries, at: Cut) -> Block:
    """Exact distinct sessions by two group-bys; entries without a session are in none."""
    rows, prefix = known_before(log, at), log.table.prefix
    moment = rows.day * DAY + rows.second
    each = rows.group_by(["key", "session"]).agg(entries=rows.count(), start=moment.min(), end=moment.max())
    each = each.mutate(day=day_of(each.end), real=one_if(each.session.notnull()))
    measure = Measure(f"{'session'}s", "Sessions", group="Sessions")
    grouped = each.group_by("key").agg(
        inside=(each.entries * each.real).sum(),
        outside=(each.entries * (1 - each.real)).sum(),
        seconds=((each.end - each.start) * each.real).sum(),
        **windowed(measure.name, each.real, each.day, at),
    )
    people = engine.kept(grouped, near="key")
    features = measured(measure, people, at, prefix)
    for formula, unit in ((session_events, ""), (session_minutes, "minutes")):
        features.append(told(formula, people, at, prefix=prefix, group="Sessions", unit=unit))
    return Block(people, tuple(features), _outside(engine, log, people))


def _outside(engine: Engine, log: Entries, people: Any) -> tuple[Notice, ...]:
    lost = number(engine, people.outside.sum())
    text = f"{log.table.name}: {lost:,} entries before the date have no session and count in none."
    return (Notice("info", text, count=lost),) if lost else ()


def session_events(people: Any, at: Cut) -> Any:
    """Mean number of events in a session."""
    return ratio(people.inside, people.sessions)


def session_minutes(people: Any, at: Cut) -> Any:
    """Mean minutes from the first to the last event of a session."""
    return ratio(people.seconds, people.sessions * MINUTE)


def _variety(engine: Engine, log: Entries, at: Cut, variety: Variety) -> Block:
    """Exact distinct values by two group-bys; entries without a value are left out."""
    rows = known_before(log, at).select("key", value=f"{variety.name} column")
    rows = rows.filter(rows["value"].notnull())
    each = rows.group_by(["key", "value"]).agg(entries=rows.count())
    people = engine.kept(
        each.group_by("key").agg(different=each.count(), most=each.entries.max(), entries=each.entries.sum()),
        near="key",
    )
    prefix, meaning = f"{log.table.prefix}{variety.name}", variety.meaning
    different = Column(
        f"{prefix}_variety", unit="count", group=variety.group, meaning=f"{meaning}: how many different ones"
    )
    favourite = Column(
        f"{prefix}_favourite_share",
        unit="share",
        group=variety.group,
        meaning=f"{meaning}: share of the most frequent one",
    )
    return Block(
        people, (Feature(different, people.different, 0.0), Feature(favourite, ratio(people.most, people.entries)))
    )
