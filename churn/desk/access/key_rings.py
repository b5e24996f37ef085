"""API keys: made, shown once, known again by the hash of their secret, and revoked.

A key reads `hf_ID_SECRET`. The secret is 32 random bytes, so one round of SHA-256 is enough: there is no word to guess.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from churn.desk.access.who import Who, role_of
from churn.desk.business.playbooks import has_book, now, the_book
from churn.errors import ChurnError, NotSignedIn, RequestRefused

if TYPE_CHECKING:
    from churn.book.key_hashes import KeyRow

MARK = "hf"
FRESH = 2.0  # seconds after which a key that was made or revoked elsewhere counts here
_NOBODY = hashlib.sha256(b"nobody").hexdigest()


def made_key(name: str, scope: str, made_by: str) -> tuple[KeyRow, str]:
    """A new key as the book keeps it, and as its owner gets it: the only moment the secret is seen."""
    from churn.book.key_hashes import KeyRow

    role_of(scope)
    called = " ".join(name.split())
    if not called or len(called) > 64 or not called.isprintable():
        raise RequestRefused("The key needs a name of 1 to 64 characters.", "Name what will use it, for example crm.")
    number, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    row = KeyRow(number, called, scope, hashed(secret), now(), made_by)
    return row, f"{MARK}_{number}_{secret}"


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


@dataclass
class KeyRing:
    """The keys of a home as a server holds them: looked up again every two seconds, so that a revoked one ends.

    While the book does not answer, the keys known before go on counting.
    """

    home: Path
    rows: dict[str, KeyRow] | None = None
    looked: float = field(default=float("-inf"))
    looking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def empty(self) -> bool:
        """Whether no key is in use, so that nobody can be asked for one."""
        return all(row.revoked for row in self._known().values())

    @property
    def due(self) -> bool:
        """Whether the keys have to be looked up again."""
        return time.monotonic() - self.looked >= FRESH

    def holder(self, key: str) -> Who:
        """Who holds this key; a wrong one is refused, and takes as long as a right one."""
        mark, _, rest = key.strip().partition("_")
        number, _, secret = rest.partition("_")
        row = self._known().get(number)
        same = hmac.compare_digest(hashed(secret), row.hash if row else _NOBODY)
        if not (same and row and not row.revoked and mark == MARK):
            raise NotSignedIn("This API key is not known here.", "Check it, or ask an admin for a new one.")
        return Who(f"key {row.name}", role_of(row.scope), "key")

    def holder_of(self, number: str) -> Who:
        """Who holds the key of this number, while it is in use; for somebody who has shown the key before."""
        row = self._known().get(number)
        if row is None or row.revoked:
            raise NotSignedIn("This API key is not in use any more.", "Ask an admin for a new one.")
        return Who(f"key {row.name}", role_of(row.scope), "key")

    def look_up(self) -> None:
        """Read the keys from the book, one caller at a time; who knows some already does not wait for another."""
        if not self.looking.acquire(blocking=self.rows is None):
            return
        try:
            self.rows = {row.id: row for row in self._in_book()}
        except ChurnError:
            if self.rows is None:
                raise
        finally:
            self.looking.release()
        self.looked = time.monotonic()

    def _in_book(self) -> tuple[KeyRow, ...]:
        if not has_book(self.home):
            return ()
        from churn.book.key_hashes import key_rows

        with the_book(self.home) as book:
            return key_rows(book)

    def _known(self) -> dict[str, KeyRow]:
        if self.rows is None or self.due:
            self.look_up()
        return self.rows or {}
