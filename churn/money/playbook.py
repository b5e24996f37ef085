"""The Playbook: what may be offered, to whom, at what cost, with what assumed or learnt effect."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Literal

from churn.errors import ChurnError, NotFound, RequestRefused
from churn.files import NAME
from churn.money.rules import EVERYBODY, Rule, parse_rule

Scenario = Literal["low", "mid", "high"]
SCENARIOS: tuple[Scenario, ...] = ("low", "mid", "high")
RATES = ("save", "take_up", "wake_up")
PERIODS: Mapping[float, str] = {1: "year", 4: "quarter", 12: "month", 52: "week", 365: "day"}
_TURNED: Mapping[Scenario, Scenario] = {"low": "high", "mid": "mid", "high": "low"}


@dataclass(frozen=True)
class Estimate:
    """A number nobody knows exactly: low, mid and high, and where it comes from.

    source      `assumed`: somebody's judgement; `learnt`: measured in campaigns, on `customers` of them
    """

    low: float
    mid: float
    high: float
    source: str = "assumed"
    customers: int = 0

    def at(self, scenario: Scenario) -> float:
        """The number in the cautious (low), expected (mid) or hopeful (high) case, where more is better."""
        return float(getattr(self, scenario))

    def against(self, scenario: Scenario) -> float:
        """The same where more is worse: the cautious case takes the high number."""
        return float(getattr(self, _TURNED[scenario]))

    @property
    def said(self) -> str:
        """Where the number comes from, in words."""
        return f"learnt from {self.customers:,} customers" if self.source == "learnt" else "assumed"

    def as_toml(self) -> dict[str, Any]:
        """The estimate as a playbook file states it."""
        words: dict[str, Any] = {"low": self.low, "mid": self.mid, "high": self.high}
        return words | ({"from": "learnt", "customers": self.customers} if self.source == "learnt" else {})


def exact_estimate(number: float) -> Estimate:
    """An estimate without a range."""
    return Estimate(number, number, number)


NOTHING = exact_estimate(0.0)


@dataclass(frozen=True)
class RateSegment:
    """Customers for whom an action's rates differ from everybody else's."""

    rule: Rule
    rates: Mapping[str, Estimate]


@dataclass(frozen=True)
class Action:
    """One thing that may be offered.

    save        share of the would-be leavers it keeps
    take_up     share of those who would have stayed anyway and take the offer (cost without effect)
    wake_up     share of those who would have stayed and leave because they were contacted (sleeping dogs)
    contact     what reaching one customer costs
    offer       what a taken offer costs, as an amount
    bill_share  … and as a share of the bill, for `bill_periods` periods
    rule        who may be offered it
    answers     the business groups or columns whose reasons it answers; with `only_answers` nobody else gets it
    rest_days   days that must pass since the customer's last contact
    segments    rates that differ for some customers; the first rule that holds counts
    """

    name: str
    title: str = ""
    channel: str = ""
    save: Estimate = NOTHING
    take_up: Estimate = NOTHING
    wake_up: Estimate = NOTHING
    contact: Estimate = NOTHING
    offer: Estimate = NOTHING
    bill_share: Estimate = NOTHING
    bill_periods: float = 0.0
    rule: Rule = EVERYBODY
    answers: tuple[str, ...] = ()
    only_answers: bool = False
    rest_days: int = 0
    segments: tuple[RateSegment, ...] = ()

    @property
    def words(self) -> str:
        """The action as a person reads it."""
        return self.title or self.name

    @property
    def learnt_for_some(self) -> bool:
        """Whether a campaign has taught how many it keeps of some customers, such as those of one tier."""
        return any(s.rates["save"].source == "learnt" for s in self.segments if "save" in s.rates)


@dataclass(frozen=True)
class Playbook:
    """Everything the plan may choose from, and what keeping a customer is worth.

    capacity    per channel, how many customers it can reach; a channel that is not named has no limit
    margin      share of the bill that is profit
    periods     how many periods a kept customer stays on, at most
    per_year    periods in a year (12 months, 52 weeks, 1 for a yearly value)
    discount    yearly rate by which later money counts less
    bill        the bill to assume when the list has no value column; None: such a list is refused
    learnt_bills  not stated by people: from where on a bill is far above all that a model learnt from, and the largest
                  of those, which counts in its place; None: every bill counts as it is
    """

    actions: tuple[Action, ...] = ()
    title: str = ""
    capacity: Mapping[str, int] = field(default_factory=dict)
    margin: Estimate = field(default_factory=lambda: exact_estimate(1.0))
    periods: Estimate = field(default_factory=lambda: exact_estimate(12.0))
    per_year: float = 12.0
    discount: float = 0.0
    bill: float | None = None
    learnt_bills: tuple[float, float] | None = field(default=None, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the actions, in order."""
        return tuple(a.name for a in self.actions)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels the actions use, each once, in order."""
        return tuple(dict.fromkeys(a.channel for a in self.actions))

    def action(self, name: str) -> Action:
        """The action of that name."""
        for action in self.actions:
            if action.name == name:
                return action
        raise NotFound(f"The playbook has no action {name!r}.", f"It has: {', '.join(self.names)}.")

    def having(self, name: str, **changes: Any) -> Playbook:
        """The same playbook with one action changed."""
        changed = replace(self.action(name), **changes)
        return replace(self, actions=tuple(changed if a.name == name else a for a in self.actions))

    def with_capacity(self, capacity: Mapping[str, int]) -> Playbook:
        """The same playbook with these channel limits in place of its own."""
        for channel in capacity:
            if channel not in self.channels:
                raise NotFound(
                    f"The playbook has no channel {channel!r}.", f"Its actions use: {', '.join(self.channels)}."
                )
        return replace(self, capacity={**self.capacity, **capacity})

    @property
    def horizon(self) -> str:
        """Over how long a customer's worth is counted, in words: "18 months", "3 years"."""
        unit, many = PERIODS.get(self.per_year, "month"), self.periods.mid
        many = many if self.per_year in PERIODS else many * 12 / self.per_year
        return f"{round(many, 1):g} {unit}{'' if round(many, 1) == 1 else 's'}"

    @property
    def assumed(self) -> tuple[str, ...]:
        """The rates nobody has measured yet, as "action: rate"."""
        return tuple(f"{a.name}: {r}" for a in self.actions for r in RATES if getattr(a, r).source == "assumed")

    @property
    def evidence(self) -> str:
        """Which offers were measured and which are believed in, in words, to stand beside a gain."""
        learnt = [a.words for a in self.actions if a.save.source == "learnt"]
        parts = [a.words for a in self.actions if a.words not in learnt and a.learnt_for_some]
        if not learnt and not parts:
            return "What an offer costs and how many it keeps is assumed until a campaign has been measured."
        said = [f"learnt from campaigns for {' and '.join(learnt)}"] if learnt else []
        said += [f"learnt for some customers of {' and '.join(parts)}"] if parts else []
        said += ["assumed for the other offers"] if len(learnt) + len(parts) < len(self.actions) else []
        return f"How many an offer keeps is {', '.join(said)}. What offers cost is assumed."


