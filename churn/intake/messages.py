"""Telling: what was repaired in each column, in sentences with counts and lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from churn.intake.columns import Holding
from churn.intake.dates import parse_date
from churn.intake.guessing import names_a_date
from churn.intake.numbers import parse_number
from churn.intake.plans import ColumnPlan, read_level
from churn.notices import Notice, NoticeKind, do, many

# How programs count days and moments, from where to where that is a plausible one, and what it is called.
_SERIALS = (
    (20_000, 80_000, "days counted since 1900"),
    (190_001, 210_000, "months written as one number"),
    (600_000_000, 4_000_000_000, "seconds counted since 1970"),
    (600_000_000_000, 4_000_000_000_000, "milliseconds counted since 1970"),
)

_UNIT = r"[kmgt]b|k|m|bn|mins?|minutes?|hours?|h|days?|d|months?|km|pcs|gib|mib"

_NEARLY = (
    ("numbers with a unit", re.compile(rf"[-+]?[$€£]?[0-9][0-9.,]*\s?(?:{_UNIT})", re.IGNORECASE)),
    (
        "months or days without a full year",
        re.compile(r"[^\W\d_]{3,10}\.?[ /][0-9]{1,2}|[0-9]{1,2}[-. /]{1,2}[^\W\d_]{3,10}"),
    ),
    ("durations", re.compile(r"[0-9]{1,3}:[0-9]{2}(?::[0-9]{2})?")),
)

_SHORT_YEAR = re.compile(r"[^0-9][0-9]{2}$")


def repair_notices(plan: ColumnPlan, holding: Holding) -> Iterator[Notice]:
    """Every repair in one column; cells that could not be read are told by `checking`."""
    yield from _missing(plan, holding)
    yield from _marked(plan, holding)
    if plan.column.kind == "text":
        yield from _shortened(plan, holding)
        yield from _float_ids(plan, holding)
    if plan.column.kind == "number":
        yield from _numbers(plan, holding)
        yield from _serials(plan, holding)
    elif plan.column.kind == "date":
        yield from _dates(plan, holding)
    elif plan.column.kind == "category":
        yield from _levels(plan, holding)
    if plan.column.kind in ("category", "text"):
        yield from _united(plan, holding)


def _missing(plan: ColumnPlan, holding: Holding) -> Iterator[Notice]:
    name, blank = plan.column.name, plan.column.blank
    marks = {
        m: n for m, n in holding.missing.items() if m not in plan.kept and not (plan.column.may_be_empty and not m)
    }
    if plan.column.kind not in ("category", "text"):
        marks |= holding.nothing
    for mark in plan.kept & set(holding.missing):
        there = holding.missing[mark]
        said = f"{many(there, 'cell')} of {name} {do(there, 'says', 'say')} {mark!r}"
        yield Notice("warning", f"{said}, which was kept as a level, not as missing.", name, there)
    count = sum(marks.values())
    narrow = any(m.startswith("###") for m in marks)  # a spreadsheet's column that was too narrow for its numbers
    if not count or (count == holding.rows and not narrow):
        return
    words = ", ".join(f"{n} {m!r}" if m else f"{n} blank" for m, n in sorted(marks.items(), key=lambda i: -i[1]))
    meant = f"as {blank!r}" if blank is not None else "as missing"
    kind: NoticeKind = "repaired" if blank is not None or set(marks) != {""} else "info"
    text = f"{many(count, 'cell')} of {name} {do(count, 'was', 'were')} read {meant}: {words}."
    yield Notice(kind, text, name, count)


def _numbers(plan: ColumnPlan, holding: Holding) -> Iterator[Notice]:
    name, wrote = plan.column.name, holding.written
    read = [wrote[s] for s in (("comma", "either.", "either,") if plan.mark == "," else ()) if s in wrote]
    if read:
        line, text = read[0]
        yield Notice(
            "repaired",
            f"{name} is written with decimal commas: {text} was read as {parse_number(text, ','):g}.",
            name,
            lines=(line,),
        )
    open_ones = [s for s in ("either.", "either,") if holding.says[s]]
    if open_ones and not (holding.says["point"] or holding.says["comma"]):
        line, text = wrote[open_ones[0]]
        one, other = parse_number(text, plan.mark), parse_number(text, "." if plan.mark == "," else ",")
        yield Notice(
            "warning", f"{text} in {name} was read as {one:g}, and could mean {other:g}. Check it.", name, lines=(line,)
        )
    if holding.currencies:
        code, ((line, text), *_) = next(iter(holding.currencies.items()))
        bare = holding.plainly - holding.priced
        rest = f"; {many(bare, 'cell')} without it {do(bare, 'was', 'were')} taken for the same"
        rest = rest if 0 < bare < holding.numbers else ""
        yield Notice(
            "repaired",
            f"{name} is in {code}: {text} was read as {parse_number(text, plan.mark) or 0:g}{rest}.",
            name,
            lines=(line,),
        )
    if holding.shares:
        said = f"{many(holding.shares, 'cell')} of {name} {do(holding.shares, 'is', 'are')} written in percent"
        text = f"{said}; 12% was read as 0.12."
        yield Notice("repaired", text, name, holding.shares)


def _marked(plan: ColumnPlan, holding: Holding) -> Iterator[Notice]:
    for example, count in holding.marked.items():
        name = plan.column.name
        said = f"{many(count, 'cell')} of {name} {do(count, 'carries', 'carry')} a spreadsheet's mark for text"
        text = f"{said}, as {example}; the text alone was read."
        yield Notice("repaired", text, name, count)


def _shortened(plan: ColumnPlan, holding: Holding) -> Iterator[Notice]:
    count = sum(holding.shortened.values())
    if count:
        name, example = plan.column.name, next(iter(holding.shortened))
        are = do(count, "is a long number", "are long numbers")
        lost = f"{many(count, 'cell')} of {name} {are} that a spreadsheet has shortened ({example})"
        its = do(count, "its", "their")
        yield Notice("warning", f"{lost}; {its} last digits are lost. Export {name} as text.", name, count)


def _serials(plan: ColumnPlan, holding: Holding) -> Iterator[Notice]:
    """Numbers under the heading of a date, in the range in which programs count days or seconds."""
    if holding.stated or not holding.sample or not names_a_date(plan.column.name):
        return
    numbers = [parse_number(text, plan.mark) or 0 for text in holding.sample]
    for low, high, what in _SERIALS:
        if all(low <= n < high for n in numbers):
            name, example = plan.column.name, holding.sample[0]
            text = f"{name} holds {what}, such as {example}; it was read as a number. Export it as dates."
            yield Notice("warning", text, name)


def _united(plan: ColumnPlan, holding: Holding) -> Iterator[Notice]:
    """Columns that are nearly numbers and were read as words all the same."""
    name, cells = plan.column.name, [text for _, text in holding.no_number]
    if holding.stated is not None or plan.column.role == "key" or not cells:
        return
    what = next((what for what, pattern in _NEARLY if len(cells) > 1 and all(map(pattern.fullmatch, cells))), "")
    if what:
        yield Notice("warning", f"{name} holds {what}, such as {cells[0]}, and was read as words.", name)
    elif holding.numbers > 0.5 * holding.filled and not holding.integers == holding.numbers == holding.filled:
        shown = ", ".join(repr(c[:30]) for c in cells[:3])
        most = f"{holding.numbers} of {holding.filled} cells of {name} are numbers"
        text = f"{most}; for the others ({shown}) it was read as words."
        yield Notice("warning", text, name)


def _float_ids(plan: ColumnPlan, holding: Holding) -> Iterator[Notice]:
    name, cells = plan.column.name, holding.sample
    if plan.column.role == "key" and cells and all(c.endswith(".0") and c[:-2].isdigit() for c in cells):
        text = f"{name} ends in .0 ({cells[0]}) and was kept so; elsewhere the same customer may be {cells[0][:-2]}."
        yield Notice("warning", text, name)


def _dates(plan: ColumnPlan, holding: Holding) -> Iterator[Notice]:
    name = plan.column.name
    if plan.order and (holding.orders["open"] or holding.orders[plan.order]):
        line, text = holding.dated.get(plan.order) or holding.dated["open"]
        words = "day" if plan.order == "day-first" else "month"
        yield Notice(
            "info", f"Dates in {name} are read {words} first, as in {text} (line {line}).", name, lines=(line,)
        )
    if holding.months:
        count, example = sum(holding.months.values()), next(iter(holding.months))
        read = f"{example} was read as {parse_date(example, None, True)}, its first day"
        text = f"{many(count, 'cell')} of {name} {do(count, 'names', 'name')} a month; {read}."
        # Two digits may be a day as well as a year.
        kind: NoticeKind = "warning" if _SHORT_YEAR.search(example) else "info"
        yield Notice(kind, text, name, count)
    if holding.timed:
        were = do(holding.timed, "was", "were")
        text = f"{many(holding.timed, 'time')} of day in {name} {were} left out; the day was kept."
        yield Notice("info", text, name, holding.timed)


def _levels(plan: ColumnPlan, holding: Holding) -> Iterator[Notice]:
    changed = {v: read_level(v, plan) for v in holding.levels}
    changed = {v: to for v, to in changed.items() if v != to}
    if changed:
        count = sum(holding.levels[v] for v in changed)
        was = do(count, "was read by its", "were read by their")
        words = ", ".join(f"{v!r} as {to!r}" for v, to in list(changed.items())[:3])
        yield Notice(
            "repaired",
            f"{many(count, 'cell')} of {plan.column.name} {was} usual spelling: {words}.",
            plan.column.name,
            count,
        )
