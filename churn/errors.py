"""What goes wrong, said in one sentence with what to do next.

    ChurnError                 anything a person should read: message + fix
    ├── ListRefused            the file or the rows in it cannot be used as they are
    │   ├── OpenQuestion       the list can be read more than one way; a person says which
    │   │   └── UnsureColumns  needed columns may be there under other headings
    │   └── MissingColumns     needed columns are not there; a template shows what a list should have
    ├── RequestRefused         what was asked for makes no sense (a flag, a name, a number)
    │   └── NoModelFits        no live model, or more than one, has the columns of a list; a person names one
    ├── NotSignedIn            nobody said who they are, or the key is wrong
    ├── NotAllowed             who asks is known, and may not do this
    ├── NotFound               no such customer, model, campaign or profile
    │   └── NoModelYet         nothing was trained so far
    ├── Damaged                a file of ours was changed or cut; it is not opened
    └── Unavailable            a part outside this program does not answer (disk, database, engine)

Every door shows `message` and `fix`, so write them for the analyst: no flag, no command, no path. What a program or the
terminal can set to act on it goes into `options`, by the name of its keyword (`dates=day-first`, `outcome=COLUMN`), or,
where another verb does it, as `verb train LIST`. The terminal adds them as flags, HTTP as words of the address, and a
screen, which has fields of its own, not at all.
"""

from __future__ import annotations

from typing import Any


class ChurnError(Exception):
    """A refusal a person can act on: what is wrong, what to do next, and which options do it."""

    def __init__(self, message: str, fix: str = "", *, options: tuple[str, ...] = ()) -> None:
        super().__init__(message, fix)
        self.message = message
        self.fix = fix
        self.options = options

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


class ListRefused(ChurnError):
    """The customer list cannot be used as it is."""


class OpenQuestion(ListRefused):
    """The list leaves a question open: `asks` is the word that answers it, `choices` what may be said."""

    def __init__(
        self, message: str, fix: str, *, asks: str, choices: tuple[str, ...] = (), options: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message, fix, options=options or tuple(f"{asks}={choice}" for choice in choices))
        self.asks = asks
        self.choices = choices


class MissingColumns(ListRefused):
    """Needed columns are not in the list: `template` is a small CSV that has them all.

    missing, free   the needed columns, and the headings of the list that were taken for nothing else
    headings        all its headings, which name the layout
    """

    def __init__(
        self, message: str, fix: str, *, template: str, options: tuple[str, ...] = (), **found: tuple[str, ...]
    ) -> None:
        super().__init__(message, fix, options=options)
        self.template = template
        self.missing, self.headings, self.free = (found.get(part, ()) for part in ("missing", "headings", "free"))


class UnsureColumns(OpenQuestion):
    """Needed columns may be there under other headings: `matches` holds them, `headings` names the layout."""

    def __init__(self, message: str, fix: str, *, matches: tuple[Any, ...], headings: tuple[str, ...]) -> None:
        pairs = tuple(f"map={match.theirs}={match.ours}" for match in matches)
        super().__init__(message, fix, asks="map", options=pairs)
        self.matches = matches
        self.headings = headings


class RequestRefused(ChurnError):
    """The question itself cannot be answered: a wrong option, name or number."""


class NoModelFits(RequestRefused):
    """Which model a list belongs to cannot be told from its columns."""


class NotSignedIn(ChurnError):
    """Nobody said who they are, or what they said is not known here."""


class NotAllowed(ChurnError):
    """Who asks is known, and may not do this."""


class NotFound(ChurnError):
    """There is no such thing here."""


class NoModelYet(NotFound):
    """There is no model kept at all."""


class Damaged(ChurnError):
    """A stored file is not the one that was written; it stays closed."""


class Unavailable(ChurnError):
    """Something outside this program does not answer: a disk, a database, an engine."""
