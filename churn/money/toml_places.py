"""A place in a TOML file: says what is wrong there, on which line, and what would be right; and writes TOML back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from churn.errors import RequestRefused


@dataclass(frozen=True)
class Place:
    """Where in a file a mapping stands: the text, its name, and the keys that lead there."""

    text: str
    source: str
    path: tuple[str, ...] = ()

    def into(self, *keys: str) -> Place:
        """The place further inside."""
        return Place(self.text, self.source, (*self.path, *keys))

    def wrong(self, what: str, fix: str, key: str = "") -> RequestRefused:
        """The refusal that names the file, the line and the keys."""
        keys = (*self.path, key) if key else self.path
        line = line_of(self.text, keys)
        where = f"{self.source}, line {line}" if line else self.source
        inside = f" in {'.'.join(self.path)}" if self.path else ""
        return RequestRefused(f"{where}{inside}: {what}.", fix)

    def known(self, words: Mapping[str, Any], allowed: Iterable[str]) -> None:
        """Refuse a key that means nothing here."""
        allowed = tuple(allowed)
        for word in words:
            if word not in allowed:
                near = get_close_matches(word, allowed, 1)
                meant = f" Did you mean {near[0]!r}?" if near else ""
                raise self.wrong(
                    f"{word!r} is not a word of a playbook", f"Allowed: {', '.join(allowed)}.{meant}", word
                )

    def needs(self, words: Mapping[str, Any], required: Iterable[str]) -> None:
        """Refuse when something that has no default is missing."""
        for word in required:
            if word not in words:
                raise self.wrong(f"{word!r} is missing", f"Add {word} = … there.")

    def table(self, words: Any, key: str = "") -> Mapping[str, Any]:
        """The mapping itself, or a refusal if something else stands there."""
        if not isinstance(words, Mapping):
            raise self.wrong(f"{key or self.path[-1]} is {words!r}, not a table", "Write { name = value }.", key)
        return words

    def number(self, words: Mapping[str, Any], key: str, default: float, *, low: float, high: float) -> float:
        """A number within bounds; shares and costs are never negative or endless."""
        value = words.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.wrong(f"{key} is {value!r}, which is not a number", f"Write {key} = {low:g} or more.", key)
        if not low <= value <= high:
            raise self.wrong(f"{key} is {value:g}", f"It has to be between {low:g} and {high:g}.", key)
        return float(value)

    def text_of(self, words: Mapping[str, Any], key: str) -> str:
        """A text, empty when it is not there."""
        value = words.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(f"{key} is {value!r}, which is not a text", f'Write {key} = "…".', key)
        return value

    def texts(self, words: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """A list of texts, empty when it is not there."""
        value = words.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self.wrong(f"{key} is {value!r}, which is not a list of texts", f'Write {key} = ["…", "…"].', key)
        return tuple(value)

    def truth(self, words: Mapping[str, Any], key: str) -> bool:
        """True or false, false when it is not there."""
        value = words.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} is {value!r}", "It is one of: true, false.", key)
        return value


_HEADER = re.compile(r"^\s*\[\[?([^\[\]]+|.*?)\]\]?\s*(?:#.*)?$")
_PART = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([A-Za-z0-9_-]+)")


def line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """The line on which a key of a TOML text stands (the first is 1); else that of the table around it."""
    best, depth = None, 0
    table: tuple[str, ...] = ()
    here: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header and "=" not in line.split("]")[0].replace('"', "").split("[")[0]:
            table = _parts(header[1])
            here = table
        else:
            here = (*table, *_parts(line.split("=")[0])) if "=" in line else ()
        inline = 1 if here and _names_inline(line, keys[len(here) :]) else 0
        if here and keys[: len(here)] == here and len(here) + inline > depth:
            best, depth = number, len(here) + inline
    return best


def _names_inline(line: str, rest: tuple[str, ...]) -> bool:
    return bool(rest) and re.search(rf"\b{re.escape(rest[-1])}\b", line.partition("=")[2]) is not None


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in _PART.findall(dotted))


def toml_value(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(k)} = {toml_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value) if value != int(value) else str(int(value))
    return _quoted(value)


def toml_key(name: str) -> str:
    """A key as TOML writes it, quoted where it must be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
