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

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from churn.monitoring.sketch import ColumnShape, Sketch
from churn.notices import Notice, listed
from churn.scoring.wording import Wording, capital
from churn.threads import one_thread
from churn.training.metrics import auc
from churn.training.model import Model

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


def measure_distance(counts: np.ndarray, shares: np.ndarray, customers: int, *, ordered: bool) -> Distance:
    """The distance of a list's counts per bin from the shares of the same bins in a list of so many customers."""
    now, then = pool_bins(counts, shares * customers) if not ordered else pool_neighbours(counts, shares * customers)
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
        p_value=chance_of_gap(now, then),
    )


def noise_floor(bins: int, now: float, then: float) -> float:
    """The PSI that two lists of these sizes show on average when nothing has changed."""
    return (bins - 1) * (1 / now + 1 / then)


def find_widest_gap(counts: np.ndarray, shares: np.ndarray) -> float:
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


def chance_of_gap(now: np.ndarray, then: np.ndarray) -> float:
    """How often two lists from the same customers would differ at least this much (Pearson's chi-square)."""
    from scipy.special import chdtrc

    n, m = now.sum(), then.sum()
    filled = (now + then) > 0
    a, b = now[filled], then[filled]
    statistic = float(np.sum((np.sqrt(m / n) * a - np.sqrt(n / m) * b) ** 2 / (a + b)))
    return float(chdtrc(len(a) - 1, statistic)) if len(a) > 1 else 1.0


def hold_false_discoveries(p_values: np.ndarray, rate: float) -> np.ndarray:
    """True where a column stands out although many were looked at (Benjamini–Hochberg)."""
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    passing = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
    held = np.zeros(len(p), bool)
    if len(passing):
        held[order[: passing[-1] + 1]] = True
    return held


