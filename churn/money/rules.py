"""One comparison of a column with words or numbers, over whatever table the column comes in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import RequestRefused
from churn.intake.numbers import parse_number
from churn.intake.values import LETTERS, NO, YES, same_words, strip_marks

MOST_COMPARED, LONGEST = 65_536, 100  # comparisons of single cells that are remembered, and how long a cell may be


@dataclass(frozen=True)
class Clause:
    """One comparison of a column with what it is measured against."""

    column: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleCells:
    """One customer in place of a table: per column the cell and the type the column has in a list.

    What a cell answers does not depend on other rows, so each different one is compared only once.
    """

    cells: Mapping[str, tuple[Any, pa.DataType]]

    def __contains__(self, name: object) -> bool:
        return name in self.cells

    def __getitem__(self, name: str) -> pa.Array:
        cell, kind = self.cells[name]
        return pa.array([cell], kind)


def _column(columns: Any, name: str) -> pa.Array:
    """A column as one Arrow array, missing as null."""
    values = columns[name]
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    elif not isinstance(values, pa.Array):
        values = _as_arrow(values)
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values


def _as_arrow(values: Any) -> pa.Array:
    try:
        return pa.array(values, from_pandas=True)
    except pa.ArrowException:  # numbers and words in one column: compared as words
        return pa.array([None if v is None or v != v else str(v) for v in values], pa.string())


def compare_column(clause: Clause, columns: Any) -> np.ndarray:
    """True for each row whose cell satisfies the comparison; an empty cell satisfies only `is missing`."""
    if isinstance(columns, RuleCells):
        cell, kind = columns.cells[clause.column]
        long = isinstance(cell, str) and len(cell) > LONGEST
        return (_compare_cell.__wrapped__ if long else _compare_cell)(clause, cell, kind)
    values = _column(columns, clause.column)
    if clause.operator in ("is missing", "is known"):
        missing = _missing(values)
        return missing if clause.operator == "is missing" else ~missing
    if clause.operator in (">=", "<=", ">", "<", "between"):
        return _compare_numbers(clause, _numbers(values))
    found = np.logical_or.reduce([_equal(values, word) for word in clause.values])
    turned = clause.operator in ("!=", "is not", "is not one of")
    return ~found & np.asarray(pc.is_valid(values)) & ~_missing(values) if turned else found


@lru_cache(MOST_COMPARED, typed=True)
def _compare_cell(clause: Clause, cell: Any, kind: pa.DataType) -> np.ndarray:
    answer = compare_column(clause, {clause.column: pa.array([cell], kind)})
    answer.flags.writeable = False
    return answer


def _compare_numbers(clause: Clause, numbers: np.ndarray) -> np.ndarray:
    first = float(clause.values[0])
    if clause.operator == "between":
        return (numbers >= first) & (numbers <= float(clause.values[1]))
    compare = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less}
    return compare[clause.operator](numbers, first)


def _equal(values: pa.Array, word: str) -> np.ndarray:
    if pa.types.is_boolean(values.type):
        said = same_words(word)
        if said not in YES | NO:
            return np.zeros(len(values), bool)
        return np.asarray(pc.fill_null(pc.equal(values, said in YES), False))
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        number = _number(word)
        return np.zeros(len(values), bool) if number is None else _numbers(values) == number
    same = pc.equal(pc.utf8_lower(_trimmed(values)), word.strip().lower())
    return np.asarray(pc.fill_null(same, False))


def _numbers(values: pa.Array) -> np.ndarray:
    """The column as numbers, NaN (which satisfies nothing) where it is empty or not a number."""
    if pa.types.is_boolean(values.type) or pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return np.asarray(pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False), float)
    distinct = _trimmed(values).dictionary_encode()
    known = np.array([_number(w) if w is not None else None for w in distinct.dictionary.to_pylist()] + [None], float)
    return known[np.asarray(pc.fill_null(distinct.indices, len(known) - 1))]


def _number(word: str) -> float | None:
    number, said = parse_number(strip_marks(word), "."), same_words(word)
    if number is None and said in (YES | NO) - LETTERS:
        return float(said in YES)
    return number


def _trimmed(values: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.cast(values, pa.string()))


def _missing(values: pa.Array) -> np.ndarray:
    empty = np.asarray(pc.is_null(values, nan_is_null=True))
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        empty = empty | np.asarray(pc.fill_null(pc.equal(_trimmed(values), ""), True))
    return empty


def empty_cells(columns: Any, name: str) -> np.ndarray:
    """True where a column holds nothing."""
    return _missing(_column(columns, name))


# Who may be offered an action: a tiny rule on columns, "Contract is Month-to-month and tenure >= 3".
#
#     rule   = clause, joined with and / or, grouped with ( ), turned round with not
#     clause = COLUMN is VALUE | is not VALUE | is one of A, B, C | is missing | is known
#            | COLUMN >= N | > N | <= N | < N | = V | != V | between N and N
#
# A name or value with odd characters, or with the words above in it, is put in "quotes". Words compare without
# regard to case; an empty cell only satisfies `is missing`, never a comparison.


WORDS = "is, is not, is one of, is missing, is known, between … and …, >=, >, <=, <, =, !=, and, or, not, ( )"

_OPERATOR = re.compile(
    r"\s*(is\s+not\s+one\s+of\b|is\s+one\s+of\b|is\s+missing\b|is\s+known\b|is\s+not\b|is\b|between\b|>=|<=|!=|>|<|=)\s*",
    re.IGNORECASE,
)

_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_BARE_NAME = re.compile(r"[^\s()\"'<>=!,][^()\"'<>=!,]*?(?=\s+(?:is|between)\b|\s*(?:>=|<=|!=|>|<|=))", re.IGNORECASE)
_BARE_VALUE = re.compile(r"[^()\"'<>=!,]+?(?=\s*(?:,|\)|\s(?:and|or)\b|$))", re.IGNORECASE)
_LINK = re.compile(r"\s*(and|or)\b\s*", re.IGNORECASE)
_NOT = re.compile(r"\s*not\b\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """A rule that was understood: a clause, or rules joined by `and`, `or`, `not`."""

    text: str
    link: str = "clause"
    parts: tuple[Rule, ...] = ()
    clause: Clause | None = None

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns the rule looks at, each once, in the order it names them."""
        own = (self.clause.column,) if self.clause else ()
        return tuple(dict.fromkeys(own + tuple(c for p in self.parts for c in p.columns)))

    def holds(self, columns: Any, rows: int) -> np.ndarray:
        """True for each row that satisfies the rule; `columns` is an Arrow or pandas table, or arrays by name."""
        if self.clause:
            return compare_column(self.clause, columns)
        if not self.parts:
            return np.ones(rows, bool)
        answers = [p.holds(columns, rows) for p in self.parts]
        if self.link == "not":
            return ~answers[0] & _known(self.parts[0], columns, rows)
        return np.logical_and.reduce(answers) if self.link == "and" else np.logical_or.reduce(answers)


