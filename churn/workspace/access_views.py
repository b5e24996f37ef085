"""The part of the counter that knows who asks: keys, sign-in, what each may, and the audit trail.

A Desk works for one `who`. Alone it is whoever runs the program; a door that serves others asks for the person first
and then for a desk of theirs:

    who = desk.signed_in("ann@example.com")     # or desk.key_holder(key), or desk.nobody() on an open machine
    hers = desk.working_for(who)                # shares the open models; refuses what she may not, notes what she does
    if who.may("promote"): …                    # what a screen shows or leaves out
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from churn.errors import ChurnError, Unavailable
from churn.files import json_text
from churn.workspace.access import By, Entrance, Who, entrance_from
from churn.workspace.playbooks import now, the_book

if TYPE_CHECKING:
    from churn.store.access import Entry, KeyRow
    from churn.workspace.access import KeyRing
    from churn.workspace.recorder import Recorder


class AccessCounter:
    """Who asks, and what they may; everything that changes something is done inside `acting`."""

    home: Path
    who: Who
    key_ring: KeyRing
    recorder: Recorder

    @property
    def entrance(self) -> Entrance:
        """What the operator has set about people, proxies and hosts."""
        return entrance_from()

    def signed_in(self, address: str, by: By = "sign-in") -> Who:
        """The person who signed in with this address; a stranger is refused."""
        return self.entrance.person(address, by)

    def nobody(self, *, here: bool = True) -> Who:
        """Who somebody is that says nothing: this machine, unless people have to sign in."""
        return self.entrance.nobody(here=here, has_keys=not self.key_ring.empty)

    def refuse_without_sign_in(self, host: str, *, has_provider: bool = False) -> None:
        """Refuse to serve others where nobody could sign in; a book that does not answer lets nobody in meanwhile."""
        try:
            has_keys = not self.key_ring.empty
        except Unavailable:
            has_keys = True
        self.entrance.refuse_without_sign_in(host, has_keys=has_keys, has_provider=has_provider)

    def key_holder(self, key: str) -> Who:
        """The program that holds this API key; a wrong one is refused."""
        return self.key_ring.holder(key)

    def working_for(self, who: Who) -> Self:
        """The same desk, working for somebody: it shares the open models and does what they may."""
        raise NotImplementedError

    @contextmanager
    def acting(self, act: str, what: str = "") -> Iterator[None]:
        """Refuse an act that this who may not, and note it once it is done; what failed is not noted.

        what  names a model, a campaign or a key; never a customer
        """
        self.who.must(act)
        yield
        self.note(act, what)

    def must_train(self, asked: Mapping[str, Any]) -> None:
        """Refuse who may not train, and whoever is no admin where the gate is to be overruled."""
        self.who.must("train")
        if asked.get("promotion") == "yes":
            self.who.must("promote")

    def note(self, act: str, what: str = "") -> None:
        """Write one act into the audit trail; while the book does not answer it waits on the disk."""
        from churn.store.access import Entry, write_entry

        who, at = self.who, datetime.now(UTC).isoformat(timespec="microseconds")
        entry = Entry(uuid4().hex, at, who.name, who.role, who.by, act, what[:200])
        try:
            with the_book(self.home) as book:
                write_entry(book, entry)
        except ChurnError:
            self.recorder.keep("audit", [json_text(vars(entry))])
        else:
            if self.recorder.left_over:
                self.recorder.carry()

    def audit(self, most: int = 100) -> tuple[Entry, ...]:
        """The latest entries of the audit trail, the last one first."""
        from churn.store.access import trail

        self.who.must("audit")
        with the_book(self.home) as book:
            return trail(book, most)

    def add_key(self, name: str, scope: str) -> tuple[KeyRow, str]:
        """Make an API key; its text is given back this once and cannot be seen again."""
        from churn.store.access import keep_key
        from churn.workspace.access import made_key

        row, key = made_key(name, scope, self.who.name)
        with self.acting("keys", f"added {row.id} {row.name}, scope {scope}"), the_book(self.home) as book:
            keep_key(book, row)
        return row, key

    def api_keys(self) -> tuple[KeyRow, ...]:
        """Every API key that was made; what is kept of a key cannot be used as one."""
        from churn.store.access import key_rows

        self.who.must("keys")
        with the_book(self.home) as book:
            return key_rows(book)

    def revoke_key(self, asked: str) -> KeyRow:
        """End an API key, named by its id or its name; servers refuse it within two seconds."""
        from churn.store.access import revoke_key

        self.who.must("keys")
        with the_book(self.home) as book:
            row = revoke_key(book, asked, now())
        self.note("keys", f"revoked {row.id} {row.name}")
        return row


def audit_json(entries: tuple[Entry, ...]) -> list[dict[str, Any]]:
    """The audit trail as the doors answer it."""
    return [{name: value for name, value in vars(entry).items() if name != "id"} for entry in entries]
