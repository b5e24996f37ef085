"""A playbook from its TOML text and back; a wrong word is named with its line and the words that are allowed.

The keys are documented in data/profiles/PLAYBOOKS.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from churn.errors import ChurnError, RequestRefused
from churn.files import NAME
from churn.money.eligibility import rule_from
from churn.money.playbook import NOTHING, RATES, Action, Estimate, Playbook, Segment, exactly
from churn.money.toml_places import Place, toml_key, toml_value

TOP = ("title", "bill", "margin", "periods", "per_year", "discount_rate", "actions", "channels")
CHANNEL = ("capacity", "title")
OFFER = ("amount", "bill_share", "periods")
ESTIMATE = ("low", "mid", "high", "from", "customers")
ACTION = (
    *("title", "channel", "contact_cost", "offer", *RATES, "when"),
    *("answers", "only_answers", "cool_down_days", "segments"),
)
MONEY = 1e12


def playbook_from_text(text: str, source: str = "playbook.toml") -> Playbook:
    """The playbook a TOML text states."""
    try:
        words = tomllib.loads(text)
    except RecursionError as problem:
        raise RequestRefused(f"{source} nests too deeply to be read.", "Write it as the shipped one.") from problem
    except tomllib.TOMLDecodeError as problem:
        raise RequestRefused(f"{source} is not valid TOML: {problem}.", "Correct the line it names.") from problem
    return playbook_from(words, text=text, source=source)


def playbook_from(words: Mapping[str, Any], *, text: str = "", source: str = "playbook") -> Playbook:
    """The playbook a mapping states; with the text it was read from, mistakes are named by line."""
    top = Place(text, source)
    top.known(words, TOP)
    channels = {name: _capacity(top.into("channels", name), c) for name, c in words.get("channels", {}).items()}
    playbook = Playbook(
        actions=tuple(_action(top.into("actions", name), name, a) for name, a in words.get("actions", {}).items()),
        title=str(words.get("title", "")),
        capacity={name: limit for name, limit in channels.items() if limit is not None},
        margin=_estimate(top, words, "margin", high=1.0, default=exactly(1.0)),
        periods=_estimate(top, words, "periods", high=1200.0, default=exactly(12.0)),
        per_year=top.number(words, "per_year", 12.0, low=0.01, high=366.0),
        discount=top.number(words, "discount_rate", 0.0, low=0.0, high=1.0),
        bill=top.number(words, "bill", 0.0, low=0.0, high=MONEY) if "bill" in words else None,
    )
    _checked_channels(top, playbook, channels)
    return playbook


def _capacity(place: Place, words: Any) -> int | None:
    place.known(place.table(words), CHANNEL)
    return int(place.number(words, "capacity", 0, low=0, high=1e9)) if "capacity" in words else None


def _checked_channels(top: Place, playbook: Playbook, channels: Mapping[str, Any]) -> None:
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
        return rule_from(place.text_of(words, key))
    except ChurnError as problem:
        raise place.wrong(problem.message.rstrip("."), problem.fix, key) from problem


def _segment(place: Place, rule: str, words: Any) -> Segment:
    place.known(place.table(words), RATES)
    parsed = _rule(place, {"when": rule})
    return Segment(parsed, {r: _estimate(place, words, r, high=1.0) for r in words})


def _estimate(
    place: Place, words: Mapping[str, Any], key: str, *, high: float, default: Estimate = NOTHING
) -> Estimate:
    """A bare number, or {low, mid, high} in that order, each between 0 and `high`."""
    if key not in words:
        return default
    if not isinstance(words[key], Mapping):
        return exactly(place.number(words, key, 0.0, low=0.0, high=high))
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
    """The playbook as a plain mapping; `playbook_from` reads it back to the same playbook."""
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
