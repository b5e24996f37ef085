"""Calibration: from the model's log-odds to "of 100 customers scored like this, N left"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from churn.training.dataset import Fold
from churn.training.metrics import fit_platt_line, logloss

Method = Literal["raw", "platt", "isotonic"]
NEAR = 1e-6  # log-odds apart, below which the slope at the middle stands for the mean slope between two ends
NEAR_WITH_KNOTS = 1e-11  # the same of a curve of straight pieces, where a knot may lie between them
ENOUGH_FOR_ISOTONIC = 2000  # leavers; with fewer, isotonic steps cost ranking power and win nothing
_TINY = 1e-6


@dataclass(frozen=True)
class Bin:
    """What became of the customers whose score lay between low and high, never seen by the model that scored them.

    likely_low, likely_high  the 95 % Wilson interval of the share that left
    """

    low: float
    high: float
    customers: int
    left: int
    scored: float
    likely_low: float
    likely_high: float

    @property
    def share(self) -> float:
        """The share of these customers that left."""
        return self.left / self.customers


@dataclass(frozen=True)
class Calibration:
    """How log-odds become a probability, and how far that probability can be trusted.

    slope, intercept  of Platt's line; already inside the explainer's log-odds, kept here to be read
    knots             of an isotonic step curve: (log-odds, probability) pairs, when that won
    bins              what became of customers by score
    stays_up_to, leaves_from   the conformal flag: at or below the first only "stays" is plausible at 90 %, at or above
                      the second only "leaves"; between them the model cannot tell
    spread            standard deviation of the log-odds of one customer between models learnt from other customers
    """

    method: Method = "raw"
    slope: float = 1.0
    intercept: float = 0.0
    knots: tuple[tuple[float, float], ...] = ()
    bins: tuple[Bin, ...] = ()
    stays_up_to: float = 0.0
    leaves_from: float = 1.0
    spread: float | None = None

    def probability(self, margin: np.ndarray) -> np.ndarray:
        """The probability of leaving for the explainer's log-odds."""
        if self.method != "isotonic":
            return sigmoid(margin)
        at, share = np.array(self.knots).T
        return np.interp(margin, at, share)

    def mean_slope(self, start: float, end: np.ndarray) -> np.ndarray:
        """By how much the probability moves per unit of log-odds, on average on the way from `start` to each `end`.

        Where both meet it is the slope of the curve there.
        """
        way = end - start
        near = np.abs(way) < (NEAR_WITH_KNOTS if self.method == "isotonic" else NEAR)
        moved = self.probability(end) - self.probability(np.array([start]))
        if not near.any():
            return moved / way
        middle = start + way / 2
        slope = (self.probability(middle + NEAR) - self.probability(middle - NEAR)) / (2 * NEAR)
        return np.where(near, slope, moved / np.where(near, 1.0, way))

    def cannot_tell(self, probability: np.ndarray) -> np.ndarray:
        """True where both leaving and staying remain plausible at 90 %."""
        return (probability > self.stays_up_to) & (probability < self.leaves_from)

    def bin_of(self, probability: float) -> Bin | None:
        """What became of the customers who were scored like this one."""
        return next((b for b in self.bins if probability <= b.high), self.bins[-1] if self.bins else None)

    def range_of(self, probability: float) -> tuple[float, float] | None:
        """Between which scores 80 % of models learnt from other customers would have put this one."""
        if self.spread is None:
            return None
        low, high = sigmoid(logit(np.array([probability])) + 1.2816 * self.spread * np.array([-1.0, 1.0]))
        return float(low), float(high)

    def as_json(self) -> dict[str, Any]:
        """The calibration as a plain mapping; `calibration_from` reads it back."""
        return asdict(self)


def calibration_from(words: Mapping[str, Any]) -> Calibration:
    """The Calibration that `as_json` wrote."""
    knots = tuple((float(x), float(p)) for x, p in words["knots"])
    return replace(Calibration(**{**words, "knots": knots}), bins=tuple(Bin(**b) for b in words["bins"]))


def sigmoid(margin: np.ndarray) -> np.ndarray:
    """Log-odds as a probability."""
    kept = np.minimum(np.maximum(np.asarray(margin, dtype=np.float64), -700.0), 700.0)
    return 1.0 / (1.0 + np.exp(-kept))


def logit(probability: np.ndarray) -> np.ndarray:
    """A probability as log-odds, kept finite."""
    kept = np.clip(np.asarray(probability, dtype=np.float64), _TINY, 1 - _TINY)
    return np.log(kept / (1 - kept))


# Fitting: raw or corrected log-odds, chosen and measured only on customers never seen.


CONFIDENCE = 0.90
BINS = 10
KNOTS = 200
_Z = 1.959964


