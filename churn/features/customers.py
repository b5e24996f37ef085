"""Features of a members table: what is known of each customer that does not change by the day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from churn.errors import ListRefused
from churn.features.activity import measure_features, window_sums
from churn.features.definitions import Cut, EventBlock, Feature, feature_from, in_units, one_if, ratio
from churn.features.engines.base import Engine, fetch_number
from churn.features.ledger import Ledger
from churn.features.logs import Entries, Source, known_before, parse_day, seconds, whole_parts, words, yes_or_no
from churn.features.recipe import Measure, RecipeField, TableRecipe, Variety, match_columns
from churn.features.sources import raw_table
from churn.notices import Notice
from churn.schema import Column

EXACT = 1_000  # numbers are carried over to three digits


def member_block(engine: Engine, table: TableRecipe, source: Source, at: Cut, named: Mapping[str, str]) -> EventBlock:
    """The members' own columns, one row per customer; of a customer who stands twice, the least of each column."""
    raw = raw_table(engine, source)
    found = match_columns(table, raw.columns, named)
    fields = [f for f in table.fields if f"{f.name} column" in found]
    columns = {f.name: _value(f, raw[found[f"{f.name} column"]]) for f in fields}
    rows = raw.select(key=words(raw[found["key"]]), **columns)
    rows = rows.filter(rows.key.notnull())
    people = engine.kept(rows.group_by("key").agg(**{f.name: rows[f.name].min() for f in fields}), near="key")
    return EventBlock(people, tuple(_feature(table, f, people[f.name], at) for f in fields))


def _value(field: RecipeField, column: Any) -> Any:
    """The cell as a whole number, a flag, text, or seconds since 1970."""
    if field.kind == "number":
        return whole_parts(column, EXACT, field.low, field.high)
    if field.kind == "flag":
        return yes_or_no(column, keep_empty=True)
    if field.kind == "date":
        return seconds(column)
    return words(column)


def _feature(table: TableRecipe, field: RecipeField, column: Any, at: Cut) -> Feature:
    words: dict[str, Any] = {"kind": field.kind, "group": field.group, "lever": field.lever, "meaning": field.meaning}
    if field.kind == "date":
        words |= {"kind": "number", "unit": "days"}
        column = _days_before(parse_day(column), at)
    elif field.kind == "number":
        column = in_units(column, EXACT)
    elif field.kind == "flag":
        column = column == 1
    return Feature(Column(table.prefix + field.name, **words), column)


def _days_before(day: Any, at: Cut) -> Any:
    """Days from a date to the cut-off; a date that was still to come is not known yet."""
    import ibis

    return ibis.ifelse(day < at.day, at.day - day, ibis.null().cast("int64"))


# Who is a customer on a date: not bots, not those who only ever looked, not those who are gone already.


Keep = Callable[[Any], Any]
_BOTS = "are likely no people, with more than {:,} events in a day, and were left out"
_SILENT = "were silent for more than {} days already and count as gone"
_PAID = "have paid beyond the {} days and cannot leave in them"


def select_customers(ledger: Ledger, main: EventBlock, at: Cut, horizon: int | None) -> tuple[Any, tuple[Notice, ...]]:
    """Who is a customer on the date, and how many are not, with the reason."""
    reasons = _reasons(ledger, at, horizon or ledger.recipe.horizon)
    people, notices = main.rows, []
    for text, keep in reasons:
        kept = keep(people)
        left_out = fetch_number(ledger.engine, (~kept).fill_null(True).sum())
        people = people.filter(kept)
        if left_out:
            notices.append(Notice("set_aside", f"{left_out:,} {text}.", count=left_out))
    if not fetch_number(ledger.engine, people.count()):
        raise ListRefused("Nobody is a customer on that date.", "Choose another date, or look at the recipe's rules.")
    return people, tuple(notices)


def _reasons(ledger: Ledger, at: Cut, horizon: int) -> list[tuple[str, Keep]]:
    """What keeps people out of the table, said of their number, and the rows that stay."""
    recipe, busiest = ledger.recipe, ledger.recipe.main.busiest
    expiring, silent = recipe.population == "expiring", recipe.rule == "inactivity"
    reasons: list[tuple[bool, str, Keep]] = [
        (silent and busiest > 0, _BOTS.format(busiest), lambda p: p.busiest <= busiest),
        (silent, "were seen but never active before the date and are not customers yet", lambda p: p["last"].notnull()),
        (silent and recipe.alive > 0, _SILENT.format(recipe.alive), lambda p: at.day - p["last"] <= recipe.alive),
        (not silent, "had no paid time left on the date and count as gone", lambda p: p["expires now"] >= at.day),
        (not silent and expiring, _PAID.format(horizon), lambda p: p["expires now"] < at.day + horizon),
    ]
    return [(text, keep) for holds, text, keep in reasons if holds]


# Features of a log that need a second grouping: sessions, and how varied a customer's choices are.


DAY, MINUTE = 86_400, 60


def visit_blocks(engine: Engine, log: Entries, at: Cut) -> tuple[EventBlock, ...]:
    """Blocks for the sessions and the varieties whose columns the files have."""
    blocks = [_sessions(engine, log, at)] if log.has("session") else []
    blocks += [_variety(engine, log, at, v) for v in log.table.varieties if log.has(f"{v.name} column")]
    return tuple(blocks)


def _sessions(engine: Engine, log: Entries, at: Cut) -> EventBlock:
    """Exact distinct sessions by two group-bys; entries without a session are in none."""
    rows, prefix = known_before(log, at), log.table.prefix
    moment = rows.day * DAY + rows.second
    each = rows.group_by(["key", "session"]).agg(entries=rows.count(), start=moment.min(), end=moment.max())
    each = each.mutate(day=parse_day(each.end), real=one_if(each.session.notnull()))
    measure = Measure(f"{'session'}s", "Sessions", group="Sessions")
    grouped = each.group_by("key").agg(
        inside=(each.entries * each.real).sum(),
        outside=(each.entries * (1 - each.real)).sum(),
        seconds=((each.end - each.start) * each.real).sum(),
        **window_sums(measure.name, each.real, each.day, at),
    )
    people = engine.kept(grouped, near="key")
    features = measure_features(measure, people, at, prefix)
    for formula, unit in ((session_events, ""), (session_minutes, "minutes")):
        features.append(feature_from(formula, people, at, prefix=prefix, group="Sessions", unit=unit))
    return EventBlock(people, tuple(features), _outside(engine, log, people))


def _outside(engine: Engine, log: Entries, people: Any) -> tuple[Notice, ...]:
    lost = fetch_number(engine, people.outside.sum())
    text = f"{log.table.name}: {lost:,} entries before the date have no session and count in none."
    return (Notice("info", text, count=lost),) if lost else ()


def session_events(people: Any, at: Cut) -> Any:
    """Mean number of events in a session."""
    return ratio(people.inside, people.sessions)


def session_minutes(people: Any, at: Cut) -> Any:
    """Mean minutes from the first to the last event of a session."""
    return ratio(people.seconds, people.sessions * MINUTE)


def _variety(engine: Engine, log: Entries, at: Cut, variety: Variety) -> EventBlock:
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
    return EventBlock(
        people, (Feature(different, people.different, 0.0), Feature(favourite, ratio(people.most, people.entries)))
    )