EVERYBODY = Rule("")


def parse_rule(text: str) -> Rule:
    """The rule that a sentence states; a sentence that is not understood is refused at the place it goes wrong."""
    if not text.strip():
        return EVERYBODY
    rule, at = _parse_or(text, 0)
    if text[at:].strip():
        raise _refuse_rule(text, at)
    return Rule(text, rule.link, rule.parts, rule.clause)


def equality_rule(column: str, value: str) -> Rule:
    """The rule that a column is just this value, whatever characters either holds, as far as they can be written."""
    words = []
    for word in (column, value):
        if '"' in word and "'" in word:
            raise RequestRefused(f"{word!r} holds both kinds of quotes, which no rule can state.", "Rename it.")
        words.append(f"'{word}'" if '"' in word else f'"{word}"')
    return Rule(f"{words[0]} is {words[1]}", clause=Clause(column, "is", (value,)))


def _parse_or(text: str, at: int) -> tuple[Rule, int]:
    return _parse_joined(text, at, "or", _parse_and)


def _parse_and(text: str, at: int) -> tuple[Rule, int]:
    return _parse_joined(text, at, "and", _parse_term)


def _parse_joined(text: str, at: int, word: str, inner: Any) -> tuple[Rule, int]:
    parts = []
    while True:
        part, at = inner(text, at)
        parts.append(part)
        link = _LINK.match(text, at)
        if not link or link[1].lower() != word:
            return (parts[0] if len(parts) == 1 else Rule(text, word, tuple(parts))), at
        at = link.end()


