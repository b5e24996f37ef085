"""How long a silence means that someone has left: a window proposed from the silences that customers came back from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TIDY = (1, 2, 3, 5, 7, 10, 14, 21, 28, 30, 42, 60, 90, 120, 180, 270, 365, 540, 730)
ENOUGH = 0.90
FEWEST = 20


@dataclass(frozen=True)
class Candidate:
    """One possible window: how many returners it would have waited for, and how many it would have given up too early.

    within     share of returning customers whose longest silence was no longer than this
    given_up   customers who were silent for longer than this at some time
    came_back  how many of these came back anyway
    """

    days: int
    within: float
    given_up: int
    came_back: int

    @property
    def came_back_share(self) -> float | None:
        """The share of customers given up who came back anyway; nothing if nobody would have been given up."""
        return self.came_back / self.given_up if self.given_up else None


@dataclass(frozen=True)
class Window:
    """The proposed window, every candidate beside it, and what they stand on."""

    proposed: Candidate | None
    candidates: tuple[Candidate, ...]
    returners: int

    @property
    def sentence(self) -> str:
        """The proposal in one sentence."""
        if self.proposed is None:
            some = {0: "Nobody", 1: "Only 1 customer"}.get(self.returners, f"Only {self.returners} customers")
            return f"{some} ever came back from a silence: too few to propose a window."
        told = f"{self.proposed.within:.0%} of returners are back within {self.proposed.days} days"
        share = self.proposed.came_back_share
        if share is None:
            return f"{told}; nobody was silent for longer."
        return f"{told}; of {self.proposed.given_up:,} silent for longer, {share:.0%} came back anyway."


def proposed_window(longest: np.ndarray, silence: np.ndarray) -> Window:
    """The shortest tidy window within which nine in ten returners were always back.

    longest  for each customer the longest silence that ended, in days; 0 for one who never came back
    silence  for each customer the days since the last activity
    """
    returned = longest[longest > 0]
    candidates = tuple(_candidate(days, returned, longest, silence) for days in TIDY)
    fitting = (c for c in candidates if c.within >= ENOUGH)
    return Window(next(fitting, None) if len(returned) >= FEWEST else None, candidates, len(returned))


def _candidate(days: int, returned: np.ndarray, longest: np.ndarray, silence: np.ndarray) -> Candidate:
    within = float(np.mean(returned <= days)) if len(returned) else 0.0
    back = longest > days
    return Candidate(days, within, int(np.sum(back | (silence > days))), int(np.sum(back)))
