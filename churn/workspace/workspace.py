"""A home folder and everything that can be asked of it: what each door calls, and a notebook too.

    workspace = Workspace()                          # the home named by CHURN_HOME, for whoever runs the program
    scored = workspace.lists.score("today.csv")
    plan = workspace.campaigns.suggest(scored)

A workspace is composed of a few plain parts (`parts.py`), one for each thing that is kept. It works for one user: a
door that serves others asks `access` for the person and then works with `workspace.as_user(person)`, which shares the
open models, refuses what that person may not do, and notes what they did.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from churn.errors import ChurnError, Unavailable
from churn.files import home_folder, json_text
from churn.profiles import Profile, profile_names, read_profile
from churn.workspace.access import ApiKeyStore, AuthSettings, By, Principal, auth_settings, local_user, new_key
from churn.workspace.lists import OpenModels
from churn.workspace.parts import Campaigns, Customers, Lists, Logs, Models, Monitor, Online, Part, Playbooks
from churn.workspace.recorder import Recorder
from churn.workspace.store import now, open_store

if TYPE_CHECKING:
    from churn.scoring.wording import Wording
    from churn.store.access import Entry, KeyRow
    from churn.training.model import Model
    from churn.workspace.business import Business, Businesses
    from churn.workspace.scorer import ScorerCache


class Workspace:
    """Everything Holdfast can do over one home folder (models, database, own profiles), for one user."""

    def __init__(self, home: Path | str | None = None, user: Principal | None = None) -> None:
        self.home = home_folder(home)
        self.user = user or local_user()
        self.open_models = OpenModels(self.home)
        self.recorder = Recorder(self.home)
        self.key_store = ApiKeyStore(self.home)

    def as_user(self, user: Principal) -> Self:
        """The same workspace for somebody: it shares the open models and does what they may."""
        theirs = type(self).__new__(type(self))
        shared = ("home", "open_models", "recorder", "scorers", "key_store")
        theirs.__dict__.update({name: getattr(self, name) for name in shared}, user=user)
        return theirs

    @cached_property
    def scorers(self) -> ScorerCache:
        """The models that are ready to score single customers."""
        from churn.workspace.scorer import ScorerCache

        return ScorerCache(self.home, self.open_models)

    @cached_property
    def businesses(self) -> Businesses:
        """The businesses of this home: their settings, the lists they keep, their saved segments."""
        from churn.workspace.business import Businesses

        return Businesses(self)

    def business(self, name: str) -> Business:
        """The business of that name or title."""
        return self.businesses.get(name)

    @cached_property
    def lists(self) -> Lists:
        """Customer lists: checked, scored, summed up, compared with the list before."""
        return Lists(self)

    @cached_property
    def customers(self) -> Customers:
        """Single customers: why, what if, what is known of them; and how one is forgotten."""
        return Customers(self)

    @cached_property
    def online(self) -> Online:
        """Customers scored one at a time, in milliseconds."""
        return Online(self)

    @cached_property
    def models(self) -> Models:
        """Models and their versions: trained, opened, promoted, rolled back, verified."""
        return Models(self)

    @cached_property
    def campaigns(self) -> Campaigns:
        """Campaigns: planned, exported, sent, measured."""
        return Campaigns(self)

    @cached_property
    def playbooks(self) -> Playbooks:
        """The offers in force for each business."""
        return Playbooks(self)

    @cached_property
    def monitor(self) -> Monitor:
        """Whether lists and models have moved, and what to do about it."""
        return Monitor(self)

    @cached_property
    def logs(self) -> Logs:
        """Event logs that become a customer list."""
        return Logs(self)

    @cached_property
    def access(self) -> Access:
        """Who asks: keys, sign-in, the audit trail."""
        return Access(self)

    def profiles(self) -> tuple[Profile, ...]:
        """The ready-made businesses known here, shipped and own."""
        return tuple(read_profile(name, self.home) for name in profile_names(self.home))

    def business_title(self, name: str) -> str:
        """What a ready-made business is called in words."""
        return read_profile(name, self.home).title if name in profile_names(self.home) else name

    def currency_of(self, model: Model) -> str:
        """The currency of the business a model was trained for."""
        from churn.workspace.businesses import currency_of

        return currency_of(model, self.home)

    def wording_of(self, model: Model) -> Wording:
        """How the business of a model calls its columns and values."""
        from churn.workspace.businesses import wording_of

        return wording_of(model, self.home)

    @contextmanager
    def acting(self, act: str, what: str = "") -> Iterator[None]:
        """Refuse an act that the user may not do, and note it once it is done; what failed is not noted.

        what  names a model, a campaign or a key; never a customer
        """
        self.user.must(act)
        yield
        self.note(act, what)

    def note(self, act: str, what: str = "") -> None:
        """Write one act into the audit trail; while the database does not answer it waits on the disk."""
        from churn.store.access import Entry, write_entry

        user, at = self.user, datetime.now(UTC).isoformat(timespec="microseconds")
        entry = Entry(uuid4().hex, at, user.name, user.role, user.by, act, what[:200])
        try:
            with open_store(self.home) as store:
                write_entry(store, entry)
        except ChurnError:
            self.recorder.keep("audit", [json_text(vars(entry))])
        else:
            if self.recorder.left_over:
                self.recorder.carry()


class Access(Part):
    """Who asks: keys, sign-in, the audit trail."""

    @property
    def settings(self) -> AuthSettings:
        """What the operator has set about people, proxies and hosts."""
        return auth_settings()

    @property
    def key_store(self) -> ApiKeyStore:
        """The API keys of this home."""
        return self.workspace.key_store

    def signed_in(self, address: str, by: By = "sign-in") -> Principal:
        """The person who signed in with this address; a stranger is refused."""
        return self.settings.person(address, by)

    def anonymous(self, *, here: bool = True) -> Principal:
        """Who somebody is that says nothing: this machine, unless people have to sign in."""
        return self.settings.nobody(here=here, has_keys=not self.key_store.empty)

    def key_holder(self, key: str) -> Principal:
        """The program that holds this API key; a wrong one is refused."""
        return self.key_store.holder(key)

    def refuse_without_sign_in(self, host: str, *, has_provider: bool = False) -> None:
        """Refuse to serve others where nobody could sign in; without the database nobody is let in meanwhile."""
        try:
            has_keys = not self.key_store.empty
        except Unavailable:
            has_keys = True
        self.settings.refuse_without_sign_in(host, has_keys=has_keys, has_provider=has_provider)

    def add_key(self, name: str, scope: str) -> tuple[KeyRow, str]:
        """Make an API key; its text is given back this once and cannot be seen again."""
        from churn.store.access import keep_key

        row, key = new_key(name, scope, self.workspace.user.name)
        what = f"added {row.id} {row.name}, scope {scope}"
        with self.workspace.acting("keys", what), open_store(self.home) as store:
            keep_key(store, row)
        return row, key

    def api_keys(self) -> tuple[KeyRow, ...]:
        """Every API key that was made; what is kept of a key cannot be used as one."""
        from churn.store.access import key_rows

        self.workspace.user.must("keys")
        with open_store(self.home) as store:
            return key_rows(store)

    def revoke(self, named: str) -> KeyRow:
        """End an API key, named by its id or its name; servers refuse it within two seconds."""
        from churn.store.access import revoke_key

        self.workspace.user.must("keys")
        with open_store(self.home) as store:
            row = revoke_key(store, named, now())
        self.workspace.note("keys", f"revoked {row.id} {row.name}")
        return row

    def audit(self, most: int = 100) -> tuple[Entry, ...]:
        """The latest entries of the audit trail, the last one first."""
        from churn.store.access import audit_entries

        self.workspace.user.must("audit")
        with open_store(self.home) as store:
            return audit_entries(store, most)