# A place in a TOML file: says what is wrong there, on which line, and what would be right; and writes TOML back.


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
        line = find_line(self.text, keys)
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


def find_line(text: str, keys: tuple[str, ...]) -> int | None:
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


# A playbook from its TOML text and back; a wrong word is named with its line and the words that are allowed.
#
# The keys are documented in data/profiles/PLAYBOOKS.md.


TOP = ("title", "bill", "margin", "periods", "per_year", "discount_rate", "actions", "channels")
CHANNEL = ("capacity", "title")
OFFER = ("amount", "bill_share", "periods")
ESTIMATE = ("low", "mid", "high", "from", "customers")

ACTION = (
    *("title", "channel", "contact_cost", "offer", *RATES, "when"),
    *("answers", "only_answers", "cool_down_days", "segments"),
)

MONEY = 1e12


def parse_playbook(text: str, source: str = "playbook.toml") -> Playbook:
    """The playbook a TOML text states."""
    try:
        words = tomllib.loads(text)
    except RecursionError as problem:
        raise RequestRefused(f"{source} nests too deeply to be read.", "Write it as the shipped one.") from problem
    except tomllib.TOMLDecodeError as problem:
        raise RequestRefused(f"{source} is not valid TOML: {problem}.", "Correct the line it names.") from problem
    return playbook_from_mapping(words, text=text, source=source)


