"""The words reasons are said in: a profile's phrases, and plain words for every column that has none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from churn.money.economics import Valuation
from churn.notices import Notice
from churn.schema import Column, Schema

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


# What is said where even the general profile says nothing.
PLAIN: Mapping[str, Any] = {
    "sentences": {
        "raises": "{says}: raises the risk by {points} points against a typical customer",
        "lowers": "{says}: lowers the risk by {points} points against a typical customer",
        "raises_one": "{says}: raises the risk by 1 point against a typical customer",
        "lowers_one": "{says}: lowers the risk by 1 point against a typical customer",
        "raises_beyond": "{says}: raises the risk by {points} points against a typical customer, "
        "more than the whole way (other reasons take {back} back)",
        "lowers_beyond": "{says}: lowers the risk by {points} points against a typical customer, "
        "more than the whole way (other reasons give {back} back)",
        "addressed": "{sentence}; {change} addresses it",
        "association": "Associated with leaving in the customers learnt from; not shown to be its cause.",
    },
    "kinds": {
        "number": {
            "says": "{label} of {value}",
            "below": "{label} under {value}",
            "above": "{label} of {value} or more",
        },
        "flag": {"yes": "{label}: yes", "no": "{label}: no"},
        "category": {"says": "{label}: {value}", "unseen": "{label}: {value}, which the model has not seen before"},
        "date": {"says": "{label}: {value}"},
    },
}


@dataclass(frozen=True)
class Wording:
    """How columns, groups and reasons are called, for one schema."""

    schema: Schema = field(default_factory=Schema)
    phrases: Mapping[str, Any] = field(default_factory=lambda: PLAIN)
    currency: str = ""

    def label(self, name: str) -> str:
        """A column's name in a sentence: what its business calls it, else the name itself in words."""
        return str(self._column(name).get("label") or in_words(name))

    def group_label(self, group: str) -> str:
        """A group as a heading; a column that stands alone is its own group."""
        own = self.label(group) if group in self.schema.by_name else group
        return str(self._of("groups", group).get("label", own))

    def change(self, name: str) -> str:
        """What an offer that changes the column is called; empty where none can."""
        if self._schema_column(name).lever != "actionable":
            return ""
        return str(self._column(name).get("change", ""))

    def says(self, name: str, value: Any, *, seen: bool = True) -> str:
        """A customer's own value in words; `seen` is False for a level the model has not learnt."""
        column, words = self._schema_column(name), self._column(name)
        if value is None:
            return self._filled(name, "missing", default="{label} not known")
        if isinstance(value, bool):
            word = "yes" if value else "no"
            return str(words.get("levels", {}).get(word) or self._filled(name, word))
        if isinstance(value, str):
            said = words.get("levels", {}).get(value)
            return str(said or self._filled(name, "says" if seen else "unseen", value))
        special = "zero" if value == 0 else "one" if value == 1 else ""
        if special in words:
            return str(words[special])
        return self._filled(name, "says", self.shown(column.name, value))

    def range_says(self, name: str, low: float | None, high: float | None) -> str:
        """A range of a column in words: "12 months or more as a customer and under 24 months as a customer"."""
        parts = [("above", low), ("below", high)]
        return " and ".join(self._filled(name, key, self.shown(name, v)) for key, v in parts if v is not None)

    def sentence(self, key: str, **words: str) -> str:
        """One of the profile's sentences with its places filled."""
        sentences = self.phrases.get("sentences", {})
        return _fill(str(sentences.get(key, PLAIN["sentences"].get(key, ""))), words)

    def reason(self, points: float, taken_back: int = 0, *, says: str = "{says}") -> str:
        """The sentence of a reason that moves the risk by so many points.

        taken_back  how many of them the other reasons take back; said where a reason alone would pass 100 or 0
        """
        whole, way = abs(round(points)), "raises" if points > 0 else "lowers"
        ending = "_beyond" if taken_back else "_one" if whole == 1 else ""
        return self.sentence(f"{way}{ending}", says=says, points=str(whole), back=str(taken_back))

    def in_short(self, sentence: str) -> str:
        """A reason in few words: "Month-to-month contract +14"; what was said in other words stays as it is."""
        for pattern, sign, other in self._spoken:
            if found := pattern.match(sentence):
                numbers = found.groupdict()
                others = f", others {other}{numbers['back']}" if "back" in numbers else ""
                return f"{found['says']} {sign}{numbers.get('points') or 1}{others}"
        return sentence

    @cached_property
    def _spoken(self) -> tuple[tuple[re.Pattern[str], str, str], ...]:
        """How reasons are said, longest first, with the sign that stands for it in short and the opposite sign."""
        keys = [
            (f"{way}{ending}", *signs)
            for ending in ("_beyond", "", "_one")
            for way, signs in (("raises", "+−"), ("lowers", "−+"))
        ]
        return tuple((re.compile(_with_holes(self.sentence(key)), re.DOTALL), *signs) for key, *signs in keys)

    def shown(self, name: str, value: Any) -> str:
        """A value as a person writes it: money with its currency, a share as a percentage, a count without decimals."""
        if isinstance(value, date):
            return value.isoformat()
        if not isinstance(value, int | float):
            return str(value)
        column = self._schema_column(name)
        unit = column.unit or ("money" if column.role == "value" else "")
        if unit == "share":
            return f"{_short(value * 100)}%"
        if unit == "money":
            return _money(value, self.currency)
        return f"{value:,.0f}" if unit in ("count", "days", "months") else _short(value)

    def money(self, value: float) -> str:
        """An amount with the currency of the business."""
        return _money(value, self.currency)

    def _filled(self, name: str, key: str, value: str = "", *, default: str = "{label}: {value}") -> str:
        kind = self._schema_column(name).kind
        plain = PLAIN["kinds"].get(kind, {})
        phrase = self._column(name).get(key) or self._of("kinds", kind).get(key) or plain.get(key, default)
        return _fill(str(phrase), {"label": self.label(name), "value": value})

    def _column(self, name: str) -> Mapping[str, Any]:
        return self._of("columns", name)

    def _of(self, section: str, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.phrases.get(section, {}).get(name, {})
        return found

    def _schema_column(self, name: str) -> Column:
        return self.schema.by_name.get(name) or Column(name, "category")


def _with_holes(phrase: str) -> str:
    holes = {"says": ".+?", "points": r"\d+", "back": r"\d+"}
    pattern = re.escape(phrase)
    for hole, what in holes.items():
        pattern = pattern.replace(rf"\{{{hole}\}}", f"(?P<{hole}>{what})")
    return pattern


def wording_for(
    schema: Schema,
    phrases: Mapping[str, Any] | None = None,
    general: Mapping[str, Any] | None = None,
    currency: str = "",
) -> Wording:
    """The words of a business: its own phrases over the general ones over plain English."""
    said: dict[str, Any] = {}
    for layer in (PLAIN, general or {}, phrases or {}):
        for section, entries in layer.items():
            together = said.setdefault(section, {})
            for name, words in entries.items():
                both = isinstance(words, Mapping) and isinstance(together.get(name), Mapping)
                together[name] = {**together[name], **words} if both else words
    return Wording(schema, said, currency)


def in_words(name: str) -> str:
    """A raw name as people read it in a sentence: `Remaining_contract` is "Remaining contract"."""
    return " ".join(name.replace("_", " ").split()) or name


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _fill(phrase: str, words: Mapping[str, str]) -> str:
    # Not str.format: a customer's own value may hold braces, and a phrase may hold places we do not know.
    for place, word in words.items():
        phrase = phrase.replace("{" + place + "}", word)
    return phrase


def _short(value: float) -> str:
    """At most two decimals, more for small numbers, none that say nothing."""
    if value == int(value):
        return f"{int(value):,}"
    text = f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"
    return text.rstrip("0").rstrip(".") if "e" not in text else text


def _money(value: float, currency: str) -> str:
    amount = f"{abs(value):,.0f}" if value == int(value) or abs(value) >= 1000 else f"{abs(value):,.2f}"
    minus = "-" if value < 0 else ""
    if currency in _SIGNS:
        return f"{minus}{_SIGNS[currency]}{amount}"
    return f"{minus}{amount} {currency}".rstrip()


# What is said beside a value at risk: over how long, in which currency, and whether its bill is assumed.


def notices_on_worth(valuation: Valuation, wording: Wording) -> tuple[Notice, ...]:
    """A warning where the playbook's bill is assumed."""
    bill = valuation.assumed_bill
    if bill is None:
        return ()
    paid = wording.money(bill)
    return (Notice("warning", f"No value column: every customer is taken to pay {paid} a period (assumed)."),)


def worth_answer(valuation: Valuation | None, wording: Wording) -> dict[str, Any]:
    """The fields that go with every value at risk."""
    return {
        "value_horizon": valuation.playbook.horizon if valuation else "",
        "value_assumed": valuation is not None and valuation.assumed_bill is not None,
        "currency": wording.currency,
    }