def pool_bins(now: np.ndarray, then: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of levels with the thin ones put into one, so that a handful of customers cannot cry wolf."""
    a, b = np.asarray(now, float), np.asarray(then, float)
    thin = _expected_psi(a, b) < FEWEST_EXPECTED
    if not thin.any():
        return a, b
    return np.append(a[~thin], a[thin].sum()), np.append(b[~thin], b[thin].sum())


def pool_neighbours(now: np.ndarray, then: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of ordered bins with thin ones joined to their neighbours."""
    a, b = np.asarray(now, float), np.asarray(then, float)
    group, reached, expected = np.zeros(len(a), int), 0.0, _expected_psi(a, b)
    for i in range(1, len(a)):
        reached += expected[i - 1]
        group[i] = group[i - 1] + (reached >= FEWEST_EXPECTED)
        reached = 0.0 if group[i] > group[i - 1] else reached
    if len(a) > 1 and group[-1] and expected[group == group[-1]].sum() < FEWEST_EXPECTED:
        group[group == group[-1]] -= 1
    return np.bincount(group, weights=a), np.bincount(group, weights=b)


def _expected_psi(now: np.ndarray, then: np.ndarray) -> np.ndarray:
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


# Changes said in words: "Monthly charges: 12 % higher than in the list the model learnt from".


THEN = "than in the list the model learnt from"
PLAINLY = 0.0995  # a share from which on a decimal of its percentage says nothing
_WORTH_SAYING = 0.02  # a typical value that moved by less says nothing about the column


def describe_change(shape: ColumnShape, sketch: Sketch, place: int, wording: Wording) -> str:
    """What happened to one column, without the full stop."""
    subject = capital(wording.label(shape.name))
    if shape.is_number:
        return _number(subject, shape, sketch.sampled(place), wording)
    return _levels(subject, shape, sketch.counts[place])


def describe_emptied(shape: ColumnShape, sketch: Sketch, place: int, wording: Wording) -> str:
    """How many have nothing to measure in one column, without the full stop."""
    now = float(sketch.missing[place]) / sketch.rows
    subject = capital(wording.label(shape.name))
    return f"{subject}: nothing to measure for {percent(now)} of the customers instead of {percent(shape.missing)}"


def percent(share: float) -> str:
    """A share as a person writes it: "12%", with a decimal where it is small."""
    return f"{share * 100:.0f}%" if abs(share) >= PLAINLY else f"{share * 100:.1f}%".replace(".0%", "%")


def _number(subject: str, shape: ColumnShape, values: np.ndarray, wording: Wording) -> str:
    learnt = shape.middle if shape.middle is not None else np.zeros(101)
    now, then = np.quantile(values, [0.1, 0.25, 0.5, 0.75, 0.9]), learnt[[10, 25, 50, 75, 90]]

    def shown(number: float) -> str:
        return _as_written(number, shape.name, wording)

    typical = f"typically {shown(now[2])} instead of {shown(then[2])}"
    if now[2] != then[2] and (then[2] <= 0 or abs(now[2] / then[2] - 1) >= _WORTH_SAYING):
        return f"{subject}: {_describe_size(now[2], then[2])} {THEN} ({typical})"
    middle, before = (f"{shown(a)} and {shown(b)}" for a, b in (now[[1, 3]], then[[1, 3]]))
    if middle != before:
        return f"{subject}: spread differently {THEN}, the middle half between {middle} instead of {before}"
    return f"{subject}: {_on_average(shape, values)}"


def _on_average(shape: ColumnShape, values: np.ndarray) -> str:
    """A change that only the mean shows, the outermost hundredths drawn in: most customers are as they were."""
    if shape.middle is None or shape.learnt is None:
        return f"spread differently {THEN}"
    now, then = (float(np.clip(v, shape.middle[1], shape.middle[99]).mean()) for v in (values, shape.learnt))
    if then <= 0 or abs(now / then - 1) < _WORTH_SAYING:
        return f"spread differently {THEN}"
    return f"on average {_describe_size(now, then)} {THEN}, though most customers are as they were"


def _as_written(number: float, name: str, wording: Wording) -> str:
    """A value with the digits that tell something: a share in whole percent, anything else in four digits."""
    column = wording.schema.by_name.get(name)
    if column is not None and column.unit == "share":
        return percent(round(number, 2 if abs(number) >= PLAINLY else 3))
    return wording.shown(name, float(f"{number:.4g}"))


def _describe_size(now: float, then: float) -> str:
    """How far a typical value moved; in percent only where there was something to take a percentage of."""
    side = "higher" if now > then else "lower"
    return f"{percent(abs(now - then) / then)} {side}" if then > 0 and now > 0 else side


def _levels(subject: str, shape: ColumnShape, counts: np.ndarray) -> str:
    now = counts / max(counts.sum(), 1)
    place = int(np.abs(now - shape.shares).argmax())
    words = {"flag": ("no", "yes")}.get(shape.field.form) or (*shape.field.levels, "a level not learnt")
    more = "more" if now[place] > shape.shares[place] else "less"
    return (
        f"{subject}: “{words[place]}” is {more} common {THEN} "
        f"({percent(now[place])} instead of {percent(shape.shares[place])})"
    )


# Column drift: which columns moved, by how much, whether it matters, and the sentence that says so.
#
# A column has *moved* when chance does not explain it (Benjamini–Hochberg over all columns) and the difference is
# large enough to mean something: p-values alone cry wolf on a million customers, sizes alone on five hundred.


FEWEST = 500  # customers below which no verdict on drift is given
FALSE_ALARMS = 0.01  # share of columns called moved by mistake, over all columns of a list
NO_DISTANCE = Distance()
LARGE_PSI, LARGE_GAP, LARGE_TV, LARGE_SHIFT = 0.04, 0.08, 0.06, 0.2
AN_EVEN_SHARE = 0.5  # a column matters from half an even share of what drives the risk


@dataclass(frozen=True)
class ColumnDrift:
    """What happened to one column.

    moved    chance does not explain the difference and it is large
    size     PSI above its noise floor: .1 is a shift of about a third, .25 of half a standard deviation
    weight   the share of what drives the risk this column carries; `matters` from half an even share on
    why      one sentence
    """

    name: str
    moved: bool
    size: float
    why: str
    weight: float = 0.0
    matters: bool = False
    judged: bool = True
    distance: Distance = NO_DISTANCE

    def as_json(self) -> dict[str, Any]:
        """The four fields every door shows."""
        return {"name": self.name, "moved": self.moved, "size": round(self.size, 4), "why": self.why}

    def details(self) -> dict[str, Any]:
        """Every measure, for a table on screen."""
        own = {"weight": self.weight, "matters": self.matters, "judged": self.judged}
        return self.as_json() | own | asdict(self.distance)


def judge_columns(
    model: Model, shapes: Sequence[ColumnShape], sketch: Sketch, wording: Wording
) -> tuple[ColumnDrift, ...]:
    """What happened to every learnt column, the largest move of a column that matters first."""
    weights = column_weights(model)
    apart = [measure_column_distance(shape, sketch, i) for i, shape in enumerate(shapes)]
    seen = hold_false_discoveries(np.array([d.p_value for d in apart]), FALSE_ALARMS)
    found = [
        _judge_column(shape, i, (apart[i], bool(seen[i]), float(weights[i])), (sketch, wording))
        for i, shape in enumerate(shapes)
    ]
    return tuple(sorted(found, key=lambda c: (not c.moved, not c.matters, -c.size, c.name)))


def column_weights(model: Model) -> np.ndarray:
    """Per column the share of what drives the risk of the customers learnt from (mean size of its contributions)."""
    parts = model.explainer.contributions(model.reference.rows)
    size = np.abs(parts - parts.mean(axis=0)).mean(axis=0)
    return size / max(float(size.sum()), 1e-12)


def measure_column_distance(shape: ColumnShape, sketch: Sketch, place: int) -> Distance:
    """How far one column of a list lies from the learnt one, among customers who have a value; and, where having none
    is an answer, how many more have none."""
    if min(sketch.known(place), shape.known) < 1:
        return Distance()
    found = _distance_of_values(shape, sketch, place)
    if not shape.may_be_empty:
        return found
    learnt = np.array([shape.known * shape.missing / max(1 - shape.missing, 1e-9), shape.known])
    now = np.array([float(sketch.missing[place]), float(sketch.known(place))])
    either = min(1.0, 2 * min(found.p_value, chance_of_gap(now, learnt)))
    return replace(found, emptied=float(now[0] / now.sum() - shape.missing), p_value=either)


def _distance_of_values(shape: ColumnShape, sketch: Sketch, place: int) -> Distance:
    counts = sketch.counts[place]
    found = measure_distance(shape.coarsely(counts), shape.coarsely(shape.shares), shape.known, ordered=shape.is_number)
    if shape.middle is None or shape.learnt is None:
        return found
    shift, chance = mean_shift(sketch.sampled(place), shape.learnt, (shape.middle[1], shape.middle[99]))
    either = min(1.0, 2 * min(found.p_value, chance))
    return replace(found, ks=find_widest_gap(counts, shape.shares), shift=shift, p_value=either)


def is_large(found: Distance) -> bool:
    """Whether a difference is large enough to mean something, if chance does not explain it."""
    return _have_values_moved(found) or abs(found.emptied) >= LARGE_TV


def _have_values_moved(found: Distance) -> bool:
    """The same among customers who have a value."""
    gap = found.tv >= LARGE_TV if found.ks is None else found.ks >= LARGE_GAP
    return found.psi >= LARGE_PSI or gap or abs(found.shift or 0.0) >= LARGE_SHIFT


def _judge_column(
    shape: ColumnShape, place: int, measured: tuple[Distance, bool, float], around: tuple[Sketch, Wording]
) -> ColumnDrift:
    found, stands_out, weight = measured
    sketch = around[0]
    matters = bool(weight >= AN_EVEN_SHARE / len(sketch.counts))
    unjudged = _why_not(shape, sketch, place)
    if unjudged:
        return ColumnDrift(shape.name, False, found.psi, unjudged, weight, matters, False, found)
    moved = stands_out and is_large(found)
    why = _why(shape, place, found, around, matters) if moved else "As in the list the model learnt from."
    if not moved and stands_out:
        why = "Slightly different from the list the model learnt from, too little to matter."
    return ColumnDrift(shape.name, moved, found.psi, why, weight, matters, True, found)


def _why_not(shape: ColumnShape, sketch: Sketch, place: int) -> str:
    """Why no verdict is given on a column; empty where one is."""
    if shape.name in sketch.absent:
        return "Not judged: the list has no such column."
    if shape.name in sketch.unfit:
        return "Not judged: the column holds another kind of thing than was learnt."
    known = sketch.known(place)
    if known >= FEWEST:
        return "" if shape.known else "Not judged: it was empty in the list the model learnt from."
    who = f"{known:,} customers" if known == sketch.rows else f"only {known:,} customers with a value"
    return f"Not judged: {who}; at least {FEWEST} are needed to tell drift from chance."


def _why(shape: ColumnShape, place: int, found: Distance, around: tuple[Sketch, Wording], matters: bool) -> str:
    changed = describe_change if _have_values_moved(found) else describe_emptied
    said = changed(shape, around[0], place, around[1])
    return said + ("." if matters else "; it hardly drives the risk, so this only informs.")


def list_moved_drivers(columns: Sequence[ColumnDrift]) -> tuple[ColumnDrift, ...]:
    """The moved columns that matter."""
    return tuple(c for c in columns if c.moved and c.matters)


def table_of_columns(columns: Sequence[ColumnDrift]) -> list[Mapping[str, Any]]:
    """All measures of all columns, one mapping a column."""
    return [c.details() for c in columns]


# The telltale: can a classifier tell today's customers from those learnt from, and by which columns.
#
# It sees what no column shows alone, such as two columns that no longer go together. It is the most sensitive of
# all looks at a list, so it only informs: whether a difference matters is for the estimate to say.


MOST_ROWS = 2000
FEWEST_ROWS = 500
TELLS = 0.60  # ROC-AUC, at the lower end of its interval, from which the lists are called different
NAMES = 3
_CODES = 250


@dataclass(frozen=True)
class DomainClassifier:
    """How well today's customers can be told from those learnt from.

    auc      .5: not at all; low and high its 95 % interval
    columns  the columns it tells by, (name, how much worse it does without), the most telling first
    """

    auc: float
    low: float
    high: float
    columns: tuple[tuple[str, float], ...] = ()

    @property
    def tells(self) -> bool:
        """Whether the two lists are clearly not the same kind of customers."""
        return self.low >= TELLS

    def notice(self, wording: Wording) -> Notice:
        """The finding in one sentence."""
        names = listed([wording.label(n) for n, _ in self.columns[:NAMES]])
        share = f"{self.auc:.0%}"
        text = f"Shown a customer of each, a classifier picks today's from the learnt one in {share} of pairs"
        return Notice("info", f"{text}, mostly by {names}." if names else f"{text}.")


def classify_domain(model: Model, sample: np.ndarray, *, seed: int = 0) -> DomainClassifier | None:
    """Learn on one half of both lists to tell them apart, check on the other; None where there are too few rows."""
    random = np.random.default_rng(seed)
    then = model.reference.rows
    size = min(len(then), len(sample), MOST_ROWS)
    if size < FEWEST_ROWS:
        return None
    rows = np.concatenate([_sample_rows(random, then, size), _sample_rows(random, sample, size)])
    today = np.repeat([0.0, 1.0], size)
    half = random.permutation(2 * size) % 2 == 0
    kinds = [f.is_set and len(f.levels) < _CODES for f in model.encoder.fields]
    checked = _cross_check(rows, today, (half, kinds), random)
    found = float(np.mean([c[0] for c in checked]))
    wavers = 1.96 * float(np.sqrt((2 * size + 1) / (12 * size**2)))
    worse = np.mean([c[1] for c in checked], axis=0)
    telling = [(model.encoder.names[i], float(worse[i])) for i in np.argsort(-worse) if worse[i] > 0.005]
    return DomainClassifier(found, found - wavers, min(found + wavers, 1.0), tuple(telling))


def _sample_rows(random: np.random.Generator, rows: np.ndarray, size: int) -> np.ndarray:
    return rows[np.sort(random.permutation(len(rows))[:size])]


def _cross_check(
    rows: np.ndarray, today: np.ndarray, how: tuple[np.ndarray, list[bool]], random: np.random.Generator
) -> list[tuple[float, np.ndarray]]:
    import sklearn.ensemble  # noqa: F401  loaded first, or there is nothing to bound yet

    half, kinds = how
    with one_thread():  # so few rows are learnt faster alone: on a busy machine threads wait for one another
        return [_check_fold(rows, today, (learn, kinds), random) for learn in (half, ~half)]


def _check_fold(
    rows: np.ndarray, today: np.ndarray, how: tuple[np.ndarray, list[bool]], random: np.random.Generator
) -> tuple[float, np.ndarray]:
    """The AUC on the half not learnt from, and by how much it falls when each column is shuffled."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    learn, kinds = how
    classifier = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=8, learning_rate=0.1, categorical_features=kinds, random_state=0
    ).fit(rows[learn], today[learn])
    check, truth = rows[~learn], today[~learn]
    score = _auc(classifier, check, truth)
    if score < TELLS:
        return score, np.zeros(rows.shape[1])
    return score, np.array(
        [score - _auc(classifier, _shuffle_column(check, i, random), truth) for i in range(rows.shape[1])]
    )


def _shuffle_column(rows: np.ndarray, column: int, random: np.random.Generator) -> np.ndarray:
    other = rows.copy()
    other[:, column] = random.permutation(other[:, column])
    return other


def _auc(classifier: Any, rows: np.ndarray, truth: np.ndarray) -> float:
    return auc(truth, classifier.decision_function(rows))
