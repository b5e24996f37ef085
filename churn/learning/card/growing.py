"""Growing: would more customers, or fresher ones, make the model better?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from churn.learning.candidates.boosting import Boosted
from churn.learning.candidates.contesting import Contest
from churn.learning.encoded.folding import folds
from churn.learning.measures.calibration import sigmoid
from churn.learning.measures.evaluation import Candidate
from churn.learning.measures.yardsticks import auc, logloss

SHARES = (0.125, 0.25, 0.5, 1.0)
HELPS = 0.002  # of log loss, gained by the last doubling


def growth_of(held: Contest, *, seed: int) -> dict[str, Any]:
    """The log loss learnt from an eighth, a quarter, half and all of the customers, and whether more would help."""
    candidate = _single(held)
    repeat = held.checked.plan.repeats[0][:3]
    random = np.random.default_rng(seed)
    points: list[dict[str, float]] = []
    for share in SHARES:
        prices = []
        for learn, check in repeat:
            some = np.sort(random.permutation(learn)[: max(50, int(share * len(learn)))])
            part = held.sample.only(some)
            if 5 <= part.leavers <= len(part) - 5:
                margin = candidate.fit(part, seed=seed).margin(held.sample.matrix[check])
                prices.append(logloss(held.sample.labels[check], sigmoid(margin)))
        if prices:
            rows = int(np.mean([max(50, int(share * len(learn))) for learn, _ in repeat]))
            points.append({"customers": rows, "logloss": float(np.mean(prices)), "sd": float(np.std(prices))})
    return {"candidate": candidate.name, "points": points, **verdict_of_growth(points)}


def time_gap_of(held: Contest, scores: Mapping[str, Mapping[str, float]], *, seed: int) -> dict[str, float]:
    """How much better random folds would look than folds forward in time: the measure of what a random split hides."""
    candidate, found = _single(held), []
    for learn, check in folds(held.sample, 4, seed=seed):
        margin = candidate.fit(held.sample.only(learn), seed=seed).margin(held.sample.matrix[check])
        found.append(auc(held.sample.labels[check], margin))
    forward = scores["roc_auc"]["mean"]
    return {"roc_auc_forward": forward, "roc_auc_random": float(np.mean(found)), "gap": float(np.mean(found)) - forward}


def _single(held: Contest) -> Candidate:
    """The heaviest part of the champion, with one bag only."""
    candidate = max(held.parts, key=lambda part: part[1])[0]
    if isinstance(candidate, Boosted):
        return Boosted(candidate.library, candidate.rung, candidate.trees)
    return candidate


def verdict_of_growth(points: list[dict[str, float]]) -> dict[str, Any]:
    """Whether the last doubling of the customers still paid, and the sentence that says so."""
    if len(points) < 2:
        return {"helps": None, "said": "Too few customers to say whether more would help."}
    gained = points[-2]["logloss"] - points[-1]["logloss"]
    if gained > HELPS:
        return {
            "helps": True,
            "said": f"More customers would help: the last doubling lowered the log loss by {gained:.3f}.",
        }
    return {"helps": False, "said": f"More customers would hardly help: the last doubling changed {abs(gained):.4f}."}
