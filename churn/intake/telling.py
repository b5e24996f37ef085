"""Telling: what was repaired in each column, in sentences with counts and lines."""

from __future__ import annotations

from collections.abc import Iterator

from churn.intake.kinds import Holding
from churn.intake.marks import same_words
from churn.intake.matching import Match
from churn.intake.numbers import number_of
from churn.intake.plans import Plan, level_of
from churn.notices import Notice, NoticeKind
from churn.schema import Schema


def told_column(plan: Plan, holding: Holding) -> Iterator[Notice]:
    """Every repair in one column; cells that could not be read are told by `checking`."""
    yield from _missing(plan, holding)
    if plan.column.kind == "number":
        yield from _numbers(plan, holding)
    elif plan.column.kind == "date":
        yield from _dates(plan, holding)
    elif plan.column.kind == "category":
        yield from _levels(plan, holding)


def told_matches(matches: tuple[Match, ...], extra: tuple[str, ...], absent: tuple[str, ...]) -> Iterator[Notice]:
    """Which headings were taken for which column, which need a word from the person, and which were ignored."""
    for m in matches:
        if m.doubtful:
            because = f" ({m.evidence})" if m.evidence else ""
            confirm = f"Confirm it with --map {_quoted(m.theirs, m.ours)}."
            text = f"{m.theirs} may be {m.ours}{because}; it was not used. {confirm}"
            yield Notice("warning", text, m.theirs)
        elif m.how in ("folded", "synonym") and m.theirs != m.ours:
            yield Notice("info", f"{m.theirs} was read as {m.ours}.", m.theirs)
    if extra:
        yield Notice(
            "info", f"{len(extra)} column(s) are not part of it and were ignored: {_few(extra)}.", count=len(extra)
        )
    if absent:
        yield Notice("warning", f"{len(absent)} column(s) are not in the list: {_few(absent)}.", count=len(absent))


def told_empty(schema: Schema, held: dict[str, Holding]) -> Iterator[Notice]:
    """Columns in which nothing stands at all."""
    empty = tuple(c.name for c in schema.columns if c.name in held and not held[c.name].filled)
    if empty:
        yield Notice("warning", f"{len(empty)} column(s) hold nothing at all: {_few(empty)}.", count=len(empty))


def _missing(plan: Plan, holding: Holding) -> Iterator[Notice]:
    name, blank = plan.column.name, plan.column.blank
    marks = {m: n for m, n in holding.missing.items() if m not in plan.kept}
    if plan.column.kind not in ("category", "text"):
        marks |= holding.nothing
    for mark in plan.kept & set(holding.missing):
        text = f"{holding.missing[mark]} cell(s) of {name} say {mark!r}, which was kept as a level, not as missing."
        yield Notice("warning", text, name, holding.missing[mark])
    count = sum(marks.values())
    if not count or count == holding.rows:
        return
    words = ", ".join(f"{n} {m!r}" if m else f"{n} blank" for m, n in sorted(marks.items(), key=lambda i: -i[1]))
    meant = f"as {blank!r}" if blank is not None else "as missing"
    kind: NoticeKind = "repaired" if blank is not None or set(marks) != {""} else "info"
    yield Notice(kind, f"{count} cell(s) of {name} were read {meant}: {words}.", name, count)


def _numbers(plan: Plan, holding: Holding) -> Iterator[Notice]:
    name, wrote = plan.column.name, holding.written
    read = [wrote[s] for s in (("comma", "either.", "either,") if plan.mark == "," else ()) if s in wrote]
    if read:
        line, text = read[0]
        yield Notice(
            "repaired",
            f"{name} is written with decimal commas: {text} was read as {number_of(text, ','):g}.",
            name,
            lines=(line,),
        )
    open_ones = [s for s in ("either.", "either,") if holding.says[s]]
    if open_ones and not (holding.says["point"] or holding.says["comma"]):
        line, text = wrote[open_ones[0]]
        one, other = number_of(text, plan.mark), number_of(text, "." if plan.mark == "," else ",")
        yield Notice(
            "warning", f"{text} in {name} was read as {one:g}, and could mean {other:g}. Check it.", name, lines=(line,)
        )
    if holding.currencies:
        code, (line, text) = next(iter(holding.currencies.items()))
        yield Notice(
            "repaired",
            f"{name} is in {code}: {text} was read as {number_of(text, plan.mark) or 0:g}.",
            name,
            lines=(line,),
        )
    if holding.shares:
        text = f"{holding.shares} cell(s) of {name} are written in percent; 12% was read as 0.12."
        yield Notice("repaired", text, name, holding.shares)


def _dates(plan: Plan, holding: Holding) -> Iterator[Notice]:
    name = plan.column.name
    if plan.order and (holding.orders["open"] or holding.orders[plan.order]):
        line, text = holding.dated.get(plan.order) or holding.dated["open"]
        words = "day" if plan.order == "day-first" else "month"
        yield Notice(
            "info", f"Dates in {name} are read {words} first, as in {text} (line {line}).", name, lines=(line,)
        )
    if holding.timed:
        yield Notice(
            "info", f"{holding.timed} time(s) of day in {name} were left out; the day was kept.", name, holding.timed
        )


def _levels(plan: Plan, holding: Holding) -> Iterator[Notice]:
    changed = {v: level_of(v, plan) for v in holding.levels}
    changed = {v: to for v, to in changed.items() if v != to}
    if changed:
        count = sum(holding.levels[v] for v in changed)
        words = ", ".join(f"{v!r} as {to!r}" for v, to in list(changed.items())[:3])
        yield Notice(
            "repaired",
            f"{count} cell(s) of {plan.column.name} were read by their usual spelling: {words}.",
            plan.column.name,
            count,
        )


def _quoted(theirs: str, ours: str) -> str:
    pair = f"{theirs}={ours}"
    return f"'{pair}'" if not same_words(pair).replace("=", "").replace("_", "").isalnum() else pair


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
