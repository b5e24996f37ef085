"""EMPC: the expected maximum profit of a churn model (Verbraken 2013), shown as one line beside the others.

It takes one customer value for everybody and a Beta-distributed acceptance rate, and charges the incentive to every
contacted stayer; so it compares models, while the plan decides by expected gain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from churn.errors import RequestRefused


@dataclass(frozen=True)
class Empc:
    """Profit per customer when each acceptance rate is answered with its best list, and the share contacted then."""

    profit: float
    share: float


def expected_maximum_profit(
    left: np.ndarray,
    score: np.ndarray,
    *,
    acceptance: tuple[float, float] = (6.0, 14.0),
    worth: float = 200.0,
    incentive: float = 10.0,
    contact: float = 1.0,
) -> Empc:
    """The expected maximum profit per customer of a ranking, over a Beta(a, b) acceptance rate."""
    left = np.asarray(left, bool)
    if left.all() or not left.any():
        raise RequestRefused("EMPC needs customers who left and customers who stayed.", "Use a list with both.")
    churners, stayers = left.mean(), 1.0 - left.mean()
    caught, bothered = _hull(left, np.asarray(score, float))
    # Contacting the next stretch of the curve pays from this acceptance rate on.
    gained, lost = np.diff(caught) * churners, np.diff(bothered) * stayers
    pays = (contact * gained + (incentive + contact) * lost) / ((worth - incentive) * gained)
    edges = np.concatenate([[0.0], np.clip(pays, 0.0, 1.0), [1.0]])
    weight, mean = _beta_pieces(edges, *acceptance)
    fixed = contact * churners * caught + (incentive + contact) * stayers * bothered
    profit = np.sum((worth - incentive) * churners * caught * mean - fixed * weight)
    share = np.sum((churners * caught + stayers * bothered) * weight)
    return Empc(float(profit), float(share))


def _hull(left: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The corners of the upper convex hull of the ROC curve: share of churners caught, share of stayers bothered."""
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    caught = np.append(0.0, np.cumsum(left[order])[ends] / left.sum())
    bothered = np.append(0.0, np.cumsum(~left[order])[ends] / (~left).sum())
    caught, bothered = _thinned(caught, bothered)
    kept: list[int] = []
    for i in range(len(caught)):
        while len(kept) > 1 and _below(kept[-2], kept[-1], i, caught, bothered):
            kept.pop()
        kept.append(i)
    # Past the first corner that catches every leaver, contacting more can never pay.
    full = next(i for i, k in enumerate(kept) if caught[k] >= 1.0)
    corners = kept[: full + 1]
    return caught[corners], bothered[corners]


def _thinned(up: np.ndarray, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points without most of those under the line between their neighbours, which are no corners for certain."""
    while len(up) > 2:
        rise, run = np.diff(up), np.diff(along)
        under = rise[:-1] * run[1:] <= rise[1:] * run[:-1]
        if under.sum() < 0.1 * len(up):
            return up, along
        stays = np.concatenate([[True], ~under, [True]])
        up, along = up[stays], along[stays]
    return up, along


def _below(a: int, b: int, c: int, up: np.ndarray, along: np.ndarray) -> bool:
    """Whether the corner b lies on or under the line from a to c."""
    return bool((up[b] - up[a]) * (along[c] - along[a]) <= (up[c] - up[a]) * (along[b] - along[a]))


def _beta_pieces(edges: np.ndarray, a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Between neighbouring edges: the probability of such an acceptance rate, and its share of the mean."""
    from scipy.special import betainc

    return np.diff(betainc(a, b, edges)), a / (a + b) * np.diff(betainc(a + 1.0, b, edges))