def _parse_term(text: str, at: int) -> tuple[Rule, int]:
    at = _after_space(text, at)
    if turned := _NOT.match(text, at):
        part, at = _parse_term(text, turned.end())
        return Rule(text, "not", (part,)), at
    if text[at : at + 1] == "(":
        rule, at = _parse_or(text, at + 1)
        at = _after_space(text, at)
        if text[at : at + 1] != ")":
            raise _refuse_rule(text, at, "A bracket is not closed")
        return rule, at + 1
    return _parse_clause(text, at)


def _parse_clause(text: str, at: int) -> tuple[Rule, int]:
    column, after = _parse_piece(text, at, _BARE_NAME)
    operator = _OPERATOR.match(text, after)
    if not operator:
        raise _refuse_rule(text, after)
    word = " ".join(operator[1].lower().split())
    values, end = _parse_values(text, operator.end(), word)
    if word in (">=", "<=", ">", "<", "between"):
        _check_numbers(text, word, values)
    return Rule(text, clause=Clause(column, word, values)), end


def _parse_values(text: str, at: int, word: str) -> tuple[tuple[str, ...], int]:
    """The values behind an operator: none, one, two for `between`, or a list."""
    if word in ("is missing", "is known"):
        return (), at
    first, at = _parse_piece(text, at, _BARE_VALUE)
    values = [first]
    if word == "between":
        link = _LINK.match(text, at)
        if not link or link[1].lower() != "and":
            raise _refuse_rule(text, at)
        second, at = _parse_piece(text, link.end(), _BARE_VALUE)
        values.append(second)
    while word.endswith("one of") and text[(at := _after_space(text, at)) : at + 1] == ",":
        value, at = _parse_piece(text, at + 1, _BARE_VALUE)
        values.append(value)
    return tuple(values), at


def _parse_piece(text: str, at: int, bare: re.Pattern[str]) -> tuple[str, int]:
    at = _after_space(text, at)
    if quoted := _QUOTED.match(text, at):
        return quoted[1] if quoted[1] is not None else quoted[2], quoted.end()
    if found := bare.match(text, at):
        return found[0].strip(), found.end()
    raise _refuse_rule(text, at)


def _after_space(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())


def _check_numbers(text: str, word: str, values: tuple[str, ...]) -> None:
    for value in values:
        try:
            float(value)
        except ValueError:
            raise RequestRefused(
                f"The rule {text!r} compares with {value!r}, but {word} needs a number.",
                'Write a number, or use "is" to compare words.',
            ) from None


def _refuse_rule(text: str, at: int, why: str = "The rule is not understood") -> RequestRefused:
    rest = text[at:].strip()
    place = f"from {rest!r} on" if rest else "at its end"
    return RequestRefused(f"{why}: {text!r}, {place}.", f"A rule uses these words: {WORDS}.")


def _known(rule: Rule, columns: Any, rows: int) -> np.ndarray:
    """Rows in which every column a negated rule looks at has a value, so that blanks never slip in by `not`."""
    if "is missing" in rule.text or "is known" in rule.text:
        return np.ones(rows, bool)
    return np.logical_and.reduce([~empty_cells(columns, c) for c in rule.columns])


def missing_columns(rule: Rule, names: Mapping[str, Any] | Any) -> tuple[str, ...]:
    """The columns a rule needs that the list does not have."""
    return tuple(c for c in rule.columns if c not in names)
