"""What the desk remembers of a source: columns a person confirmed once are not asked about again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from churn.errors import MissingColumns, Unavailable, UnsureColumns
from churn.intake.reading import Reading, read_list
from churn.intake.text.opening import Source
from churn.intake.understanding.matching import Match, layout_key

Opened = TypeVar("Opened")


def read_remembering(home: Path, source: Source, said: Mapping[str, Any]) -> Reading:
    """Read a list; where columns are doubtful, use what was confirmed for this layout before."""
    return remembering(
        home,
        said,
        lambda words: read_list(source, home=home, **words),
        lambda reading: (reading.layout, reading.matches),
    )


def read_under_contract(home: Path, source: Source, said: Mapping[str, Any]) -> Reading:
    """The same, held to the contract its columns are stated in; scoring checks the same rules without it."""
    from churn.intake.contract import under_contract

    return under_contract(read_remembering(home, source, said))


def remembering(
    home: Path,
    said: Mapping[str, Any],
    opened: Callable[[Mapping[str, Any]], Opened],
    told: Callable[[Opened], tuple[str, Iterable[Match]]],
) -> Opened:
    """Open a list in any way, and once more with what was confirmed for its layout where something is doubtful.

    What a person says of its columns now is remembered for the next list of that layout.

    told  the layout and the matches of what was opened
    """
    try:
        found = opened(said)
    except (UnsureColumns, MissingColumns) as problem:
        more = remembered(home, layout_key(problem.headings), said, partial(_answers, problem))
        if not more:
            raise
        return opened({**said, **more})
    layout, matches = told(found)
    if confirmed := {m.theirs: m.ours for m in matches if m.how == "confirmed"}:
        with suppress(Unavailable):  # a book that cannot be written is no reason to refuse a list
            remember(home, layout, confirmed)
    doubtful = {m.theirs for m in matches if m.doubtful}
    more = remembered(home, layout, said, lambda theirs, _: theirs in doubtful) if doubtful else {}
    return opened({**said, **more}) if more else found


def remembered(home: Path, layout: str, said: Mapping[str, Any], answers: Callable[[str, str], bool]) -> dict[str, Any]:
    """The mapping to read again with; empty where nothing that was confirmed answers what is open.

    The book is opened only when it can help: most lists leave nothing in doubt.
    """
    known = {theirs: ours for theirs, ours in _known(home, layout).items() if answers(theirs, ours)}
    return {"mapping": {**known, **said.get("mapping", {})}} if known else {}


def _answers(problem: UnsureColumns | MissingColumns, theirs: str, ours: str) -> bool:
    if isinstance(problem, MissingColumns):
        return theirs in problem.free and ours in problem.missing
    return theirs in {m.theirs for m in problem.matches}


def _known(home: Path, layout: str) -> dict[str, str]:
    from churn.book.connections import open_book
    from churn.book.remembered import remembered_mapping

    engine = open_book(home)
    try:
        return remembered_mapping(engine, layout)
    finally:
        engine.dispose()


def remember(home: Path, layout: str, mapping: Mapping[str, str]) -> None:
    """Keep what a person confirmed for a source layout, unless it is known."""
    if mapping.items() <= _known(home, layout).items():
        return
    from churn.book.connections import open_book
    from churn.book.remembered import remember_mapping

    engine = open_book(home)
    try:
        remember_mapping(engine, layout, mapping)
    finally:
        engine.dispose()
