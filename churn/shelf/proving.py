"""Proving: a version's explanation held against the libraries' own, as `models verify` asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from churn.attribution.agreement import TOLERANCE, proof_from
from churn.attribution.blend import explainer_from
from churn.shelf.version_folders import ANSWERS, LIBRARY, damage, opened_part, version_of


@dataclass(frozen=True)
class Verified:
    """What was found out about a version.

    faults      what is wrong, one sentence each; empty when nothing is
    way         how its scores are explained: `tables`, `library`, or both together
    difference  the largest difference from the libraries' own contributions, in log-odds; None when not asked
    """

    faults: tuple[str, ...]
    way: str = ""
    difference: float | None = None

    @property
    def words(self) -> str:
        """What was found out, in a sentence."""
        if self.faults:
            return "; ".join(self.faults)
        if self.difference is None:
            return "every file is as it was written; it was saved before the libraries' own models were kept beside it"
        what = "the tables say what the libraries say" if self.way == "tables" else f"explained by {self.way}, exactly"
        return f"every file is as it was written; {what} (largest difference {self.difference:.1e})"


def verified(home: Path, name: str, version: str) -> Verified:
    """Compare every file with its sha256, then the explanation with what the libraries installed here answer now."""
    wrong = damage(home, name, version)
    if wrong:
        return Verified(wrong)
    found = version_of(home, name, version)
    explainer = explainer_from(opened_part(found, "explainer.npz"))
    if not {LIBRARY, ANSWERS} <= set(found.words["files"]):
        return Verified((), explainer.way)
    proof = proof_from(opened_part(found, LIBRARY), opened_part(found, ANSWERS))
    now, then = proof.asked_again().answers.differ_from(explainer), proof.answers.differ_from(explainer)
    return Verified(_faults(now, then), explainer.way, max(now, then))


def _faults(now: float, then: float) -> tuple[str, ...]:
    told: list[tuple[float, Any]] = [
        (then, "the libraries' stored answers"),
        (now, "what the libraries installed here answer"),
    ]
    return tuple(
        f"The explanation differs from {what} by {d:.1e} in log-odds." for d, what in told if not d <= TOLERANCE
    )
