"""What the desk remembers of a source: columns a person confirmed once are not asked about again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from churn.errors import UnsureColumns
from churn.intake.matching import Match, layout_key
from churn.intake.opening import Source
from churn.intake.reading import Reading, read_list

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

    told  the layout and the matches of what was opened
    """
    try:
        found = opened(said)
    except UnsureColumns as problem:
        more = remembered(home, layout_key(problem.headings), problem.matches, said)
        if not more:
            raise
        return opened({**said, **more})
    more = remembered(home, *told(found), said)
    return opened({**said, **more}) if more else found


def remembered(home: Path, layout: str, matches: Iterable[Match], said: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping to read again with; empty where nothing is doubtful or nothing was confirmed.

    The book is opened only when it can help: most lists leave nothing in doubt.
    """
    doubtful = {m.theirs for m in matches if m.doubtful}
    if not doubtful:
        return {}
    from churn.book.remembered import remembered_mapping
    from churn.book.tables import open_book

    engine = open_book(home)
    try:
        known = {t: o for t, o in remembered_mapping(engine, layout).items() if t in doubtful}
    finally:
        engine.dispose()
    return {"mapping": {**known, **said.get("mapping", {})}} if known else {}


def remember(home: Path, layout: str, mapping: Mapping[str, str]) -> None:
    """Keep what a person confirmed for a source layout."""
    from churn.book.remembered import remember_mapping
    from churn.book.tables import open_book

    engine = open_book(home)
    try:
        remember_mapping(engine, layout, mapping)
    finally:
        engine.dispose()
