"""A business: the noun that keeps things apart, with its settings, the lists it keeps, and its saved segments.

A business has the name of its model, so every model of an older home is one already. Its settings are what a person
settled; where nobody settled anything they follow from its model and from the ready-made business it is like. Horizon,
margin and the period of the value column stand in its playbook and nowhere else: changing one writes a new version.

    shop = workspace.businesses.add("Corner shop", currency="EUR")
    shop.change(horizon_months=12)
    shop.lists.keep(content, "customers_2026-11-23.csv")
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from churn.errors import ChurnError, NotFound, RequestRefused
from churn.files import checked_name, name_from
from churn.options import ReadOptions
from churn.profiles import GENERAL, profile_names, read_profile
from churn.workspace import kept_lists, playbooks
from churn.workspace.store import has_store, now, open_store

if TYPE_CHECKING:
    from churn.intake.reader import Reading
    from churn.intake.sources import Source
    from churn.money.playbook import Playbook
    from churn.store.businesses import SavedSegment, StoredList
    from churn.training.model import Model
    from churn.workspace.lists import ScoredCustomers
    from churn.workspace.timeline import ListMoves, TimelinePoint
    from churn.workspace.workspace import Workspace

LONGEST_TITLE = 80
CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class BusinessSettings:
    """How a business counts and speaks, as it stands now.

    bills_per_year   how often the value column is paid: 12 for a monthly bill, 1 for a yearly one
    horizon_months   over how long worth and gain are counted
    margin           the share of a bill that is profit
    labels           what it calls its columns, by the model's name for them
    made_up          it is one of the demo's
    """

    name: str
    title: str
    profile: str
    currency: str
    bills_per_year: float
    horizon_months: float
    margin: float
    labels: Mapping[str, str]
    keeps_lists: bool
    made_up: bool

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return asdict(self)


@dataclass(frozen=True)
class BusinessProposal:
    """What a first list says about the business it comes from; a person may change every part of it.

    outcome   the column that says who left; empty where there is none
    """

    title: str
    profile: str
    currency: str
    customers: int
    outcome: str


class Business:
    """One business of a home; nothing of it is ever compared with, learnt from or counted for another."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self.workspace, self.home, self.name = workspace, workspace.home, checked_name(name, "business name")

    @property
    def settings(self) -> BusinessSettings:
        """How it counts and speaks now."""
        from churn.training.registry import title_of
        from churn.workspace.businesses import currency_in, is_demo
        from churn.workspace.store import settled_row

        row = settled_row(self.home, self.name)
        offers = self.playbook
        return BusinessSettings(
            name=self.name,
            title=row.title if row and row.title else title_of(self.home, self.name),
            profile=self.profile,
            currency=currency_in(self.home, self.name),
            bills_per_year=offers.per_year,
            horizon_months=round(offers.periods.mid * 12 / offers.per_year, 4),
            margin=offers.margin.mid,
            labels=row.labels if row else {},
            keeps_lists=row.keeps_lists if row else True,
            made_up=is_demo(self.home, self.name),
        )

    @property
    def title(self) -> str:
        """What people call it."""
        return self.settings.title

    @property
    def profile(self) -> str:
        """The ready-made business it is like."""
        from churn.training.registry import business_profile
        from churn.workspace.store import settled_row

        row = settled_row(self.home, self.name)
        known = business_profile(self.home, self.name) or (row.profile if row else "")
        return known if known in profile_names(self.home) else GENERAL

    @property
    def playbook(self) -> Playbook:
        """Its offers as they count now."""
        return playbooks.active_playbook(self.home, self.name, profile=self.profile).playbook

    @property
    def has_model(self) -> bool:
        """Whether a model of it is live."""
        from churn.training.registry import champion

        return champion(self.home, self.name) is not None

    @property
    def model(self) -> Model:
        """Its live model; a refusal where there is none yet."""
        return self.workspace.models.get(self.name)

    @cached_property
    def lists(self) -> KeptLists:
        """The lists that it keeps."""
        return KeptLists(self)

    @cached_property
    def segments(self) -> SavedSegments:
        """Its saved groups of customers."""
        return SavedSegments(self)

    def timeline(self, until: str = "") -> tuple[TimelinePoint, ...]:
        """The lists it keeps by day, up to the one of that fingerprint, with the share expected to leave of each."""
        from churn.workspace.timeline import timeline

        return timeline(self.home, self.name, until)

    def change(
        self,
        *,
        title: str | None = None,
        currency: str | None = None,
        horizon_months: float | None = None,
        margin: float | None = None,
        bills_per_year: float | None = None,
        labels: Mapping[str, str] | None = None,
        keeps_lists: bool | None = None,
    ) -> BusinessSettings:
        """Settle some of its settings anew; the rest stays as it is."""
        settings = {"title": title, "currency": currency, "labels": labels, "keeps_lists": keeps_lists}
        given = {name: value for name, value in settings.items() if value is not None}
        with self.workspace.acting("business", f"settings of {self.name}"):
            offers = self._offers_with(horizon_months, margin, bills_per_year)
            if given:
                self._save(_checked_settings(self.workspace, self.name, given))
            if offers is not None:
                why = "Changed in the settings of the business."
                playbooks.set_playbook(self.home, self.name, offers, why, profile=self.profile)
        return self.settings

    def remove(self) -> None:
        """Remove a business that has learnt nothing yet, with its lists; one with a model stays."""
        from churn.store.businesses import remove_business
        from churn.training.registry import versions

        if versions(self.home, self.name):
            raise RequestRefused(f"{self.title} has a model.", "Remove its lists one by one; its model stays.")
        with self.workspace.acting("business", f"removed {self.name}"):
            for kept in self.lists.all():
                self.lists.remove(kept.list)
            with open_store(self.home) as store:
                remove_business(store, self.name)

    def _save(self, given: Mapping[str, Any]) -> None:
        from churn.store.businesses import BusinessRow, save_business
        from churn.workspace.store import settled_row

        row = settled_row(self.home, self.name) or BusinessRow(self.name, "", "", self.profile, now())
        with open_store(self.home) as store:
            save_business(store, replace(row, **given))

    def _offers_with(
        self, horizon_months: float | None, margin: float | None, bills_per_year: float | None
    ) -> Playbook | None:
        """Its playbook with another horizon, margin or period of the bill; None where nothing changes."""
        from churn.money.playbook import exact_estimate

        now = self.playbook
        per_year = now.per_year if bills_per_year is None else _between(bills_per_year, 0.01, 366, "bills a year")
        months = now.periods.mid * 12 / now.per_year
        if horizon_months is not None:
            months = _between(horizon_months, 1, 1200, "months")
        bills, share = months * per_year / 12, now.margin.mid
        if margin is not None:
            share = _between(margin, 0.001, 1, "share of the bill")
        changed = replace(
            now,
            per_year=per_year,
            periods=now.periods if bills == now.periods.mid else exact_estimate(bills),
            margin=now.margin if share == now.margin.mid else exact_estimate(share),
        )
        return None if changed == now else changed


