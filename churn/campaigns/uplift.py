"""Who reacts to a contact, learnt from a randomised experiment: an X-learner, and an S-learner as the check.

The X-learner learns what happens with and without treatment, turns each customer's own outcome into a guess of the
effect on them, and learns that guess. The S-learner is one model that knows the treatment as a column. Every customer's
uplift comes from models that never saw that customer (cross-fitting), so it can be judged on the same list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.campaigns.lift import Difference, measure_adjusted_difference
from churn.errors import ListRefused, RequestRefused
from churn.notices import Notice
from churn.schema import Schema
from churn.training.encoder import encoder_for

FOLDS = 3
REPEATS = 3
FEWEST = 50

SETTINGS = {
    "max_depth": 3,
    "learning_rate": 0.05,
    "subsample": 0.8,
    "colsample_bynode": 0.6,
    "reg_lambda": 5.0,
    "tree_method": "hist",
    "nthread": 1,
}

ROUNDS = 120


@dataclass(frozen=True)
class PredictedUplift:
    """The predicted uplift of every customer by each learner, from models that never saw the customer.

    noise       how far an X-learner's prediction moves when it learns from other customers (one standard deviation)
    """

    x: np.ndarray
    s: np.ndarray
    noise: float

    @property
    def agreement(self) -> float:
        """How alike the two learners rank the customers: 1 the same, 0 not at all."""
        ranks = [np.argsort(np.argsort(v, kind="stable"), kind="stable") for v in (self.x, self.s)]
        return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def predict_uplift(matrix: np.ndarray, treated: np.ndarray, good: np.ndarray, *, seed: int = 0) -> PredictedUplift:
    """The uplift of the wanted outcome for every row of a float matrix (NaN where a value is missing)."""
    matrix, treated, good = np.asarray(matrix, np.float32), np.asarray(treated, bool), np.asarray(good, float)
    _check_learnable(treated, good)
    x, s = np.zeros(len(matrix)), np.zeros(len(matrix))
    for again in range(REPEATS):
        folds = _folds(treated, good, seed + 100 * again)
        for fold in range(FOLDS):
            rest, here = folds != fold, folds == fold
            learnt = fit_x_learner(matrix[rest], treated[rest], good[rest], seed=seed + 100 * again + fold)
            x[here] += learnt.uplift(matrix[here]) / REPEATS
            if not again:
                s[here] = _s_uplift(matrix[rest], treated[rest], good[rest], matrix[here], seed + fold)
    return PredictedUplift(x, s, _noise(matrix, treated, good, seed))


def _noise(matrix: np.ndarray, treated: np.ndarray, good: np.ndarray, seed: int) -> float:
    """Two learners from separate halves differ by twice what one from the whole list is off by."""
    half = _folds(treated, good, seed + 7, parts=2) == 0
    views = [fit_x_learner(matrix[m], treated[m], good[m], seed=seed + 9).uplift(matrix) for m in (half, ~half)]
    return float(np.sqrt(np.mean((views[0] - views[1]) ** 2)) / 2.0)


@dataclass(frozen=True)
class XLearner:
    """Two models of the effect, one learnt from the treated, one from the untreated, weighed by the other's size."""

    from_treated: Any
    from_others: Any
    share: float

    def uplift(self, matrix: np.ndarray) -> np.ndarray:
        """The predicted uplift of each row."""
        given = _data(matrix)
        return np.asarray(
            self.share * self.from_others.predict(given) + (1.0 - self.share) * self.from_treated.predict(given), float
        )


def fit_x_learner(matrix: np.ndarray, treated: np.ndarray, good: np.ndarray, *, seed: int = 0) -> XLearner:
    """An X-learner fitted on one experiment."""
    with_ = _fit_booster(matrix[treated], good[treated], seed, chance=True)
    without = _fit_booster(matrix[~treated], good[~treated], seed + 1, chance=True)
    gained = good[treated] - without.predict(_data(matrix[treated]))
    missed = with_.predict(_data(matrix[~treated])) - good[~treated]
    effects = (_fit_booster(matrix[treated], gained, seed + 2), _fit_booster(matrix[~treated], missed, seed + 3))
    return XLearner(*effects, float(treated.mean()))


