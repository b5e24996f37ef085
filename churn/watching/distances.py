"""How far two lists lie apart in one column: several measures, what chance alone would give, and an interval.

PSI      population stability index, Σ (now − then)·ln(now / then); its *noise floor* is what it shows on average when
         nothing has changed, (bins − 1)·(1/now + 1/then): on 200 customers a PSI near .05 is noise
TV       total variation: the share of customers who would have to be different for the lists to look alike
JS       Jensen–Shannon distance, 0 the same to 1 nothing in common
KS D     the largest gap between the two cumulative shares, for columns with an order
shift    how far the mean moved, in standard deviations, the outermost hundredths drawn in; bins miss a count that moves
         by less than one
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEWEST_EXPECTED = 5.0  # customers a bin should have by chance; thinner bins are put together
Z95 = 1.959964


@dataclass(frozen=True)
class Distance:
    """How far two lists lie apart in one column.

    psi         above its noise floor, never below 0; low and high its 95 % interval
    raw_psi     as it is usually computed
    emptied     by how much the share of customers with nothing to measure grew, where that is an answer of its own
    p_value     how often chance alone would part two lists of these sizes at least as much
    """

    psi: float = 0.0
    low: float = 0.0
    high: float = 0.0
    raw_psi: float = 0.0
    floor: float = 0.0
    tv: float = 0.0
    js: float = 0.0
    ks: float | None = None
    shift: float | None = None
    emptied: float = 0.0
    p_value: float = 1.0


def distance(counts: np.ndarray, shares: np.ndarray, customers: int, *, ordered: bool) -> Distance:
    """The distance of a list's counts per bin from the shares of the same bins in a list of so many customers."""
    now, then = pooled(counts, shares * customers) if not ordered else neighbours_together(counts, shares * customers)
    if len(now) < 2 or not now.sum() or not then.sum():
        return Distance(ks=0.0 if ordered else None)
    n, m, bins = float(now.sum()), float(then.sum()), len(now)
    p, q = (now + 0.5) / (n + 0.5 * bins), (then + 0.5) / (m + 0.5 * bins)
    raw, floor = float(np.sum((p - q) * np.log(p / q))), noise_floor(bins, n, m)
    half = Z95 * _spread(p, q, n, m)
    return Distance(
        psi=max(0.0, raw - floor),
        low=max(0.0, raw - floor - half),
        high=max(0.0, raw - floor + half),
        raw_psi=raw,
        floor=floor,
        tv=float(np.abs(now / n - then / m).sum() / 2),
        js=_jensen_shannon(p, q),
        ks=float(np.abs(np.cumsum(now / n) - np.cumsum(then / m)).max()) if ordered else None,
        p_value=chance_of(now, then),
    )


def noise_floor(bins: int, now: float, then: float) -> float:
    """The PSI that two lists of these sizes show on average when nothing has changed."""
    return (bins - 1) * (1 / now + 1 / then)


def widest_gap(counts: np.ndarray, shares: np.ndarray) -> float:
    """KS D over fine bins: the largest gap between two cumulative shares."""
    if not counts.sum() or not shares.sum():
        return 0.0
    return float(np.abs(np.cumsum(counts / counts.sum()) - np.cumsum(shares / shares.sum())).max())


def mean_shift(now: np.ndarray, then: np.ndarray, edges: tuple[float, float]) -> tuple[float, float]:
    """How far the mean moved in learnt standard deviations, and how often chance alone moves it as far."""
    from scipy.special import ndtr

    if min(len(now), len(then)) < 2 or not edges[0] < edges[1]:
        return 0.0, 1.0
    a, b = (np.clip(values.astype(np.float64), *edges) for values in (now, then))
    spread = float(b.std())
    if spread == 0:
        return 0.0, 1.0
    shift = float(a.mean() - b.mean()) / spread
    error = np.sqrt(a.var() / len(a) + b.var() / len(b)) / spread
    return shift, float(2 * ndtr(-abs(shift) / error))


def chance_of(now: np.ndarray, then: np.ndarray) -> float:
    """How often two lists from the same customers would differ at least this much (Pearson's chi-square)."""
    from scipy.special import chdtrc

    n, m = now.sum(), then.sum()
    filled = (now + then) > 0
    a, b = now[filled], then[filled]
    statistic = float(np.sum((np.sqrt(m / n) * a - np.sqrt(n / m) * b) ** 2 / (a + b)))
    return float(chdtrc(len(a) - 1, statistic)) if len(a) > 1 else 1.0


def false_discoveries_held(p_values: np.ndarray, rate: float) -> np.ndarray:
    """True where a column stands out although many were looked at (Benjamini–Hochberg)."""
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    passing = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
    held = np.zeros(len(p), bool)
    if len(passing):
        held[order[: passing[-1] + 1]] = True
    return held


def pooled(now: np.ndarray, then: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of levels with the thin ones put into one, so that a handful of customers cannot cry wolf."""
    a, b = np.asarray(now, float), np.asarray(then, float)
    thin = _expected(a, b) < FEWEST_EXPECTED
    if not thin.any():
        return a, b
    return np.append(a[~thin], a[thin].sum()), np.append(b[~thin], b[thin].sum())


def neighbours_together(now: np.ndarray, then: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of ordered bins with thin ones joined to their neighbours."""
    a, b = np.asarray(now, float), np.asarray(then, float)
    group, reached, expected = np.zeros(len(a), int), 0.0, _expected(a, b)
    for i in range(1, len(a)):
        reached += expected[i - 1]
        group[i] = group[i - 1] + (reached >= FEWEST_EXPECTED)
        reached = 0.0 if group[i] > group[i - 1] else reached
    if len(a) > 1 and group[-1] and expected[group == group[-1]].sum() < FEWEST_EXPECTED:
        group[group == group[-1]] -= 1
    return np.bincount(group, weights=a), np.bincount(group, weights=b)


def _expected(now: np.ndarray, then: np.ndarray) -> np.ndarray:
    """What the smaller of the two lists would have in each bin if nothing had changed."""
    both = now + then
    return both * min(now.sum(), then.sum()) / max(both.sum(), 1e-12)


def _spread(p: np.ndarray, q: np.ndarray, n: float, m: float) -> float:
    """The standard error of a PSI: what a real difference wavers by, and what is left where there is none."""
    by_now, by_then = np.log(p / q) + 1 - q / p, np.log(q / p) + 1 - p / q
    wavers = _variance(by_now, p) / n + _variance(by_then, q) / m
    return float(np.sqrt(wavers + 2 * (len(p) - 1) * (1 / n + 1 / m) ** 2))


def _variance(values: np.ndarray, shares: np.ndarray) -> float:
    return float(np.sum(shares * values**2) - np.sum(shares * values) ** 2)


def _jensen_shannon(p: np.ndarray, q: np.ndarray) -> float:
    middle = (p + q) / 2
    bits = np.sum(p * np.log2(p / middle) + q * np.log2(q / middle)) / 2
    return float(np.sqrt(max(bits, 0.0)))