def _between(value: float, low: float, high: float, what: str) -> float:
    if not low <= float(value) <= high:
        raise RequestRefused(f"{value:g} cannot be a number of {what}.", f"Give {low:g} to {high:g}.")
    return float(value)


def _checked_settings(workspace: Workspace, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(given)
    if "title" in checked:
        checked["title"] = checked_title(checked["title"])
        taken = next((b for b in workspace.businesses.all() if b.title == checked["title"] and b.name != name), None)
        if taken is not None:
            raise RequestRefused(f"Another business is called {checked['title']}.", "Give this one another name.")
    if "currency" in checked:
        checked["currency"] = checked_currency(checked["currency"])
    if "labels" in checked:
        words = {column: " ".join(str(label).split())[:LONGEST_TITLE] for column, label in checked["labels"].items()}
        checked["labels"] = {column: label for column, label in words.items() if label}
    return checked


def checked_title(title: str) -> str:
    """What people may call a business: any words, on one line."""
    words = " ".join(title.split())
    if not words or len(words) > LONGEST_TITLE:
        raise RequestRefused("A business needs a name.", f"Give it one of 1 to {LONGEST_TITLE} letters.")
    return words


def checked_currency(code: str) -> str:
    """The code of a currency; empty for none."""
    if code and not CURRENCY.fullmatch(code.strip().upper()):
        raise RequestRefused(f"{code!r} is no currency.", "Write its three letters, as EUR or USD.")
    return code.strip().upper()


class Businesses:
    """Every business of a home."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.home = workspace, workspace.home

    def all(self) -> tuple[Business, ...]:
        """Those with a model and those that have a list only; the demo's stand last."""
        from churn.training import registry
        from churn.workspace.businesses import is_demo
        from churn.workspace.store import settled_rows

        names = dict.fromkeys([*settled_rows(self.home), *registry.names(self.home)])
        ordered = sorted(names, key=lambda name: (is_demo(self.home, name), name))
        return tuple(Business(self.workspace, name) for name in ordered)

    def get(self, words: str) -> Business:
        """The business of that name or title."""
        known = self.all()
        found = next((b for b in known if words in (b.name, b.title)), None)
        if found is None:
            there = ", ".join(b.title for b in known) or "none yet"
            raise NotFound(f"There is no business {words}.", f"There are: {there}.")
        return found

    def add(self, title: str, *, currency: str = "", profile: str = GENERAL) -> Business:
        """A new business; it learns from its first list with outcomes."""
        from churn.store.businesses import BusinessRow, save_business

        words = checked_title(title)
        taken = {name for b in self.all() for name in (b.name, b.title)}
        name = name_from(words, "business")
        if words in taken or name in taken:
            raise RequestRefused(f"There is a business {words} already.", "Choose it, or give this one another name.")
        if profile not in profile_names(self.home):
            raise NotFound(f"There is no profile {profile}.", f"There are: {', '.join(profile_names(self.home))}.")
        row = BusinessRow(name, words, checked_currency(currency), profile, now())
        with self.workspace.acting("business", f"added {name}"), open_store(self.home) as store:
            save_business(store, row)
        return Business(self.workspace, name)

    def for_list(self, source: Source, *, business: str | None = None, **options: Unpack[ReadOptions]) -> Business:
        """The business a list belongs to: the one named, else the one whose columns it has."""
        if business:
            return self.get(business)
        return Business(self.workspace, self.workspace.models.for_list(source, **options).name)

    def propose(self, reading: Reading) -> BusinessProposal:
        """What a first list says about its business: a name from the file, the currency marked in it."""
        from churn.training.outcome import find_outcome_column

        title = title_from_file(reading.source)
        marks = set(reading.currencies.values())
        currency = marks.pop() if len(marks) == 1 else read_profile(reading.profile, self.home).currency
        try:
            outcome = find_outcome_column(reading.table, reading.schema, None) or ""
        except ChurnError:
            outcome = ""
        taken = {b.title for b in self.all()}
        free = next(t for n in range(1, 1000) if (t := title if n == 1 else f"{title} {n}") not in taken)
        return BusinessProposal(free, reading.profile, currency, reading.rows, outcome)


def title_from_file(name: str) -> str:
    """A name for a business from that of its first file: "acme_customers_2026-11-23.csv" is Acme."""
    stem = Path(name).name.split(".", 1)[0]
    words = re.sub(r"[\s_.\-]+", " ", kept_lists.DAY_IN_NAME.sub(" ", stem)).strip()
    plain = [w for w in words.split() if w.lower() not in ("customers", "customer", "list", "export", "churn", "data")]
    words = " ".join(plain) or "My business"
    return (words[:1].upper() + words[1:])[:LONGEST_TITLE]


class KeptLists:
    """The lists of one business that stay in the home until they are removed, by day."""

    def __init__(self, business: Business) -> None:
        self.business, self.workspace, self.home = business, business.workspace, business.home

    def all(self) -> tuple[StoredList, ...]:
        """Those it keeps, the latest day first."""
        return kept_lists.lists_of(self.home, self.business.name)

    def latest(self) -> StoredList | None:
        """The one that speaks of the latest day."""
        return next(iter(self.all()), None)

    def get(self, digest: str) -> StoredList:
        """The list of that fingerprint."""
        found = next((kept for kept in self.all() if kept.list == digest), None)
        if found is None:
            raise NotFound(f"{self.business.title} keeps no such list.", "Choose one of those it keeps.")
        return found

    def keep(
        self,
        content: bytes,
        name: str,
        *,
        customers: int,
        day: date | None = None,
        options: Mapping[str, Any] | None = None,
        made_up: bool = False,
    ) -> StoredList:
        """Keep a list; one whose bytes are kept already stays as it was unless something else is said of it now.

        day   the day it speaks of; else the one in the name of its file, else today
        """
        self.workspace.user.must("score")
        return kept_lists.keep_list(
            self.home,
            self.business.name,
            content,
            name,
            customers=customers,
            day=day,
            options=options or {},
            made_up=made_up,
        )

    def content(self, digest: str) -> bytes:
        """The bytes of a list, only as they were brought."""
        self.workspace.user.must("score")
        return kept_lists.read_kept(self.home, self.get(digest))

    def before(self, digest: str) -> StoredList | None:
        """The kept list that speaks of the latest day before that of this one; None for the first."""
        every = self.all()
        place = next((i for i, kept in enumerate(every) if kept.list == digest), None)
        return None if place is None else next((k for k in every[place + 1 :] if k.day < every[place].day), None)

    def moves(self, now: ScoredCustomers) -> ListMoves | None:
        """Whose risk rose and fell since the list before; None for the first list, or one that is not kept."""
        from churn.workspace.timeline import compare_lists

        earlier = self.before(now.reading.fingerprint)
        if earlier is None:
            return None
        return compare_lists(self.home, now, self.score(earlier.list), earlier.day)

    def score(self, digest: str) -> ScoredCustomers:
        """A kept list, read as it was said to be read, with the scores of the model that is live now."""
        kept = self.get(digest)
        options: dict[str, Any] = {**kept.options, "filename": kept.name}
        return self.workspace.lists.score(self.content(kept.list), model=self.business.name, **options)

    def remove(self, digest: str) -> None:
        """Remove a list from the home."""
        self.workspace.user.must("score")
        kept_lists.remove_list(self.home, self.get(digest))


class SavedSegments:
    """The saved groups of customers of one business; they open on every screen."""

    def __init__(self, business: Business) -> None:
        self.business, self.workspace, self.home = business, business.workspace, business.home

    def all(self) -> tuple[SavedSegment, ...]:
        """Those it saved, the oldest first."""
        from churn.store.businesses import saved_segments

        if not has_store(self.home):
            return ()
        with open_store(self.home) as store:
            return saved_segments(store, self.business.name)

    def get(self, words: str) -> SavedSegment:
        """The segment of that name or title."""
        found = next((one for one in self.all() if words in (one.segment, one.title)), None)
        if found is None:
            there = ", ".join(one.title for one in self.all()) or "none yet"
            raise NotFound(f"There is no segment {words}.", f"There are: {there}.")
        return found

    def save(self, title: str, wanted: Mapping[str, Any]) -> SavedSegment:
        """Save a filter under a name; one that has the name already is replaced.

        wanted   as `workspace.lists.top` takes it
        """
        from churn.store.businesses import SavedSegment, save_segment
        from churn.workspace.list_history import ListFilter

        words = checked_title(title)
        ListFilter(**wanted)
        segment = SavedSegment(self.business.name, name_from(words, "segment"), words, dict(wanted), now())
        with self.workspace.acting("score"), open_store(self.home) as store:
            save_segment(store, segment)
        return segment

    def remove(self, segment: str) -> None:
        """Remove a saved segment."""
        from churn.store.businesses import remove_segment

        self.workspace.user.must("score")
        with open_store(self.home) as store:
            remove_segment(store, self.business.name, segment)