def choose_calibration(
    margins: np.ndarray, labels: np.ndarray, repeats: tuple[list[Fold], ...]
) -> tuple[Calibration, np.ndarray]:
    """Choose the calibration with the lowest log loss; also each checked customer's out-of-fold probability.

    margins  log-odds of customers not learnt from, (repeats, rows); NaN where a row was not checked
    """
    seen = ~np.isnan(margins)
    everyone = np.broadcast_to(labels, margins.shape)
    methods: list[Method] = ["raw", "platt"]
    if labels[seen[0]].sum() >= ENOUGH_FOR_ISOTONIC:
        methods.append("isotonic")
    pairs = list(zip(margins, repeats, strict=True))
    p = {m: np.stack([_out_of_fold(m, margin, labels, repeat) for margin, repeat in pairs]) for m in methods}
    loss = {m: logloss(everyone[seen], p[m][seen]) for m in methods}
    best = min(methods, key=lambda m: loss[m])
    return fit_calibration(best, margins[seen], everyone[seen]), p[best]


def fit_calibration(method: Method, margin: np.ndarray, labels: np.ndarray) -> Calibration:
    """Fit one method of calibration to these customers."""
    if method == "platt":
        slope, intercept = fit_platt_line(margin, labels)
        return Calibration("platt", slope, intercept)
    if method == "isotonic":
        return Calibration("isotonic", knots=_isotonic_knots(margin, labels))
    return Calibration()


def apply_calibration(calibration: Calibration, margin: np.ndarray) -> np.ndarray:
    """Probabilities from log-odds that do not have the calibration's line in them yet."""
    return calibration.probability(calibration.slope * margin + calibration.intercept)


def count_bins(p: np.ndarray, labels: np.ndarray, count: int = BINS) -> tuple[Bin, ...]:
    """Count what became of customers, in bins of about equal size, the lowest scores first."""
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, min(count, len(order))) if len(part)]
    return tuple(_bin(p[part], labels[part]) for part in parts)


def wilson_interval(left: float, customers: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share."""
    if not customers:
        return 0.0, 1.0
    share = left / customers
    middle = share + _Z**2 / (2 * customers)
    half = _Z * np.sqrt(share * (1 - share) / customers + _Z**2 / (4 * customers**2))
    scale = 1 + _Z**2 / customers
    return float(max(0, (middle - half) / scale)), float(min(1, (middle + half) / scale))


def conformal_edges(p: np.ndarray, labels: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Up to which score "stays" alone is plausible, and from which "leaves" alone, at this confidence."""
    limit = conformal_limit(p, labels, confidence)
    # "Leaves" is plausible from 1 − limit on, "stays" up to the limit: between the two both are, or neither is.
    return min(limit, 1 - limit), max(limit, 1 - limit)


def conformal_limit(p: np.ndarray, labels: np.ndarray, confidence: float = CONFIDENCE) -> float:
    """How improbable an outcome may have been called and still be plausible: it holds for nine customers in ten."""
    strange = nonconformity(p, labels)
    rank = int(np.ceil((len(p) + 1) * confidence))
    return 1.0 if rank > len(p) else float(np.sort(strange)[rank - 1])


def nonconformity(p: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How improbable what happened was called."""
    return np.where(labels == 1, 1 - p, p)


def spread_between_repeats(margins: np.ndarray) -> float | None:
    """How far one customer's log-odds move between models learnt from other customers: the standard deviation."""
    complete = margins[~np.isnan(margins).any(axis=1)]
    if len(complete) < 2:
        return None
    return float(np.sqrt(np.mean(np.var(complete, axis=0, ddof=1))))


def _out_of_fold(method: Method, margin: np.ndarray, labels: np.ndarray, repeat: list[Fold]) -> np.ndarray:
    if method == "raw":
        return np.where(np.isnan(margin), np.nan, sigmoid(np.nan_to_num(margin)))
    p = np.full(len(margin), np.nan)
    for _, check in repeat:
        others = ~np.isnan(margin)
        others[check] = False
        enough = 0 < labels[others].sum() < others.sum()
        found = fit_calibration(method, margin[others], labels[others]) if enough else Calibration()
        p[check] = apply_calibration(found, margin[check])
    return p


def _bin(p: np.ndarray, labels: np.ndarray) -> Bin:
    left = int(labels.sum())
    return Bin(float(p.min()), float(p.max()), len(p), left, float(p.mean()), *wilson_interval(left, len(p)))


def _isotonic_knots(margin: np.ndarray, labels: np.ndarray) -> tuple[tuple[float, float], ...]:
    """The isotonic curve at no more than a few hundred places."""
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(y_min=1e-4, y_max=1 - 1e-4, out_of_bounds="clip").fit(margin, labels)
    x, y = curve.X_thresholds_, curve.y_thresholds_
    kept = np.unique(np.linspace(0, len(x) - 1, min(KNOTS, len(x))).round().astype(int))
    return tuple((float(a), float(b)) for a, b in zip(x[kept], y[kept], strict=True))
