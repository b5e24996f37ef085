"""Who may be offered an action: a tiny rule on columns, "Contract is Month-to-month and tenure >= 3".

    rule   = clause, joined with and / or, grouped with ( ), turned round with not
    clause = COLUMN is VALUE | is not VALUE | is one of A, B, C | is missing | is known
           | COLUMN >= N | > N | <= N | < N | = V | != V | between N and N

A name or value with odd characters, or with the words above in it, is put in "quotes".
Words compare without regard to case; an empty cell only satisfies `is missing`, never a comparison.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from churn.errors import RequestRefused
from churn.money.comparing import Clause, compared, empty_cells

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
            return compared(self.clause, columns)
        if not self.parts:
            return np.ones(rows, bool)
        answers = [p.holds(columns, rows) for p in self.parts]
        if self.link == "not":
            return ~answers[0] & _known(self.parts[0], columns, rows)
        return np.logical_and.reduce(answers) if self.link == "and" else np.logical_or.reduce(answers)


EVERYBODY = Rule("")


def rule_from(text: str) -> Rule:
    """The rule that a sentence states; a sentence that is not understood is refused at the place it goes wrong."""
    if not text.strip():
        return EVERYBODY
    rule, at = _either(text, 0)
    if text[at:].strip():
        raise _not_understood(text, at)
    return Rule(text, rule.link, rule.parts, rule.clause)


def rule_that(column: str, value: str) -> Rule:
    """The rule that a column is just this value, whatever characters either holds, as far as they can be written."""
    words = []
    for word in (column, value):
        if '"' in word and "'" in word:
            raise RequestRefused(f"{word!r} holds both kinds of quotes, which no rule can state.", "Rename it.")
        words.append(f"'{word}'" if '"' in word else f'"{word}"')
    return Rule(f"{words[0]} is {words[1]}", clause=Clause(column, "is", (value,)))


def _either(text: str, at: int) -> tuple[Rule, int]:
    return _joined(text, at, "or", _both)


def _both(text: str, at: int) -> tuple[Rule, int]:
    return _joined(text, at, "and", _single)


def _joined(text: str, at: int, word: str, inner: Any) -> tuple[Rule, int]:
    parts = []
    while True:
        part, at = inner(text, at)
        parts.append(part)
        link = _LINK.match(text, at)
        if not link or link[1].lower() != word:
            return (parts[0] if len(parts) == 1 else Rule(text, word, tuple(parts))), at
        at = link.end()


def _single(text: str, at: int) -> tuple[Rule, int]:
    at = _after_space(text, at)
    if turned := _NOT.match(text, at):
        part, at = _single(text, turned.end())
        return Rule(text, "not", (part,)), at
    if text[at : at + 1] == "(":
        rule, at = _either(text, at + 1)
        at = _after_space(text, at)
        if text[at : at + 1] != ")":
            raise _not_understood(text, at, "A bracket is not closed")
        return rule, at + 1
    return _clause(text, at)


def _clause(text: str, at: int) -> tuple[Rule, int]:
    column, after = _piece(text, at, _BARE_NAME)
    operator = _OPERATOR.match(text, after)
    if not operator:
        raise _not_understood(text, after)
    word = " ".join(operator[1].lower().split())
    values, end = _values(text, operator.end(), word)
    if word in (">=", "<=", ">", "<", "between"):
        _checked_numbers(text, word, values)
    return Rule(text, clause=Clause(column, word, values)), end


def _values(text: str, at: int, word: str) -> tuple[tuple[str, ...], int]:
    """The values behind an operator: none, one, two for `between`, or a list."""
    if word in ("is missing", "is known"):
        return (), at
    first, at = _piece(text, at, _BARE_VALUE)
    values = [first]
    if word == "between":
        link = _LINK.match(text, at)
        if not link or link[1].lower() != "and":
            raise _not_understood(text, at)
        second, at = _piece(text, link.end(), _BARE_VALUE)
        values.append(second)
    while word.endswith("one of") and text[(at := _after_space(text, at)) : at + 1] == ",":
        value, at = _piece(text, at + 1, _BARE_VALUE)
        values.append(value)
    return tuple(values), at


def _piece(text: str, at: int, bare: re.Pattern[str]) -> tuple[str, int]:
    at = _after_space(text, at)
    if quoted := _QUOTED.match(text, at):
        return quoted[1] if quoted[1] is not None else quoted[2], quoted.end()
    if found := bare.match(text, at):
        return found[0].strip(), found.end()
    raise _not_understood(text, at)


def _after_space(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())


def _checked_numbers(text: str, word: str, values: tuple[str, ...]) -> None:
    for value in values:
        try:
            float(value)
        except ValueError:
            raise RequestRefused(
                f"The rule {text!r} compares with {value!r}, but {word} needs a number.",
                'Write a number, or use "is" to compare words.',
            ) from None


def _not_understood(text: str, at: int, why: str = "The rule is not understood") -> RequestRefused:
    rest = text[at:].strip()
    place = f"from {rest!r} on" if rest else "at its end"
    return RequestRefused(f"{why}: {text!r}, {place}.", f"A rule uses these words: {WORDS}.")


def _known(rule: Rule, columns: Any, rows: int) -> np.ndarray:
    """Rows in which every column a negated rule looks at has a value, so that blanks never slip in by `not`."""
    if "is missing" in rule.text or "is known" in rule.text:
        return np.ones(rows, bool)
    return np.logical_and.reduce([~empty_cells(columns, c) for c in rule.columns])


def absent(rule: Rule, names: Mapping[str, Any] | Any) -> tuple[str, ...]:
    """The columns a rule needs that the list does not have."""
    return tuple(c for c in rule.columns if c not in names)
