"""Playbooks: the one in force for a business, where it came from, and a new version of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.errors import NotFound, RequestRefused
from churn.profiles import GENERAL, Profile, profile_names, read_profile
from churn.workspace.store import now, open_store, settled_row, store_stamp

if TYPE_CHECKING:
    from churn.money.playbook import Playbook
    from churn.store.campaigns import PlaybookVersion


@dataclass(frozen=True)
class ActivePlaybook:
    """The playbook that counts for a business now.

    profile     the ready-made business it is like
    model       the business itself, by the name of its model; "" for the default of a ready-made business
    version     its number in the database; 0 for the one that came with the business
    how         `shipped`, `by hand` or `learnt`
    assumed     the last playbook a person wrote, before campaigns taught anything
    """

    profile: str
    playbook: Playbook
    version: int
    how: str
    why: str
    made: str
    assumed: Playbook
    model: str = ""

    @property
    def business(self) -> str:
        """What a new version of it is kept under."""
        return self.model or default_key(self.profile)

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        from churn.money.playbook import playbook_text, playbook_words

        told = {"profile": self.profile, "model": self.model, "version": self.version, "how": self.how}
        return {
            **told,
            "why": self.why,
            "made": self.made,
            "playbook": playbook_words(self.playbook),
            "text": playbook_text(self.playbook),
        }


def shipped_playbook(profile: Profile, home: Path) -> Playbook:
    """The offers a business came with: its own, else the general ones."""
    from churn.money.playbook import playbook_from_mapping

    words = profile.playbook or read_profile(GENERAL, home).playbook
    return playbook_from_mapping(words, source=f"{profile.name}/playbook.toml")


def active_playbook(home: Path, name: str, *, profile: str | None = None) -> ActivePlaybook:
    """The playbook that counts for the business of a model, or by default for those of a profile.

    The newest version of the business's own counts. Where nobody has set one for it, the default set by hand for its
    profile stands in the place of one; else the playbook the profile came with.

    name     a model's name, else that of a ready-made business
    profile  the ready-made business of the model, where it is known already that the name is a model's
    """
    model, profile = business_named(home, name) if profile is None else (name, profile)
    shipped = shipped_playbook(read_profile(profile, home), home)
    versions = active_versions(home, model, profile)
    by_hand = [v for v in versions if v.how == "by hand"]
    assumed = _read(by_hand[-1]) if by_hand else shipped
    if not versions:
        return ActivePlaybook(profile, shipped, 0, "shipped", "It came with the business.", "", assumed, model)
    last = versions[-1]
    return ActivePlaybook(profile, _read(last), last.number, last.how, last.why, last.made, assumed, model)


def business_named(home: Path, name: str) -> tuple[str, str]:
    """The model of that name ("" where there is none), and the ready-made business that goes with the name."""
    from churn.training.registry import business_profile

    known = business_profile(home, name)
    if known is None and (row := settled_row(home, name)):  # it has learnt nothing yet
        known = row.profile
    if known is None:
        return "", name
    return name, known if known in profile_names(home) else GENERAL


def default_key(profile: str) -> str:
    """What the default playbook of a ready-made business is kept under; no model can be called so."""
    return f"profile:{profile}"


def active_versions(home: Path, model: str, profile: str) -> tuple[PlaybookVersion, ...]:
    """The versions that count for a business, the oldest first; what others of its profile learnt is not among them."""
    defaults = tuple(v for v in _versions(home, default_key(profile)) if v.how == "by hand")
    if not model:
        return defaults
    own = _versions(home, model)
    if any(v.how == "by hand" for v in own):
        return own
    return tuple(sorted((*defaults, *own), key=lambda v: v.made))


def read_playbook(file: Path) -> Playbook:
    """The playbook a file states; a wrong word is refused with its line and the words allowed."""
    from churn.money.playbook import parse_playbook

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise RequestRefused(f"{file.name} is not a text in UTF-8.", "Save it as UTF-8 text.") from problem
    except OSError as problem:
        raise NotFound(f"There is no playbook {file}.", "Check the name and the folder.") from problem
    return parse_playbook(text, file.name)


def set_playbook(home: Path, name: str, playbook: Playbook, why: str, *, profile: str | None = None) -> ActivePlaybook:
    """Make a playbook count for a model's business, or by default for a profile; the versions before are kept."""
    from churn.store.campaigns import BY_HAND, add_playbook

    force = active_playbook(home, name, profile=profile)
    with open_store(home) as store:
        text = editable_text(playbook)
        add_playbook(store, force.business, text, how=BY_HAND, why=why, made=now(), after=force.version)
    return active_playbook(home, name, profile=profile)


def editable_text(playbook: Playbook) -> str:
    """A playbook as text that is sure to be read back: its numbers become plain numbers, its words are checked."""
    from churn.money.playbook import parse_playbook, playbook_from_mapping, playbook_text, playbook_words

    text = playbook_text(playbook_from_mapping(playbook_words(playbook)))
    parse_playbook(text)
    return text


def learnt_in(playbook: Playbook) -> bool:
    """Whether a playbook holds a rate that a campaign has taught."""
    from churn.money.playbook import RATES

    stated = [getattr(a, rate) for a in playbook.actions for rate in RATES]
    stated += [rate for a in playbook.actions for s in a.segments for rate in s.rates.values()]
    return any(rate.source == "learnt" for rate in stated)


def _versions(home: Path, business: str) -> tuple[PlaybookVersion, ...]:
    """The versions in the database; where there is no book yet, none is made only to look."""
    if os.environ.get("CHURN_BOOK"):
        return _looked_up(home, business, None)
    stamp = store_stamp(home)
    return _remembered(home, business, stamp) if stamp else ()


def _looked_up(home: Path, business: str, stamp: Any) -> tuple[PlaybookVersion, ...]:
    from churn.store.campaigns import playbooks_of

    with open_store(home) as store:
        return playbooks_of(store, business)


# A door that scores one customer at a time asks for the playbook each time: it is read again when the database changed.
_remembered = lru_cache(maxsize=64)(_looked_up)


@lru_cache(maxsize=64)
def _read(version: PlaybookVersion) -> Playbook:
    from churn.money.playbook import parse_playbook

    return parse_playbook(version.playbook, f"{version.business} playbook, version {version.number}")
