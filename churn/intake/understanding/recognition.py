"""Recognition: which business a list was found to be, which heading was taken for which column, what was ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from churn.intake.understanding.guessing import nearly_profile
from churn.intake.understanding.matching import Match
from churn.intake.values.kinds import Holding
from churn.notices import Notice, do, many
from churn.profiles import Profile
from churn.schema import Column, Schema


def told_profile(
    profile: Profile | None, headings: tuple[str, ...], profiles: Mapping[str, Profile]
) -> Iterator[Notice]:
    """Which business the list was found to be, or would be if it had what that one needs."""
    if profile:
        yield Notice(
            "info", f"The list was read as {profile.title}; another business can be chosen.", options=("profile=NAME",)
        )
    elif nearly := nearly_profile(headings, profiles):
        business, absent = nearly
        text = f"The list looks like {business.title}, but has no column {_few(absent)}, which is needed"
        told = f"{text}; it was read as any list. To name that column, choose that business."
        yield Notice("warning", told, options=(f"profile={business.name}",))


def told_matches(matches: tuple[Match, ...], extra: tuple[str, ...], absent: tuple[str, ...]) -> Iterator[Notice]:
    """Which headings were taken for which column, which need a word from the person, and which were ignored."""
    for m in matches:
        if m.doubtful:
            because = f" ({m.evidence})" if m.evidence else ""
            text = f"{m.theirs} may be {m.ours}{because}; it was not used. Confirm it if it is."
            yield Notice("warning", text, m.theirs, options=(f"map={m.theirs}={m.ours}",))
        elif m.how in ("folded", "synonym", "confirmed") and m.theirs != m.ours:
            said = ", as confirmed" if m.how == "confirmed" else ""
            yield Notice("info", f"{m.theirs} was read as {m.ours}{said}.", m.theirs)
    if extra:
        are = do(len(extra), "is not part of it and was", "are not part of it and were")
        yield Notice("info", f"{many(len(extra), 'column')} {are} ignored: {_few(extra)}.", count=len(extra))
    if absent:
        are = do(len(absent), "is", "are")
        text = f"{many(len(absent), 'column')} {are} not in the list: {_few(absent)}."
        yield Notice("warning", text, count=len(absent))


def told_outcome(outcome: Column | None) -> Iterator[Notice]:
    """Which words were taken to mean that the customer left, when nobody has said so."""
    if outcome is None:
        return
    words = " or ".join(repr(p) for p in outcome.positive[:3])
    meant = f"{words} means that the customer left" if words else "which word means `left` must be said"
    options = () if words else ("positive=WORD",)
    yield Notice("info", f"{outcome.name} was taken as the outcome; {meant}.", outcome.name, options=options)


def empty_columns(schema: Schema, held: dict[str, Holding]) -> tuple[Column, ...]:
    """Columns in which nothing stands at all."""
    return tuple(c for c in schema.columns if c.name in held and not held[c.name].filled)


def told_empty(empty: tuple[Column, ...]) -> Iterator[Notice]:
    """Which columns hold nothing at all."""
    if empty:
        names = _few(tuple(c.name for c in empty))
        hold = do(len(empty), "holds", "hold")
        yield Notice("warning", f"{many(len(empty), 'column')} {hold} nothing at all: {names}.", count=len(empty))


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
