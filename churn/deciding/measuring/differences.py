"""The difference between two random arms with its 95 % interval, tightened by what was known before the campaign.

With enough customers the outcome is regressed on the arm and on the score, the score counted separately in each arm
(Lin 2013), with standard errors that do not assume equal spread (HC2): chance differences of risk between the arms drop
out. With few customers, or an arm in which everybody or nobody left, Newcombe's interval for two shares is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from churn.learning.measures.reliability import wilson

Z95 = 1.959963984540054
FEWEST = 20
FEWEST_EVENTS = 5


@dataclass(frozen=True)
class Difference:
    """How much lower the treated arm came out than the held-out arm, and between what."""

    size: float
    low: float
    high: float
    adjusted: bool
    error: float


def difference(left: np.ndarray, treat: np.ndarray, score: np.ndarray | None = None) -> Difference | None:
    """The share who leave among the held out less that among the treated; None where an arm is empty."""
    treat = np.asarray(treat, bool)
    many = (int(treat.sum()), int((~treat).sum()))
    if min(many) == 0:
        return None
    if tellable(left, treat):
        return adjusted_difference(left, treat, score)
    return _newcombe(left[~treat].sum(), many[1], left[treat].sum(), many[0])


def tellable(left: np.ndarray, treat: np.ndarray) -> bool:
    """Whether enough left, and enough stayed, in both arms for their spread to be told from themselves."""
    arms = [left[treat], left[~treat]]
    return all(len(a) >= FEWEST and min(a.sum(), (1 - a).sum()) >= FEWEST_EVENTS for a in arms)


def adjusted_difference(outcome: np.ndarray, treat: np.ndarray, score: np.ndarray | None = None) -> Difference:
    """The difference of means of any outcome (share or money), adjusted for a score known before."""
    treat = np.asarray(treat, bool)
    centred = None if score is None else np.asarray(score, float) - np.mean(score)
    if centred is not None and min(np.ptp(centred[treat]), np.ptp(centred[~treat])) <= 0:
        centred = None
    arms = [_at_centre(outcome[t], None if centred is None else centred[t]) for t in (~treat, treat)]
    size = arms[0].mean - arms[1].mean
    variance = arms[0].variance + arms[1].variance
    if centred is not None:
        variance += _centre_variance(outcome, treat, centred)
    error = float(np.sqrt(variance))
    reach = _wide(arms) * error
    return Difference(float(size), float(size - reach), float(size + reach), centred is not None, error)


@dataclass(frozen=True)
class _Arm:
    """The mean outcome of an arm at the average score of both, its variance, and the degrees of freedom behind that."""

    mean: float
    variance: float
    freedom: int


def _wide(arms: list[_Arm]) -> float:
    """How many standard errors hold 95 %: Student's t with Welch's degrees of freedom, for the smaller arm's sake."""
    from scipy.special import stdtrit

    parts = [a.variance**2 / max(1, a.freedom) for a in arms]
    whole = sum(a.variance for a in arms) ** 2
    return float(stdtrit(whole / sum(parts), 0.975)) if sum(parts) > 0 else Z95


def _at_centre(outcome: np.ndarray, score: np.ndarray | None) -> _Arm:
    n = len(outcome)
    design = np.ones((n, 1)) if score is None else np.column_stack([np.ones(n), score])
    inverse = np.linalg.pinv(design.T @ design)
    beta = inverse @ design.T @ outcome
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    weight = ((outcome - design @ beta) ** 2 / np.maximum(1.0 - leverage, 1e-9))[:, None]
    variance = float((inverse @ (design.T @ (design * weight)) @ inverse)[0, 0])
    return _Arm(float(beta[0]), variance, n - design.shape[1])


def _centre_variance(outcome: np.ndarray, treat: np.ndarray, centred: np.ndarray) -> float:
    """What the average score's own chance adds when the score counts differently in the two arms."""
    slopes = [np.cov(centred[t], outcome[t])[0, 1] / np.var(centred[t], ddof=1) for t in (treat, ~treat)]
    return float((slopes[0] - slopes[1]) ** 2 * np.var(centred, ddof=1) / len(centred))


def _newcombe(left_a: float, a: int, left_b: float, b: int) -> Difference:
    """Newcombe's hybrid score interval of a difference of two shares."""
    share_a, share_b = left_a / a, left_b / b
    (low_a, high_a), (low_b, high_b) = wilson(left_a, a), wilson(left_b, b)
    size = share_a - share_b
    low = size - np.sqrt((share_a - low_a) ** 2 + (high_b - share_b) ** 2)
    high = size + np.sqrt((high_a - share_a) ** 2 + (share_b - low_b) ** 2)
    return Difference(float(size), float(low), float(high), False, float(high - low) / (2 * Z95))