def _s_uplift(matrix: np.ndarray, treated: np.ndarray, good: np.ndarray, new: np.ndarray, seed: int) -> np.ndarray:
    model = _fit_booster(np.column_stack([matrix, treated]), good, seed, chance=True, every=True)
    sides = [model.predict(_data(np.column_stack([new, np.full(len(new), t)]))) for t in (1.0, 0.0)]
    return np.asarray(sides[0] - sides[1], float)


def _fit_booster(
    matrix: np.ndarray, target: np.ndarray, seed: int, *, chance: bool = False, every: bool = False
) -> Any:
    """A small boosted model; effects are noisier than outcomes, so their leaves need more customers."""
    import xgboost

    heavy = max(20.0, len(matrix) / 200)
    weight = heavy * float(max(target.mean() * (1 - target.mean()), 0.01)) if chance else heavy
    settings = SETTINGS | {"seed": seed, "min_child_weight": weight}
    settings |= {"objective": "binary:logistic" if chance else "reg:squarederror"}
    settings |= {"colsample_bynode": 1.0} if every else {}
    return xgboost.train(settings, _data(matrix, target), ROUNDS)


def _data(matrix: np.ndarray, target: np.ndarray | None = None) -> Any:
    import xgboost

    return xgboost.DMatrix(np.asarray(matrix, np.float32), label=target, nthread=1)


def _folds(treated: np.ndarray, good: np.ndarray, seed: int, *, parts: int = FOLDS) -> np.ndarray:
    """A fold for every customer, even within arm and outcome."""
    folds, random = np.zeros(len(treated), int), np.random.default_rng(seed)
    for kind in range(4):
        rows = random.permutation(np.flatnonzero(2 * treated + good == kind))
        folds[rows] = np.arange(len(rows)) % parts
    return folds


def _check_learnable(treated: np.ndarray, good: np.ndarray) -> None:
    for name, arm in (("treated", good[treated]), ("untreated", good[~treated])):
        if min(arm.sum(), (1 - arm).sum()) < FEWEST:
            raise ListRefused(
                f"Among the {len(arm):,} {name} customers fewer than {FEWEST} had one of the two outcomes.",
                "Collect more outcomes; nothing can be learnt about differences between so few.",
            )


# How well a ranking finds the customers a contact helps: the Qini coefficient, with a bootstrap interval.
#
# The Qini curve counts, down the ranking, how many more of the treated than (in proportion) of the untreated had
# the wanted outcome. The coefficient is the area between it and the straight line of a random order, as a share
# of the same area for a perfect order (scikit-uplift's normalised definition). 0 is what chance reaches; nobody
# reaches 1.


