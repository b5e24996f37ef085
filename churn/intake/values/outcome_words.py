"""Words that only an outcome has: churned, left, exited against stayed, active; kept as data in the general profile."""

from __future__ import annotations

from functools import lru_cache

from churn.files import REPOSITORY
from churn.intake.values.marks import NO, YES, same_words
from churn.profiles import GENERAL, read_profile


@lru_cache(1)
def outcome_words() -> tuple[frozenset[str], frozenset[str]]:
    """The words for having left and for having stayed, beside yes and no, as they are compared."""
    roles = read_profile(GENERAL, REPOSITORY).roles
    left, stayed = (frozenset(map(same_words, roles.get(side, ()))) - YES - NO for side in ("left", "stayed"))
    return left, stayed
