"""Features of a log that need a second grouping: sessions, and how varied a customer's choices are."""

from __future__ import annotations

from typing import Any

from churn.events.activity import known_before, measured, windowed
from churn.events.engine import Engine
from churn.events.entries import Entries
from churn.events.features import Block, Cut, Feature, ratio, told
from churn.events.recipes import Measure, Variety
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
    each = rows.group_by(["key", "session"]).agg(
        day=rows.day.max(), entries=rows.count(), lasted=moment.max() - moment.min()
    )
    real = each.session.notnull()
    measure = Measure(f"{'session'}s", "Sessions", group="Sessions")
    sums = windowed(measure.name, real.cast("int64"), at.day - each.day, at)
    grouped = each.group_by("key").agg(
        number=real.sum(),
        inside=each.entries.sum(where=real).fill_null(0),
        outside=each.entries.sum(where=~real).fill_null(0),
        seconds=each.lasted.sum(where=real).fill_null(0),
        **sums,
    )
    people = engine.kept(grouped)
    features = measured(measure, people, at, prefix)
    for formula, unit in ((session_events, ""), (session_minutes, "minutes")):
        features.append(told(formula, people, at, prefix=prefix, group="Sessions", unit=unit))
    return Block(people, tuple(features), _outside(engine, log, people))


def _outside(engine: Engine, log: Entries, people: Any) -> tuple[Notice, ...]:
    number = int(engine.rows(people.agg(n=people.outside.sum()))["n"][0].as_py() or 0)
    text = f"{log.table.name}: {number:,} entries before the date have no session and count in none."
    return (Notice("info", text, count=number),) if number else ()


def session_events(people: Any, at: Cut) -> Any:
    """Mean number of events in a session."""
    return ratio(people.inside, people.number)


def session_minutes(people: Any, at: Cut) -> Any:
    """Mean minutes from the first to the last event of a session."""
    return ratio(people.seconds, people.number * MINUTE)


def _variety(engine: Engine, log: Entries, at: Cut, variety: Variety) -> Block:
    """Exact distinct values by two group-bys; entries without a value are left out."""
    rows = known_before(log, at).select("key", value=f"{variety.name} column")
    rows = rows.filter(rows["value"].notnull())
    each = rows.group_by(["key", "value"]).agg(entries=rows.count())
    people = engine.kept(
        each.group_by("key").agg(different=each.count(), most=each.entries.max(), entries=each.entries.sum())
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