@dataclass(frozen=True)
class Qini:
    """The coefficient between what and what, and its curve: share contacted, extra wanted outcomes."""

    value: float
    low: float
    high: float
    share: np.ndarray
    gained: np.ndarray

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval excludes what a random order reaches."""
        return self.low > 0.0


@dataclass(frozen=True)
class UpliftSlice:
    """A tenth of the customers by predicted uplift: what was predicted, and what the experiment shows there."""

    rank: int
    customers: int
    predicted: float
    seen: float | None
    low: float | None
    high: float | None


def measure_qini(
    good: np.ndarray, uplift: np.ndarray, treated: np.ndarray, *, repeats: int = 300, seed: int = 0
) -> Qini:
    """The Qini coefficient of a predicted uplift, with its 95 % bootstrap interval.

    good        whether the wanted outcome happened (1 or 0)
    """
    good, treated = np.asarray(good, float), np.asarray(treated, bool)
    if not 0 < treated.sum() < len(treated) or good.min() == good.max():
        raise RequestRefused(
            "Uplift needs treated and untreated customers, and both outcomes.",
            "Check the treatment and outcome columns.",
        )
    order = np.argsort(-np.asarray(uplift, float), kind="stable")
    ends = np.append(np.flatnonzero(np.diff(np.asarray(uplift, float)[order])), len(order) - 1)
    ranked = _Ranked(good[order], treated[order], ends)
    contacted, gained = ranked.curve(np.ones(len(order)))
    random = np.random.default_rng(seed)
    drawn = [ranked.coefficient(random.poisson(1.0, len(order)).astype(float)) for _ in range(repeats)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5]) if repeats else (np.nan, np.nan)
    points = np.unique(np.linspace(0, len(gained) - 1, 101).astype(int))
    value = ranked.coefficient(np.ones(len(order)))
    return Qini(value, float(low), float(high), contacted[points] / contacted[-1], gained[points])


@dataclass(frozen=True)
class _Ranked:
    """Customers from the highest predicted uplift down; `ends` are the last places of equal predictions."""

    good: np.ndarray
    treated: np.ndarray
    ends: np.ndarray

    def curve(self, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Customers contacted and wanted outcomes gained, each customer counted so many times."""
        with_ = np.cumsum(weight * self.treated)[self.ends]
        without = np.cumsum(weight * ~self.treated)[self.ends]
        good_with = np.cumsum(weight * self.treated * self.good)[self.ends]
        good_without = np.cumsum(weight * ~self.treated * self.good)[self.ends]
        ratio = np.divide(with_, without, out=np.zeros_like(with_), where=without > 0)
        return np.append(0.0, with_ + without), np.append(0.0, good_with - good_without * ratio)

    def coefficient(self, weight: np.ndarray) -> float:
        """The area over the random line as a share of the perfect order's."""
        contacted, gained = self.curve(weight)
        chance = 0.5 * contacted[-1] * gained[-1]
        perfect = _area(*self._perfect(weight)) - chance
        return float((_area(contacted, gained) - chance) / perfect) if perfect > 0 else float("nan")

    def _perfect(self, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First the treated who turned out well, then all whose outcome shows nothing, last the untreated who did."""
        first = float((weight * self.treated * self.good).sum())
        last = float((weight * ~self.treated * self.good).sum())
        with_, without = float((weight * self.treated).sum()), float((weight * ~self.treated).sum())
        end = first - last * with_ / without if without else 0.0
        return np.array([0.0, first, with_ + without - last, with_ + without]), np.array([0.0, first, first, end])


def _area(x: np.ndarray, y: np.ndarray) -> float:
    return float((np.diff(x) * (y[1:] + y[:-1])).sum() / 2.0)


def slice_uplift(
    good: np.ndarray, uplift: np.ndarray, treated: np.ndarray, *, parts: int = 10
) -> tuple[UpliftSlice, ...]:
    """Customers in tenths by predicted uplift, highest first, with the effect the experiment shows in each."""
    good, treated = np.asarray(good, float), np.asarray(treated, bool)
    order = np.argsort(-np.asarray(uplift, float), kind="stable")
    found = []
    for rank, rows in enumerate(np.array_split(order, parts), 1):
        seen = _seen_effect(good[rows], treated[rows])
        shown = (None, None, None) if seen is None else (seen.size, seen.low, seen.high)
        found.append(UpliftSlice(rank, len(rows), float(np.mean(uplift[rows])), *shown))
    return tuple(found)


def _seen_effect(good: np.ndarray, treated: np.ndarray) -> Difference | None:
    return measure_adjusted_difference(1.0 - good, treated) if min(treated.sum(), (~treated).sum()) > 1 else None


# Uplift: whom a contact helps, whom it leaves cold, whom it drives away; learnt from a randomised experiment.
#
# Customers are only ranked by uplift when the experiment shows that the ranking beats chance; otherwise the
# answer is that there is no usable difference between customers. Sleeping dogs, who leave because they are
# contacted, are named only where the experiment itself shows harm among them; they are never targets.


Z95 = 1.959963984540054
SURE_ARMS = 0.001


@dataclass(frozen=True)
class Uplift:
    """What an experiment teaches about whom to contact.

    effect      the average effect on the wanted outcome, with its 95 % interval
    uplift      per customer, in the order of the list, from models that never saw the customer
    targets     who should be contacted; nobody by uplift when the ranking does not beat chance
    sleeping    who is better left alone
    """

    effect: Difference
    qini: Qini
    check: float
    slices: tuple[UpliftSlice, ...]
    uplift: np.ndarray
    targets: np.ndarray
    sleeping: np.ndarray
    harm: Difference | None
    verdict: str
    notices: tuple[Notice, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether customers differ in a way that can be used."""
        return self.qini.beyond_chance

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {
            "effect": {"low": self.effect.low, "mid": self.effect.size, "high": self.effect.high},
            "qini": {"low": self.qini.low, "mid": self.qini.value, "high": self.qini.high},
            "check": self.check,
            "usable": self.usable,
            "verdict": self.verdict,
            "targets": int(self.targets.sum()),
            "sleeping": int(self.sleeping.sum()),
            "by": [dict(vars(s)) for s in self.slices],
            "notices": [n.as_json() for n in self.notices],
        }


def measure_uplift(
    matrix: np.ndarray, treated: np.ndarray, good: np.ndarray, *, seed: int = 0, repeats: int = 300
) -> Uplift:
    """What a randomised experiment teaches.

    matrix      one row per customer as numbers, NaN where missing; nothing that happened after the treatment
    good        1 where the wanted outcome happened (stayed, visited), 0 where not
    """
    treated, good = np.asarray(treated, bool), np.asarray(good, float)
    _confirm_slices(len(matrix), treated, good)
    predicted = predict_uplift(matrix, treated, good, seed=seed)
    found = measure_qini(good, predicted.x, treated, repeats=repeats, seed=seed)
    check = measure_qini(good, predicted.s, treated, repeats=0).value
    effect = measure_adjusted_difference(1.0 - good, treated)
    sleeping, harm = (
        _find_sleeping(predicted, good, treated) if found.beyond_chance else (np.zeros(len(good), bool), None)
    )
    targets = predicted.x > 0 if found.beyond_chance else np.full(len(good), effect.low > 0)
    return Uplift(
        effect=effect,
        qini=found,
        check=check,
        slices=slice_uplift(good, predicted.x, treated),
        uplift=predicted.x,
        targets=targets & ~sleeping,
        sleeping=sleeping,
        harm=harm,
        verdict=_verdict(found, effect, sleeping),
        notices=_notices(found, check, treated),
    )


def _confirm_slices(rows: int, treated: np.ndarray, good: np.ndarray) -> None:
    if not rows == len(treated) == len(good):
        raise RequestRefused("The columns of the experiment are not equally long.", "Give one row per customer.")
    if not np.isin(good, (0.0, 1.0)).all():
        raise ListRefused("Some customers have no outcome, or another than yes and no.", "Leave those rows out.")
    if not 0 < treated.sum() < rows:
        raise ListRefused(
            "Everybody in this experiment is in the same arm.", "It needs customers with and without the treatment."
        )


def _find_sleeping(
    predicted: PredictedUplift, good: np.ndarray, treated: np.ndarray
) -> tuple[np.ndarray, Difference | None]:
    """Those predicted to be harmed by more than the noise, if the experiment shows harm among them as a whole."""
    named = predicted.x < -Z95 * predicted.noise
    if min((named & treated).sum(), (named & ~treated).sum()) < 20:
        return np.zeros(len(good), bool), None
    harm = measure_adjusted_difference(1.0 - good[named], treated[named])
    return (named, harm) if harm.high < 0 else (np.zeros(len(good), bool), None)


def _verdict(found: Qini, effect: Difference, sleeping: np.ndarray) -> str:
    average = f"on average {effect.size * 100:+.1f} points ({effect.low * 100:+.1f} to {effect.high * 100:+.1f})"
    if not found.beyond_chance:
        whom = "contact everybody or nobody" if effect.low > 0 else "nothing shows that contacting helps"
        return f"No usable difference between customers: {average}; {whom}."
    dogs = int(sleeping.sum())
    left = f" {dogs:,} customers are better left alone." if dogs else ""
    return f"Customers differ: {average}, and choosing by uplift beats chance.{left}"


def _notices(found: Qini, check: float, treated: np.ndarray) -> tuple[Notice, ...]:
    notices = []
    if found.beyond_chance and check <= 0:
        text = "The second learner does not confirm the ranking; treat it with caution."
        notices.append(Notice("warning", text))
    share = float(treated.mean())
    if not 0.02 <= share <= 0.98:
        notices.append(Notice("warning", f"Only {min(share, 1 - share):.1%} of the customers are in the smaller arm."))
    return tuple(notices)


# An experiment as a checked table: arms, outcome and the matrix the uplift learners work on.


@dataclass(frozen=True)
class Experiment:
    """Which columns say what happened.

    treatment   the column of arms
    control     the word for no treatment; found by itself where there are two arms and one is called so
    arm         which treatment to look at where there are several
    outcome     the column of the outcome
    bad         the words of an outcome nobody wants (left); else `good` are those of a wanted one (stayed, visited)
    """

    treatment: str
    outcome: str
    control: str = ""
    arm: str = ""
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()


CONTROL_WORDS = ("none", "control", "no", "0", "false", "holdout", "untreated", "no e-mail", "no email", "no contact")


def experiment_uplift(
    table: pa.Table, schema: Schema, experiment: Experiment, *, seed: int = 0
) -> tuple[Uplift, np.ndarray]:
    """What an experiment teaches, and which rows of the table it speaks of (the two arms with a known outcome)."""
    arms, outcome = _words(table, experiment.treatment), _words(table, experiment.outcome)
    control, arm = _arms(arms, experiment)
    good = _good(outcome, experiment)
    rows = np.flatnonzero(((arms == control) | (arms == arm)) & ~np.isnan(good))
    if not len(rows):
        raise ListRefused("No customer of these two arms has an outcome.", "Check the treatment and outcome columns.")
    matrix = _matrix(table.take(pa.array(rows)), schema, experiment)
    found = measure_uplift(matrix, arms[rows] == arm, good[rows], seed=seed)
    lost = len(arms) - len(rows)
    note = Notice("info", f"{lost:,} customers of other arms or without outcome do not count.", None, lost)
    return (replace(found, notices=(*found.notices, note)) if lost else found), rows


def rank_customers(found: Uplift, keys: Sequence[str]) -> pa.Table:
    """The customers of an experiment from the most helped to the most harmed, and what to do with each."""
    order = np.argsort(-found.uplift, kind="stable")
    advice = np.where(found.sleeping, "leave alone", np.where(found.targets, "contact", "no need"))
    return pa.table(
        {
            "key": pa.array(np.asarray(keys, object)[order], pa.string()),
            "uplift": found.uplift[order],
            "rank": np.arange(1, len(order) + 1),
            "advice": pa.array(advice[order].astype(object), pa.string()),
        }
    )


def _matrix(table: pa.Table, schema: Schema, experiment: Experiment) -> np.ndarray:
    """Everything known before the treatment, as numbers, by the same encoding that learning uses."""
    return encoder_for(schema, table, drop=(experiment.treatment, experiment.outcome)).matrix(table)


def _words(table: pa.Table, column: str) -> np.ndarray:
    if column not in table.column_names:
        raise RequestRefused(f"The list has no column {column!r}.", f"It has: {', '.join(table.column_names[:12])}.")
    cells = table[column]
    cells = cells.cast(cells.type.value_type) if pa.types.is_dictionary(cells.type) else cells
    if pa.types.is_floating(cells.type) and pc.all(pc.equal(pc.floor(cells), cells)).as_py():
        cells = cells.cast(pa.int64())
    text = pc.utf8_lower(pc.utf8_trim_whitespace(cells.cast(pa.string())))
    return np.array(pc.fill_null(text, "").to_pylist(), object)


def _arms(arms: np.ndarray, wanted: Experiment) -> tuple[str, str]:
    """The word for no treatment and the word for the treatment looked at."""
    names = sorted(set(arms) - {""})
    if len(names) < 2:
        raise ListRefused(
            f"{wanted.treatment} holds only one arm.", "An experiment needs customers with and without it."
        )
    control = wanted.control.strip().lower() or next((n for n in CONTROL_WORDS if n in names), "")
    if control not in names:
        raise RequestRefused(
            f"Which customers of {wanted.treatment} got no treatment is not clear.",
            f"Name the control; it is one of: {', '.join(names)}.",
        )
    others = [n for n in names if n != control]
    arm = wanted.arm.strip().lower() or (others[0] if len(others) == 1 else "")
    if arm not in others:
        raise RequestRefused(
            f"{wanted.treatment} holds several treatments.", f"Name the one to look at: {', '.join(others)}."
        )
    return control, arm


def _good(outcome: np.ndarray, experiment: Experiment) -> np.ndarray:
    """1 where the outcome is the wanted one, 0 where not, NaN where it is not known."""
    said = tuple(w.strip().lower() for w in experiment.bad or experiment.good)
    if not said:
        raise RequestRefused(
            "Which outcome is wanted is not said.", "Name the words that mean left, or that mean good."
        )
    is_said = np.isin(outcome, said)
    if not is_said.any():
        names = ", ".join(sorted(set(outcome) - {""})[:6])
        raise ListRefused(f"{experiment.outcome} never holds {' or '.join(said)}.", f"It holds: {names}.")
    wanted = np.where(is_said, 0.0, 1.0) if experiment.bad else np.where(is_said, 1.0, 0.0)
    return np.where(outcome == "", np.nan, wanted)
