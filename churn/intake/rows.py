"""Sifting: rows that are no customers are set aside: repeated headers, totals, notes and tables below the list."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ListRefused
from churn.intake.delimited import BROKEN_BYTES, UNBALANCED, Block, SetAside
from churn.intake.header import Known, Layout, classify_cell, looks_like_header
from churn.intake.values import same_words, strip_marks
from churn.notices import Notice

_TOTAL_WORDS = (
    "totals?|sums?|summe|gesamt(?:summe)?|insgesamt|somme|suma|totale|totaal|razem|average|mean|mittelwert|durchschnitt"
    "|moyenne|count|anzahl"
)

_TOTAL = rf"(?i)^\W*(?:grand |sub-?)?(?:{_TOTAL_WORDS})(?: general| général)?\W*$"
_TOTAL_AT_END = re.compile(r"(?:grand |sub-?)?(?:total|sum|summe|gesamt|insgesamt|somme|suma|average)s?\b.*")
_SUBTOTAL = rf"(?i)^(?:(?:grand |sub-?)?(?:{_TOTAL_WORDS})\W+\w.*|.*\w\W+(?:sub-?)?(?:{_TOTAL_WORDS})\W*)$"
_RULE = re.compile(r"[:|+]?(?:-{2,}|={2,}|_{2,}|\*{2,})[:|+]?")
_TRAILER = frozenset(["t", "tr", "trl", "trailer", "eof", "end"])
AGAIN = "it repeats the header"
RULED = "it is a line drawn across the table, not a customer"
TOTALS = "it is a totals row, not a customer"
NOTE = "it is a note below the list"
CONTROL = "it is a control line at the end of the file, not a customer"
TAIL = 5


def drop_non_records(block: Block, layout: Layout, known: Known, *, last: bool, ended: bool) -> Block:
    """The block without repeated headers and totals; a header of another table in the middle is refused."""
    block = _without(block, _repeated_headers(block, layout), AGAIN)
    block = _without(block, _rule_lines(block), RULED)
    block = _without(block, _totals(block, layout), TOTALS)
    if last:
        open_end = not ended and bool(len(block.lines)) and not any(s.line > block.lines[-1] for s in block.set_aside)
        block = _without(block, _at_end(block, lambda cells: _is_note(cells, layout)), NOTE)
        block = _without(block, _at_end(block, lambda cells: _is_total(cells, layout)), TOTALS)
        block = _without(block, _at_end(block, lambda cells: _is_control(cells, layout)), CONTROL)
        block = replace(_rows_after_end(block, layout, ended=ended), open_end=open_end)
    _refuse_second_table(block, layout, known)
    return block


def tables_below(
    left: Sequence[SetAside], good: int, layout: Layout, known: Known
) -> tuple[list[SetAside], list[Notice]]:
    """Rows of another table below the list get that reason; two lists of like size are refused, naming both."""
    runs = [run for run in _runs(left, layout.width) if len(run) > 1]
    if not runs:
        return list(left), []
    lines = {s.line for run in runs for s in run}
    start, size = runs[0][0].line, max(len(run) for run in runs)
    if size > good / 2 and sum(map(known, runs[0][0].cells)) >= sum(map(known, layout.names)) and size > 2:
        raise ListRefused(
            f"The file holds two tables: {layout.width} columns from line {layout.header or layout.first}, and "
            f"{len(runs[0][0].cells)} columns from line {start}.",
            "Save the customer list in a file of its own.",
        )
    why = f"it belongs to another table, which begins in line {start}"
    text = f"Another table begins in line {start}; its {len(lines)} rows were left out."
    again = [SetAside(s.line, why, s.cells) if s.line in lines else s for s in left]
    return again, [Notice("warning", text, count=len(lines), lines=(start,))]


def _runs(left: Sequence[SetAside], width: int) -> list[list[SetAside]]:
    """Rows of the same other width that stand directly below each other."""
    runs: list[list[SetAside]] = []
    for s in left:
        joins = runs and runs[-1][-1].line == s.line - 1 and len(runs[-1][-1].cells) == len(s.cells)
        if len(s.cells) < 2 or len(s.cells) == width or " value" not in s.why or not any(map(strip_marks, s.cells[1:])):
            continue
        if joins:
            runs[-1].append(s)
        else:
            runs.append([s])
    return [run for run in runs if len(run) > 2 or all(classify_cell(c) == "word" for c in run[0].cells)]


def _without(block: Block, rows: Sequence[int], why: str) -> Block:
    if not len(rows):
        return block
    keep = np.ones(len(block.lines), bool)
    keep[list(rows)] = False
    return block.taken(keep, [SetAside(int(block.lines[i]), why, _cells(block, i)) for i in rows])


def _cells(block: Block, row: int) -> tuple[str, ...]:
    return tuple(c[row].as_py() for c in block.table.columns)


def _repeated_headers(block: Block, layout: Layout) -> list[int]:
    header = tuple(map(strip_marks, layout.written[: layout.width]))
    if not header or not header[0]:
        return []
    cells = block.cells(0)
    same = np.flatnonzero(pc.equal(cells.values, header[0]).to_numpy(zero_copy_only=False))
    return [int(i) for i in cells.rows_of(same) if tuple(map(strip_marks, _cells(block, int(i)))) == header]


def _rule_lines(block: Block) -> list[int]:
    """Lines of dashes, as Markdown and consoles draw them under a header and at the end."""
    last = len(block.lines) - 1
    ends = sorted(i for i in {0, 1, last} if 0 <= i <= last)
    filled = ([strip_marks(c) for c in _cells(block, i) if strip_marks(c)] for i in ends)
    return [i for i, cells in zip(ends, filled, strict=True) if len(cells) > 1 and all(map(_RULE.fullmatch, cells))]


def _totals(block: Block, layout: Layout) -> list[int]:
    """Rows anywhere whose first cell is a word for a total, alone or beside what was added up, and with numbers."""
    cells = block.cells(0)
    # Where nearly all first cells differ they are ids; a word for a total has no digit.
    codes = cells.odd if cells.each else np.arange(len(cells.values))
    words = cells.values.take(pa.array(codes))
    alone, beside = (
        codes[pc.match_substring_regex(words, p).to_numpy(zero_copy_only=False)] for p in (_TOTAL, _SUBTOTAL)
    )
    found = [
        int(i) for i in cells.rows_of(alone) if any(classify_cell(c) == "number" for c in _cells(block, int(i))[1:])
    ]
    found += [int(i) for i in cells.rows_of(beside) if _is_subtotal(_cells(block, int(i)), layout)]
    return sorted(set(found))


def _is_subtotal(cells: tuple[str, ...], layout: Layout) -> bool:
    """Numbers and nothing else beside the word, and a gap where customers have a word or an id."""
    rest = [classify_cell(c) for c in cells[1:]]
    if set(rest) != {"number", ""}:
        return False
    others = [r for r in layout.sample if not _TOTAL_AT_END.search(same_words(r[0]))]
    gaps = [j for j, kind in enumerate(rest, 1) if not kind]
    return len(others) > 1 and any(all(strip_marks(r[j]) for r in others) for j in gaps)


def _at_end(block: Block, odd: Callable[[tuple[str, ...]], bool]) -> list[int]:
    found: list[int] = []
    for row in range(len(block.lines) - 1, max(len(block.lines) - 1 - TAIL, 0), -1):
        cells = _cells(block, row)
        if not odd(cells):
            break
        found.append(row)
    return found


def _is_total(cells: tuple[str, ...], layout: Layout) -> bool:
    filled = [strip_marks(c) for c in cells if strip_marks(c)]
    numbers = [c for c in filled if classify_cell(c) == "number"]
    if _TOTAL_AT_END.fullmatch(same_words(filled[0])) and len(numbers) == len(filled) - 1:
        return True
    # The row itself may be in the sample, so one row without an id does not make ids optional.
    always = sum(not strip_marks(r[0]) for r in layout.sample) <= 1 < len(layout.sample)
    return (
        not strip_marks(cells[0])
        and always
        and len(numbers) == len(filled)
        and classify_cell(layout.sample[0][0]) != ""
    )


def _is_note(cells: tuple[str, ...], layout: Layout) -> bool:
    """A few words in the first cell and nothing else, where every row above is filled."""
    alone = (
        layout.width > 2
        and strip_marks(cells[0])
        and not any(map(strip_marks, cells[1:]))
        and classify_cell(cells[0]) == "word"
    )
    others = [r for r in layout.sample if r != cells]
    return bool(alone) and len(others) > 1 and all(sum(map(bool, map(strip_marks, r))) > 1 for r in others)


def _is_control(cells: tuple[str, ...], layout: Layout) -> bool:
    """A mark such as T or EOF where ids have digits, and counts beside it."""
    numbers = {classify_cell(c) for c in cells[1:]} - {""} <= {"number"}
    ids = [r[0] for r in layout.sample if r != cells]
    return numbers and same_words(cells[0]) in _TRAILER and len(ids) > 1 and all(re.search("[0-9]", i) for i in ids)


def _rows_after_end(block: Block, layout: Layout, *, ended: bool) -> Block:
    """The rows left out at the very end get the reason a person would give: a note, or a file that was cut off."""
    last = int(block.lines[-1]) if len(block.lines) else 0
    left = list(block.set_aside)
    for i, s in enumerate(left):
        if s.line < last or (" value" not in s.why and s.why not in (UNBALANCED, BROKEN_BYTES)):
            continue
        filled = sum(1 for c in s.cells if strip_marks(c))
        if not ended and i == len(left) - 1:
            left[i] = SetAside(s.line, f"the file ends in the middle of this line: {s.why}", s.cells)
        elif filled == 1 and layout.width > 2 and " value" in s.why:
            left[i] = SetAside(s.line, NOTE, s.cells)
    return Block(block.table, block.lines, tuple(left), block.blank)


def _refuse_second_table(block: Block, layout: Layout, known: Known) -> None:
    after = set(block.blank)
    if not after:
        return
    position = {int(line): i for i, line in enumerate(block.lines)}
    for line in sorted(after):
        row = position.get(line + 1)
        if row is not None and looks_like_header(_cells(block, row), layout.sample, known):
            raise ListRefused(
                f"Another table begins in line {line + 1}, with its own header.",
                "Save the customer list in a file of its own.",
            )