def playbook_from_mapping(words: Mapping[str, Any], *, text: str = "", source: str = "playbook") -> Playbook:
    """The playbook a mapping states; with the text it was read from, mistakes are named by line."""
    top = Place(text, source)
    top.known(words, TOP)
    channels = {name: _capacity(top.into("channels", name), c) for name, c in words.get("channels", {}).items()}
    playbook = Playbook(
        actions=tuple(_action(top.into("actions", name), name, a) for name, a in words.get("actions", {}).items()),
        title=str(words.get("title", "")),
        capacity={name: limit for name, limit in channels.items() if limit is not None},
        margin=_estimate(top, words, "margin", high=1.0, default=exact_estimate(1.0)),
        periods=_estimate(top, words, "periods", high=1200.0, default=exact_estimate(12.0)),
        per_year=top.number(words, "per_year", 12.0, low=0.01, high=366.0),
        discount=top.number(words, "discount_rate", 0.0, low=0.0, high=1.0),
        bill=top.number(words, "bill", 0.0, low=0.0, high=MONEY) if "bill" in words else None,
    )
    _check_channels(top, playbook, channels)
    return playbook


def _capacity(place: Place, words: Any) -> int | None:
    place.known(place.table(words), CHANNEL)
    return int(place.number(words, "capacity", 0, low=0, high=1e9)) if "capacity" in words else None


def _check_channels(top: Place, playbook: Playbook, channels: Mapping[str, Any]) -> None:
    if not playbook.actions:
        raise top.wrong("it has no action", "Add one as [actions.NAME].")
    for name in channels:
        if name not in playbook.channels:
            raise top.into("channels", name).wrong(
                f"no action uses the channel {name!r}", f"The actions use: {', '.join(playbook.channels)}."
            )


def _action(place: Place, name: str, words: Any) -> Action:
    if not NAME.fullmatch(name):
        raise place.wrong(f"{name!r} cannot name an action", "Use lower-case letters, digits, dot, dash, underscore.")
    place.known(place.table(words), ACTION)
    place.needs(words, ("channel", "save"))
    offer = place.table(words.get("offer", {}), "offer")
    inside = place.into("offer")
    inside.known(offer, OFFER)
    if "bill_share" in offer and "periods" not in offer:
        raise inside.wrong("a share of the bill needs `periods`", "Say for how many periods, as periods = 3.")
    return Action(
        name=name,
        title=place.text_of(words, "title"),
        channel=place.text_of(words, "channel"),
        contact=_estimate(place, words, "contact_cost", high=MONEY),
        offer=_estimate(inside, offer, "amount", high=MONEY),
        bill_share=_estimate(inside, offer, "bill_share", high=1.0),
        bill_periods=inside.number(offer, "periods", 0.0, low=0.0, high=1200.0),
        rule=_rule(place, words),
        answers=place.texts(words, "answers"),
        only_answers=place.truth(words, "only_answers"),
        rest_days=int(place.number(words, "cool_down_days", 0, low=0, high=3650)),
        segments=tuple(_segment(place.into("segments", r), r, s) for r, s in words.get("segments", {}).items()),
        **{rate: _estimate(place, words, rate, high=1.0) for rate in RATES},
    )


def _rule(place: Place, words: Mapping[str, Any], key: str = "when") -> Any:
    try:
        return parse_rule(place.text_of(words, key))
    except ChurnError as problem:
        raise place.wrong(problem.message.rstrip("."), problem.fix, key) from problem


