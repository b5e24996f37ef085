"""Whether two versions are of the same business: only then are they compared, and does one take the other's place."""

from __future__ import annotations

from churn.schema import Schema

ENOUGH = 0.5  # the share of a model's columns that a list must have to be scored by it


def why_another_business(new: Schema, live: Schema) -> str:
    """Why a new version could not answer for the customers of the live one, in a few words; "" where it could.

    A column may come or go between two exports of a business. What may not change is what is predicted and how
    customers are named; each version must know most columns of the other, and every column the new one cannot do
    without must stand in the lists of the live one.
    """
    for role in ("outcome", "key"):
        ours, theirs = getattr(new, role), getattr(live, role)
        if ours and theirs and ours.name != theirs.name:
            what = "who left" if role == "outcome" else "the customer"
            return f"it names {what} by {theirs.name}, this list by {ours.name}"
    needed = [c.name for c in new.columns if c.required and c.role in ("feature", "value")]
    missing = [name for name in needed if name not in live.by_name]
    if missing:
        return f"its lists have no {missing[0]}"
    if few := _shared(live, new):
        return f"of the {few[1]} columns it reads, this list has {few[0]}"
    if few := _shared(new, live):
        return f"of the {few[1]} columns of this list, its own lists have {few[0]}"
    return ""


def _shared(reader: Schema, lists: Schema) -> tuple[int, int] | None:
    """How many of the columns one learns from the other's lists have, of how many; None where they are enough."""
    wanted = [c.name for c in reader.features]
    shared = sum(name in lists.by_name for name in wanted)
    return (shared, len(wanted)) if shared < ENOUGH * len(wanted) else None
