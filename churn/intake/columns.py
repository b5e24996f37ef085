"""Distinct: the different cells of one column of one block; what is asked of a cell is asked once, not once per row."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.intake.dates import has_time, parse_month, read_date_parts
from churn.intake.numbers import EITHER_POINT, PLAIN, WrittenNumber, all_plain, parse_written
from churn.intake.values import (
    MAY_BE_NOTHING,
    NO,
    SHORTENED,
    YES,
    is_missing,
    same_words,
    strip_marks_in,
    unmarked_column,
)
from churn.schema import Kind

_PROBE = 2_000  # cells that tell whether nearly all of a column differ; fewer are looked at one by one


@dataclass(frozen=True)
class Cells:
    """One column of one block: its different cells without blanks around them, and which row holds which."""

    values: pa.Array
    codes: np.ndarray
    lines: np.ndarray
    column: pa.Array  # the cells as they stand
    each: bool = False  # every row has a cell of its own: the values are the rows
    as_is: bool = False  # no cell has blanks around it
    marked: np.ndarray | None = None  # which different cells had a mark for text, as ="5" or '5

    @cached_property
    def counts(self) -> np.ndarray:
        """How many rows hold each different cell."""
        return np.ones(len(self.codes), np.int64) if self.each else np.bincount(self.codes, minlength=len(self.values))

    @cached_property
    def plain(self) -> pa.Array | None:
        """The numbers when every cell is one in plain digits, else None."""
        return all_plain(self.values)

    @cached_property
    def odd(self) -> np.ndarray:
        """The codes of the cells that may stand for nothing or for a shortened number: all where they are few."""
        if len(self.values) <= _PROBE:
            return np.arange(len(self.values))
        return np.flatnonzero(pc.match_substring_regex(self.values, MAY_BE_NOTHING).to_numpy(zero_copy_only=False))

    def spread(self, values: pa.Array) -> pa.Array:
        """One entry per row from one entry per different cell; the column itself where nothing was changed."""
        if self.each:
            return values
        return self.column if values is self.values and self.as_is else values.take(pa.array(self.codes))

    def line_of(self, code: int) -> int:
        """The first line that holds a cell."""
        return int(self.lines[int(np.argmax(self.codes == code))])

    def rows_of(self, codes: np.ndarray) -> np.ndarray:
        """The rows that hold one of these cells."""
        return codes if self.each else np.flatnonzero(np.isin(self.codes, codes)) if len(codes) else codes


def cells_of(column: pa.ChunkedArray, lines: np.ndarray) -> Cells:
    """The different cells of a text column; where nearly all differ, the rows themselves."""
    cells = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    if len(cells) > 4 * _PROBE and len(pc.unique(cells.slice(0, _PROBE))) > 0.9 * _PROBE:
        bare, marked = unmarked_column(strip_marks_in(cells))
        codes = np.arange(len(cells), dtype=np.int32)
        return Cells(bare, codes, lines, cells, each=True, as_is=bare is cells, marked=marked)
    coded = cells.dictionary_encode()
    values, marked = unmarked_column(strip_marks_in(coded.dictionary))
    codes = coded.indices.to_numpy(zero_copy_only=False)
    return Cells(values, codes, lines, cells, as_is=values is coded.dictionary, marked=marked)


# Kinds: what the cells of one column look like, counted block by block; no single cell decides for the rest.


LEVELS = 1_000  # different words kept per column; beyond it is free text
EXAMPLES = 5
_FEW = 2_000  # different cells looked at one by one in a block
_ENOUGH = 200  # cells of a column that settle how its numbers are written


# Days and months that are numbers as well: dates only where the heading says so, or where a schema does.
_COMPACT = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])|(?:0[1-9]|1[0-2])\.(?:19|20)[0-9]{2}")
_SHORTENED = re.compile(SHORTENED)
_PHONE = r"\+[0-9]{7,}"
_ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]{4,15}(?: ?(?:Z|UTC))?)?$"
Example = tuple[int, str]  # a line and the cell that stands there


@dataclass
class Holding:
    """What a column was seen to hold so far; `stated` is the kind its schema says, None when it is to be guessed."""

    stated: Kind | None = None
    rows: int = 0
    missing: Counter[str] = field(default_factory=Counter)  # marks that are nothing in any column
    nothing: Counter[str] = field(default_factory=Counter)  # words that are nothing unless the column is words
    levels: Counter[str] = field(default_factory=Counter)
    many: bool = False
    numbers: int = 0
    says: Counter[str] = field(default_factory=Counter)
    written: dict[str, Example] = field(default_factory=dict)
    currencies: dict[str, list[Example]] = field(default_factory=dict)  # each with the first two cells that name it
    priced: int = 0  # numbers that name a currency
    shares: int = 0
    plainly: int = 0  # numbers above zero without a percent sign
    dates: int = 0
    orders: Counter[str] = field(default_factory=Counter)
    dated: dict[str, Example] = field(default_factory=dict)
    compact: int = 0
    timed: int = 0
    months: Counter[str] = field(default_factory=Counter)  # cells that name a month and no day
    leading_zeros: int = 0
    exponents: int = 0
    long_digits: int = 0
    integers: int = 0
    no_number: list[Example] = field(default_factory=list)
    no_date: list[Example] = field(default_factory=list)
    sample: list[str] = field(default_factory=list)  # the first few different cells in which something stands
    marked: Counter[str] = field(default_factory=Counter)  # cells with a spreadsheet's mark for text, under one of them
    shortened: Counter[str] = field(default_factory=Counter)  # long numbers of which only 8.9E+12 is left

    @property
    def filled(self) -> int:
        """Cells in which something stands."""
        return self.rows - sum(self.missing.values())

    @property
    def yes(self) -> int:
        """Cells that say yes."""
        return sum(n for v, n in self.levels.items() if same_words(v) in YES)

    @property
    def no(self) -> int:
        """Cells that say no."""
        return sum(n for v, n in self.levels.items() if same_words(v) in NO)

    def add(self, cells: Cells) -> None:
        """Count the cells of one more block."""
        self.rows += len(cells.codes)
        if cells.marked is not None:
            self._count_marked(cells, cells.marked)
        few = len(cells.values) <= _FEW
        codes = range(len(cells.values)) if few else self._odd_ones(cells)
        values = cells.values.take(pa.array(codes, pa.int64())).to_pylist() if not few else cells.values.to_pylist()
        for code, text in zip(codes, values, strict=True):
            self._count(text, int(cells.counts[code]), cells, code)
        if not few:
            self.many = True
        if len(self.levels) > LEVELS:
            self.many = True
            self.levels.clear()

    def _count(self, text: str, count: int, cells: Cells, code: int) -> None:
        if is_missing(text, words=True):
            self.missing[text] += count
            return
        if is_missing(text, words=False):
            self.nothing[text] += count
        elif len(self.sample) < EXAMPLES and text not in self.sample:
            self.sample.append(text)
        if not self.many:
            self.levels[text] += count
        if _SHORTENED.fullmatch(text):
            self.shortened[text] += count
        if self.stated in ("text", "category"):
            return
        if self.stated != "date":
            self._count_number(text, count, cells, code)
        if self.stated != "number":
            self._count_date(text, count, cells, code)

    def _count_marked(self, cells: Cells, marked: np.ndarray) -> None:
        code = int(np.argmax(marked))
        example = cells.column[int(np.argmax(cells.codes == code))].as_py()
        self.marked[next(iter(self.marked), example)] += int(cells.counts[marked].sum())

    def _count_number(self, text: str, count: int, cells: Cells, code: int) -> None:
        w = parse_written(text)
        if w is None:
            self._example(self.no_number, text, cells, code)
            return
        self.numbers += count
        self.says[w.says] += count
        if w.says and w.says not in self.written:
            self.written[w.says] = (cells.line_of(code), text)
        self._count_unit(w, count, (cells, code, text))
        if re.fullmatch(_PHONE, text):
            self.integers += count
            self.long_digits += count
        elif text.isascii() and text.isdigit():
            self.integers += count
            self.leading_zeros += count if len(text) > 1 and text[0] == "0" else 0
            self.long_digits += count if len(text) >= 16 else 0
        elif re.fullmatch(r"[0-9]+[eE][0-9]+", text):
            self.exponents += count

    def _count_unit(self, w: WrittenNumber, count: int, where: tuple[Cells, int, str]) -> None:
        cells, code, text = where
        self.priced += count if w.currency else 0
        if w.currency and len(known := self.currencies.setdefault(w.currency, [])) < 2:
            known.append((cells.line_of(code), text))
        if w.percent:
            self.shares += count
        elif w.digits.strip("0.,"):
            self.plainly += count

    def _count_date(self, text: str, count: int, cells: Cells, code: int) -> None:
        if _COMPACT.fullmatch(text) and read_date_parts(text, True):
            self.compact += count
            if "." in text:
                self.months[text] += count
            return
        says = read_date_parts(text)
        if says is None:
            self._example(self.no_date, text, cells, code)
            return
        self.dates += count
        self.orders[says] += count
        if says not in self.dated:
            self.dated[says] = (cells.line_of(code), text)
        self.timed += count if has_time(text) else 0
        if parse_month(text):
            self.months[text] += count

    def _example(self, examples: list[Example], text: str, cells: Cells, code: int) -> None:
        new = all(text != seen for _, seen in examples)
        if new and len(examples) < EXAMPLES and not is_missing(text, words=False):
            examples.append((cells.line_of(code), text))

    def _odd_ones(self, cells: Cells) -> list[int]:
        """Count a column of very many different cells at once; returns the ones to be looked at one by one."""
        odd = np.ones(len(cells.values), bool)
        if self.stated in ("text", "category", "flag"):
            return [int(i) for i in cells.odd]
        if self.stated != "date":
            odd &= ~self._plain_numbers(cells)
        if self.stated != "number" and odd.any():
            odd &= ~self._plain_days(cells, odd)
        rest = np.flatnonzero(odd)
        if self.stated is None and len(rest) > _FEW and not _any_value(cells.values.take(pa.array(rest[:_FEW]))):
            return [int(i) for i in cells.odd if odd[i]]
        return [int(i) for i in rest]

    def _plain_numbers(self, cells: Cells) -> np.ndarray:
        values = cells.values
        quick = self.stated == "number" and cells.plain is not None
        plain = np.ones(len(values), bool) if quick else _mask(pc.match_substring_regex(values, PLAIN))
        if not plain.any():
            return plain
        counted = self._count_first(cells, plain)
        rest = plain & ~counted
        self.numbers += int(cells.counts[rest].sum())
        self.plainly += int(cells.counts[rest].sum())
        self._count_open_points(cells, rest)
        if self.stated is None:
            self._count_code_like(cells, rest)
        return plain

    def _count_first(self, cells: Cells, plain: np.ndarray) -> np.ndarray:
        """The first plain numbers are looked at one by one, for what their marks say until the point has spoken."""
        counted = np.zeros(len(plain), bool)
        if self.says["point"] > _ENOUGH:
            return counted
        first = np.flatnonzero(plain)[:_ENOUGH]
        counted[first] = True
        for code, text in zip(first.tolist(), cells.values.take(pa.array(first)).to_pylist(), strict=True):
            self._count_number(text, int(cells.counts[code]), cells, code)
        return counted

    def _count_open_points(self, cells: Cells, rest: np.ndarray) -> None:
        if self.says["point"]:
            return
        pointed = rest & _mask(pc.match_substring(cells.values, "."))
        either = pointed & _mask(pc.match_substring_regex(cells.values, EITHER_POINT))
        self.says["either."] += int(cells.counts[either].sum())
        self.says["point"] += int(cells.counts[pointed & ~either].sum())
        if either.any() and "either." not in self.written:
            code = int(np.argmax(either))
            self.written["either."] = (cells.line_of(code), cells.values[code].as_py())

    def _count_code_like(self, cells: Cells, rest: np.ndarray) -> None:
        phones = rest & _mask(pc.match_substring_regex(cells.values, f"^{_PHONE}$"))
        whole = rest & _mask(pc.match_substring_regex(cells.values, "^[0-9]+$")) | phones
        lengths = pc.binary_length(cells.values).to_numpy(zero_copy_only=False)
        zero = whole & (lengths > 1) & _mask(pc.starts_with(cells.values, "0"))
        coded = rest & ~whole & _mask(pc.match_substring_regex(cells.values, "^[0-9]+[eE][0-9]+$"))
        self.integers += int(cells.counts[whole].sum())
        self.leading_zeros += int(cells.counts[zero].sum())
        self.long_digits += int(cells.counts[(whole & (lengths >= 16)) | phones].sum())
        self.exponents += int(cells.counts[coded].sum())

    def _plain_days(self, cells: Cells, odd: np.ndarray) -> np.ndarray:
        iso = odd & _mask(pc.match_substring_regex(cells.values, _ISO_DAY))
        if not iso.any():
            return iso
        at = np.flatnonzero(iso)
        days = pc.utf8_slice_codeunits(cells.values.take(pa.array(at)), 0, 10).dictionary_encode()
        sound = np.array([read_date_parts(d) is not None for d in days.dictionary.to_pylist()], bool)
        at = at[sound[days.indices.to_numpy()]]
        iso[:] = False
        iso[at] = True
        count = int(cells.counts[iso].sum())
        self.dates += count
        self.orders["settled"] += count
        self.timed += int(cells.counts[iso & (pc.binary_length(cells.values).to_numpy() > 10)].sum())
        return iso


def _mask(array: pa.Array) -> np.ndarray:
    return array.to_numpy(zero_copy_only=False)


def _any_value(values: pa.Array) -> bool:
    return any(parse_written(v) or read_date_parts(v) for v in values.to_pylist())
