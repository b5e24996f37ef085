"""Amounts: numbers and money as a reader's own locale writes them, for what is text on a screen or a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩", "TWD": "NT$"}
NARROW, HARD, HIGH = "\u202f", "\u00a0", "’"
_DOTS = {"de", "nl", "it", "es", "pt", "da", "tr", "id", "el", "ro", "hr", "sl", "sr", "vi", "ca", "gl", "eu", "is"}
_BLANKS = {"sv", "nb", "nn", "no", "fi", "cs", "sk", "pl", "hu", "uk", "ru", "bg", "et", "lt", "lv"}

_OWN = {  # where a country writes unlike its language: thousands, decimal
    "de-ch": (HIGH, "."),
    "de-li": (HIGH, "."),
    "it-ch": (HIGH, "."),
    "de-at": (HARD, ","),
    "es-mx": (",", "."),
    "es-us": (",", "."),
    "en-za": (HARD, ","),
    "pt-pt": (HARD, ","),
}

_IN_FRONT = {"nl", "tr", "de-ch", "de-at", "de-li", "it-ch", "pt-br", "es-mx", "es-us", "id"}
_FOUR_TOGETHER = {"es", "pt-pt", "pl", "bg"}  # 1234, but 12.345
SHORT = ((1e9, 1e9, "bn"), (1e6, 1e6, "m"))  # from, size, unit


@dataclass(frozen=True)
class Amounts:
    """How one reader sees numbers: the currency of the business and the locale of the browser (`de-DE`)."""

    currency: str = ""
    locale: str = "en-US"

    def number(self, value: float, digits: int = 0) -> str:
        """A number with its thousands told apart."""
        return self.spelt(f"{value:,.{digits}f}")

    def share(self, value: float, digits: int = 0) -> str:
        """A share as a percentage."""
        blank = "" if self._in_front else HARD
        return f"{self.spelt(f'{100 * value:,.{digits}f}')}{blank}%"

    def money(self, value: float | None, digits: int | None = None, *, short: bool = False) -> str:
        """An amount with its currency; small ones with their cents, large ones without; `short` for a card."""
        if value is None:
            return "–"
        size, unit = next(((s, u) for at, s, u in SHORT if short and abs(value) >= at), (1.0, ""))
        shown = abs(value) / size
        some = (0 if shown >= 100 else 1 if unit else 2) if digits is None else digits
        return self._signed(self.number(shown, some) + unit, minus="−" if value < 0 and round(shown, some) else "")

    def span(self, low: float, high: float, **how: Any) -> str:
        """Two amounts as a range."""
        return f"{self.money(low, **how)} – {self.money(high, **how)}"

    def spelt(self, text: str) -> str:
        """A number that was written the English way, written this reader's way."""
        thousands, decimal = self._marks
        digits = text.lstrip("+-−")
        whole = digits.split(".")[0]
        if self._belongs(_FOUR_TOGETHER) and len(whole) == 5 and whole[1] == ",":
            thousands = ""
        return text.replace(",", "\0").replace(".", decimal).replace("\0", thousands)

    @property
    def separators(self) -> str:
        """Decimal and thousands marks as Plotly takes them."""
        thousands, decimal = self._marks
        return decimal + thousands

    def _signed(self, text: str, minus: str) -> str:
        sign = SIGNS.get(self.currency, self.currency)
        if not sign:
            return minus + text
        if self._in_front:
            blank = "" if sign in SIGNS.values() and not self._belongs(_IN_FRONT) else HARD
            return f"{minus}{sign}{blank}{text}"
        return f"{minus}{text}{HARD}{sign}"

    @property
    def _marks(self) -> tuple[str, str]:
        own = _OWN.get(self.locale.lower())
        if own:
            return own
        language = self._language
        if language == "fr":
            return NARROW, ","
        return (".", ",") if language in _DOTS else (HARD, ",") if language in _BLANKS else (",", ".")

    @property
    def _in_front(self) -> bool:
        return self._belongs(_IN_FRONT) or self._marks[1] == "."

    @property
    def _language(self) -> str:
        return self.locale.lower().split("-")[0]

    def _belongs(self, those: set[str]) -> bool:
        return self.locale.lower() in those or self._language in those


def parts_that_add_up(parts: Sequence[float], digits: int = 0) -> list[float]:
    """The parts rounded so that they add up to their sum, rounded; each is less than one last digit away from itself.

    All are rounded down, and what the whole then lacks goes to those that lost most (the largest remainders).
    """
    size = 10.0**digits
    exact = [part * size for part in parts]
    shown = [floor(part) for part in exact]
    lost = sorted(range(len(exact)), key=lambda i: shown[i] - exact[i])
    for i in lost[: round(round(sum(parts), digits) * size) - sum(shown)]:
        shown[i] += 1
    return [round(part / size, digits) for part in shown]


# Worth words: over how long money at risk is counted, said in one way everywhere.


def describe_horizon(horizon: str, *, assumed: bool = False) -> str:
    """The horizon of a value at risk, as it stands beneath the amount; nothing where it is not known.

    assumed   whether the bill behind it is the playbook's, since no column says what customers pay
    """
    return f"over {horizon}{', assumed bill' if assumed else ''}" if horizon else ""
