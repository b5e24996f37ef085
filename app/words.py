"""The words of the screens, by language."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "strings"
ENGLISH = "en"

# What Markdown, LaTeX or Streamlit's own marks (:red[…], :material/…:) would act on instead of showing.
# A line under a word, a hyphen or a point within a word or a number does nothing, and its mark would be read aloud.
_ACTIVE = re.compile(r"([\\`*{}\[\]()<>#+!|~$:&]|(?<!\w)[_\-]|[_\-](?!\w)|(?<!\d)\.|\.(?!\d))")
# An address becomes a link even where its marks are escaped; a joiner that nobody sees keeps it text.
_ADDRESS = re.compile(r"(https?:(?=//)|www(?=\.))", re.IGNORECASE)


def _of_the_operator() -> str:
    return os.environ.get("CHURN_LANGUAGE", ENGLISH)


_language: Callable[[], str] = _of_the_operator


def say(key: str, **values: object) -> str:
    """The sentence of that key with its values filled in; text values are shown as text, never acted upon.

    Where `count` is one, the sentence called `key_one` is said in its place, if there is one.
    """
    known = _catalogue(_language())
    one = known.get(f"{key}_one") if values.get("count") == 1 else None
    sentence = one or known.get(key) or _catalogue(ENGLISH)[key]
    return sentence.format(**{k: plain(v) if isinstance(v, str) else v for k, v in values.items()})


def plain(text: str) -> str:
    """Text from a customer list, made safe where Markdown is read: it shows as it is and does nothing."""
    return _ACTIVE.sub(r"\\\1", _ADDRESS.sub("\\1\u2060", " ".join(text.split())))


def speak(chooser: Callable[[], str]) -> None:
    """Ask this for the language of each sentence; it may answer otherwise for each session."""
    global _language
    _language = chooser


def languages() -> tuple[str, ...]:
    """The languages there is a file for."""
    return tuple(sorted(p.stem for p in FOLDER.glob("*.toml")))


def sentences(language: str) -> dict[str, str]:
    """All sentences of one language, as `section.name`."""
    return dict(_catalogue(language))


@cache
def _catalogue(language: str) -> dict[str, str]:
    path = FOLDER / f"{language}.toml"
    if not path.is_file():
        return {}
    return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))


def _flat(words: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    return [
        pair
        for name, value in words.items()
        for pair in (_flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)])
    ]