def _segment(place: Place, rule: str, words: Any) -> RateSegment:
    place.known(place.table(words), RATES)
    parsed = _rule(place, {"when": rule})
    return RateSegment(parsed, {r: _estimate(place, words, r, high=1.0) for r in words})


def _estimate(
    place: Place, words: Mapping[str, Any], key: str, *, high: float, default: Estimate = NOTHING
) -> Estimate:
    """A bare number, or {low, mid, high} in that order, each between 0 and `high`."""
    if key not in words:
        return default
    if not isinstance(words[key], Mapping):
        return exact_estimate(place.number(words, key, 0.0, low=0.0, high=high))
    inside, stated = place.into(key), words[key]
    inside.known(stated, ESTIMATE)
    inside.needs(stated, ("low", "mid", "high"))
    least, middle, most = (inside.number(stated, part, 0.0, low=0.0, high=high) for part in ("low", "mid", "high"))
    if not least <= middle <= most:
        raise inside.wrong(f"{key} is not in order", "It has to be low <= mid <= high.")
    source = stated.get("from", "assumed")
    if source not in ("assumed", "learnt"):
        raise inside.wrong(f"{key} has from = {source!r}", "It is one of: assumed, learnt.", "from")
    customers = int(inside.number(stated, "customers", 0, low=0, high=1e12))
    return Estimate(least, middle, most, source, customers)


def playbook_words(playbook: Playbook) -> dict[str, Any]:
    """The playbook as a plain mapping; `playbook_from_mapping` reads it back to the same playbook."""
    top: dict[str, Any] = {"title": playbook.title} if playbook.title else {}
    top |= {"bill": playbook.bill} if playbook.bill is not None else {}
    top |= {"margin": playbook.margin.as_toml(), "periods": playbook.periods.as_toml()}
    top |= {"per_year": playbook.per_year, "discount_rate": playbook.discount}
    top["channels"] = {name: {"capacity": limit} for name, limit in playbook.capacity.items()}
    return top | {"actions": {a.name: _action_words(a) for a in playbook.actions}}


def _action_words(action: Action) -> dict[str, Any]:
    offer: dict[str, Any] = {"amount": action.offer.as_toml()} if action.offer != NOTHING else {}
    if action.bill_share != NOTHING:
        offer |= {"bill_share": action.bill_share.as_toml(), "periods": action.bill_periods}
    words: dict[str, Any] = {
        "title": action.title,
        "channel": action.channel,
        "contact_cost": action.contact.as_toml(),
        "offer": offer,
        **{rate: getattr(action, rate).as_toml() for rate in RATES},
        "when": action.rule.text,
        "answers": list(action.answers),
        "only_answers": action.only_answers,
        "cool_down_days": action.rest_days,
        "segments": {s.rule.text: {r: e.as_toml() for r, e in s.rates.items()} for s in action.segments},
    }
    return {k: v for k, v in words.items() if v not in ("", [], {}, False, 0)}


def playbook_text(playbook: Playbook) -> str:
    """The playbook as TOML, as a person would edit it."""
    words = playbook_words(playbook)
    lines = [f"{k} = {toml_value(v)}" for k, v in words.items() if k not in ("channels", "actions")]
    for name, channel in words["channels"].items():
        lines += ["", f"[channels.{toml_key(name)}]", *(f"{k} = {toml_value(v)}" for k, v in channel.items())]
    for name, action in words["actions"].items():
        lines += ["", f"[actions.{toml_key(name)}]"]
        lines += [f"{k} = {toml_value(v)}" for k, v in action.items() if k != "segments"]
        for rule, rates in action.get("segments", {}).items():
            lines += ["", f"[actions.{toml_key(name)}.segments.{toml_key(rule)}]"]
            lines += [f"{k} = {toml_value(v)}" for k, v in rates.items()]
    return "\n".join(lines) + "\n"
