"""Performance without outcomes: what calibrated probabilities themselves promise, with intervals (CBPE).

If of 100 customers scored .30 about 30 leave, then the list of probabilities already says how well it ranks, how many
it finds and what acting on it brings. This holds while the same customers behave the same way: it sees that the list
has changed, never that customers have begun to behave differently. For that, outcomes are needed (`realised`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.errors import ListRefused, RequestRefused
from churn.money.economics import Stakes, build_stakes, chosen_gain, price_offers
from churn.money.playbook import Playbook
from churn.monitoring.drift import percent
from churn.monitoring.scores import BINS, FEWEST_FOR_ALARM
from churn.monitoring.sketch import LEVELLED, ColumnShape
from churn.notices import Notice
from churn.scoring.wording import Wording, capital
from churn.training.calibration import logit, sigmoid, wilson_interval
from churn.training.encoder import Encoder
from churn.training.metrics import auc, fit_platt_line
from churn.training.model import Model

GRID = 500  # steps of probability between which customers are not told apart when drawing
DRAWS = 200
FEWEST_BINS = 5  # bins of customers with known outcomes that a correction is drawn through
LINES = (0.5, 2.0)  # a flatter or steeper line says that bins are all of one kind, not how the model leans
USUAL = (0.1, 1.0)  # how far models of five businesses lean in slope and intercept, as standard deviations
MEASURES = ("auc", "recall", "precision", "churn_rate")


@dataclass(frozen=True)
class Likely:
    """A number that is not known exactly, with its 95 % interval; `learnt` is what it was when the model learnt."""

    value: float
    low: float
    high: float
    learnt: float | None = None

    def as_json(self) -> dict[str, float]:
        """The number and its interval, without what is not known."""
        whole = {"value": self.value, "low": self.low, "high": self.high, "learnt": self.learnt}
        return {k: round(v, 6) for k, v in whole.items() if v is not None}


@dataclass(frozen=True)
class PerformanceEstimate:
    """What a list's probabilities promise.

    measures  ROC-AUC, recall and precision at the model's threshold, churn rate: name → Likely
    profit    expected gain per customer of acting on the list, None without money
    segments  the same for parts of the list: "column: level" → (customers, measures)
    why       one sentence
    """

    customers: int
    measures: Mapping[str, Likely] = field(default_factory=dict)
    profit: Likely | None = None
    segments: Mapping[str, PerformanceEstimate] = field(default_factory=dict)
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """The estimate as a plain mapping."""
        words: dict[str, Any] = {"customers": self.customers}
        words |= {name: likely.as_json() for name, likely in self.measures.items()}
        if self.profit is not None:
            words["profit"] = self.profit.as_json()
        if self.segments:
            words["segments"] = [{"segment": n, **e.as_json()} for n, e in self.segments.items()]
        return words | ({"why": self.why} if self.why else {})


def expected_measures(p: np.ndarray, threshold: float, chance: np.ndarray | None = None) -> dict[str, float]:
    """ROC-AUC, recall, precision and churn rate to be expected of customers who are ranked and chosen by p.

    chance  how likely each truly is to leave; p itself where it means what it says
    """
    order = np.argsort(-p, kind="stable")
    leaves = (p if chance is None else chance)[order]
    found = _measures(p[order], leaves, 1 - leaves, threshold)
    return {name: float(value) for name, value in found.items()}


def promised_measures(model: Model, p: np.ndarray) -> dict[str, float]:
    """The measures to be expected of customers whom the model gave these probabilities."""
    return expected_measures(p, model.thresholds.chosen, correct_probability(model, p))


def correct_probability(model: Model, p: np.ndarray) -> np.ndarray:
    """The probabilities as what became of customers the model had not seen corrects them.

    A model is left as it is where a correction makes single scores no better; but that its scores all lean a little the
    same way still shows in a ROC-AUC, which adds them up.
    """
    more, shift = estimate_leaning(model)
    return sigmoid((1 + more) * logit(p) + shift) if more or shift else p


def estimate_leaning(model: Model) -> np.ndarray:
    """By how much the log-odds lean, as (slope − 1, intercept): a line through the reliability bins.

    It is drawn back towards nothing as far as so few outcomes leave it in doubt.
    """
    bins = [b for b in model.calibration.bins if b.customers]
    if len(bins) < FEWEST_BINS:
        return np.zeros(2)
    slope, shift = fit_platt_line(logit(np.array([b.scored for b in bins])), np.array([b.share for b in bins]))
    if not LINES[0] <= slope <= LINES[1]:
        return np.zeros(2)
    usual = np.diag(np.square(USUAL))
    return usual @ np.linalg.solve(usual + estimate_doubt(model), np.array([slope - 1, shift]))


def estimate_measures(
    model: Model, p: np.ndarray, *, seed: int = 0, learnt: Mapping[str, float] | None = None
) -> dict[str, Likely]:
    """The expected measures with 95 % intervals: other customers, other outcomes, and a calibration that wavers."""
    value, random = promised_measures(model, p), np.random.default_rng(seed)
    at, counts = _on_grid(p)
    drawn = _draw_measures(
        random, (at, correct_probability(model, at), counts), model.thresholds.chosen, draw_wavering(model, random)
    )
    likely = {}
    for name in MEASURES:
        spread = drawn[name][np.isfinite(drawn[name])]
        if len(spread) and np.isfinite(value[name]):
            low, high = np.percentile(spread, [2.5, 97.5])
            ends = min(float(low), value[name]), max(float(high), value[name])
            before = np.nan if learnt is None else learnt.get(name, np.nan)  # NaN: none of those learnt was called
            likely[name] = Likely(value[name], *ends, before if np.isfinite(before) else None)
    return likely


def learnt_measures(model: Model) -> dict[str, float]:
    """The same measures for the customers the model learnt from, by scores given without having seen them."""
    return promised_measures(model, model.reference.scores)


def draw_wavering(model: Model, random: np.random.Generator) -> np.ndarray:
    """By how much the log-odds may be off, as draws of (slope − 1, intercept): fewer customers learnt, more doubt."""
    return random.multivariate_normal(np.zeros(2), estimate_doubt(model), size=DRAWS)


def estimate_doubt(model: Model) -> np.ndarray:
    """The covariance of slope and intercept of a line through the outcomes of the customers learnt from."""
    p = model.reference.row_scores
    margin, weight = logit(p), p * (1 - p) * model.reference.customers / len(p)
    one, two = float((weight * margin).sum()), float((weight * margin**2).sum())
    known = np.array([[two, one], [one, float(weight.sum())]]) + 1e-6 * np.eye(2)
    return np.linalg.inv(known)


def _draw_measures(
    random: np.random.Generator, grid: tuple[np.ndarray, ...], threshold: float, wavers: np.ndarray
) -> dict[str, np.ndarray]:
    """The measures of lists as they could have been, one number per draw."""
    at, chance, counts = grid
    p = sigmoid((1 + wavers[:, :1]) * logit(chance) + wavers[:, 1:])
    customers = random.poisson(counts, size=p.shape)
    left = random.binomial(customers, p)
    return _measures(at, left.astype(float), (customers - left).astype(float), threshold)


def _on_grid(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct probabilities from the highest down and how many customers have each; close ones are put together."""
    place = np.minimum((p * GRID).astype(int), GRID - 1)
    counts, sums = np.bincount(place, minlength=GRID), np.bincount(place, weights=p, minlength=GRID)
    filled = np.flatnonzero(counts)[::-1]
    return sums[filled] / counts[filled], counts[filled]


def _measures(p: np.ndarray, left: np.ndarray, stayed: np.ndarray, threshold: float) -> dict[str, np.ndarray]:
    """The measures of groups of customers, the highest probability first, over the last axis."""
    leavers, stayers = left.sum(axis=-1), stayed.sum(axis=-1)
    before = np.cumsum(left, axis=-1) - left
    chosen = p >= threshold
    found, called = left[..., chosen].sum(axis=-1), (left + stayed)[..., chosen].sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "auc": np.sum(stayed * (before + left / 2), axis=-1) / (leavers * stayers),
            "recall": found / leavers,
            "precision": found / called,
            "churn_rate": leavers / (leavers + stayers),
        }


# Parts of a list worth a look of their own: by the columns that drive the risk most.


FEWEST_IN_PART = 200
FEWEST_LEARNT = 50
MOST_COLUMNS = 4
MOST_LEVELS = 6
Z95 = 1.959964


def split_into_parts(
    model: Model, shapes: Sequence[ColumnShape], weights: np.ndarray, wording: Wording
) -> Iterator[tuple[str, int, float, float]]:
    """The parts a list is cut into: their name, column, and the range of encoded values they hold."""
    for place in np.argsort(-weights, kind="stable")[:MOST_COLUMNS]:
        shape, subject = shapes[place], capital(wording.label(shapes[place].name))
        if shape.is_number:
            yield from _thirds(shape, int(place), (subject, wording))
        else:
            words = ("no", "yes") if shape.field.form == "flag" else shape.field.levels
            common = np.argsort(-shape.shares[: len(words)], kind="stable")[:MOST_LEVELS]
            for code in sorted(common):
                yield f"{subject}: {words[code]}", int(place), float(code), float(code)


def estimates_by_part(
    model: Model, cut: Sequence[tuple[str, int, float, float]], matrix: np.ndarray, found: tuple[np.ndarray, np.ndarray]
) -> dict[str, PerformanceEstimate]:
    """The estimate of every part that has enough customers, beside what it was when the model learnt.

    found  the probabilities of the customers, and what acting on each is expected to bring (empty without money)
    """
    p, gains = found
    estimates = {}
    for name, place, low, high in cut:
        rows = (matrix[:, place] >= low) & (matrix[:, place] <= high)
        if rows.sum() >= FEWEST_IN_PART:
            measures = estimate_measures(model, p[rows], learnt=_learnt_share(model, place, low, high))
            profit = _mean(gains[rows]) if len(gains) else None
            estimates[name] = PerformanceEstimate(int(rows.sum()), measures, profit)
    return estimates


def _learnt_share(model: Model, place: int, low: float, high: float) -> dict[str, float] | None:
    column = model.reference.rows[:, place]
    rows = (column >= low) & (column <= high)
    if rows.sum() < FEWEST_LEARNT:
        return None
    return promised_measures(model, model.reference.row_scores[rows])


def _thirds(shape: ColumnShape, place: int, words: tuple[str, Wording]) -> Iterator[tuple[str, int, float, float]]:
    subject, wording = words
    middle = shape.middle if shape.middle is not None else np.zeros(101)
    one, two = (float(np.float32(f"{middle[at]:.3g}")) for at in (33, 67))
    if not one < two:
        return
    low, high = wording.shown(shape.name, one), wording.shown(shape.name, two)
    yield f"{subject}: below {low}", place, -np.inf, _just_below(one)
    yield f"{subject}: {low} to {high}", place, one, _just_below(two)
    yield f"{subject}: {high} or more", place, two, np.inf


def _just_below(edge: float) -> float:
    """The largest number of an encoded list below an edge."""
    return float(np.nextafter(np.float32(edge), np.float32(-np.inf)))


def _mean(gains: np.ndarray) -> Likely:
    half = Z95 * float(gains.std() / np.sqrt(len(gains)))
    return Likely(float(gains.mean()), float(gains.mean()) - half, float(gains.mean()) + half)


# Expected profit of acting on a list, beside what the customers learnt from would have brought, in money.


SURE = 2.58  # standard errors from which a fall counts as real: with two lists in a row, chance all but never does it
ALARMING_FALL = 0.05


@dataclass(frozen=True)
class Profit:
    """Expected gain per customer of giving each the best action of the playbook, before any budget.

    certain   chance does not explain the difference from the customers learnt from
    fell      it is lower than learnt by more than 5 %, on 1,000 customers or more, and chance does not explain it
    notices   what could not be computed
    """

    likely: Likely | None
    gains: np.ndarray | None = None
    fell: bool = False
    certain: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def change(self) -> float | None:
        """The change against the customers learnt from, as a share: −.07 is 7 % less."""
        if self.likely is None or not self.likely.learnt:
            return None
        return self.likely.value / self.likely.learnt - 1


def estimate_profit(model: Model, matrix: np.ndarray, p: np.ndarray, playbook: Playbook | None) -> Profit:
    """What acting on these encoded customers is expected to bring, and whether that is clearly less than it was."""
    if playbook is None or not playbook.actions:
        return Profit(None, notices=(Notice("info", "Without a playbook the estimate holds no money."),))
    try:
        gains, notices = best_gains(model, matrix, p, playbook)
        before, _ = best_gains(model, model.reference.rows, model.reference.row_scores, playbook)
    except RequestRefused as problem:
        return Profit(None, notices=(Notice("warning", f"Profit was not estimated: {problem.message}"),))
    now, now_error = float(gains.mean()), float(gains.std() / np.sqrt(len(gains)))
    then, then_error = learnt_mean(model, before)
    likely = Likely(now, now - Z95 * now_error, now + Z95 * now_error, then)
    certain = bool(abs(then - now) > SURE * np.hypot(now_error, then_error))
    fell = certain and len(gains) >= FEWEST_FOR_ALARM and now < (1 - ALARMING_FALL) * then
    return Profit(likely, gains, fell, certain, notices)


def best_gains(
    model: Model, matrix: np.ndarray, p: np.ndarray, playbook: Playbook
) -> tuple[np.ndarray, tuple[Notice, ...]]:
    """Per customer the expected gain of the best action; nothing where none pays."""
    columns = decode_matrix(model.encoder, matrix)
    value = model.schema.value.name if model.schema.value else ""
    bill = matrix[:, model.encoder.names.index(value)] if value in model.encoder.names else None
    at_stake = build_stakes(p, bill, playbook, column=value)
    found = price_offers(at_stake, playbook, columns)
    return np.maximum(found.gain.max(axis=1, initial=0.0), 0.0), (*at_stake.notices, *found.notices)


def learnt_mean(model: Model, gains: np.ndarray) -> tuple[float, float]:
    """The mean gain of the customers learnt from and its standard error.

    The kept rows are weighted so that their scores are spread as those of all learnt customers are; most of what
    makes one sample of 2,000 luckier than another is gone then. What is left is how gains differ among customers of
    like scores, over the kept rows, and that those learnt from were themselves one draw of customers.
    """
    scores, kept = model.reference.scores, model.reference.row_scores
    cuts = np.unique(np.quantile(scores, np.linspace(0, 1, BINS + 1)[1:-1]))
    place, all_places = np.searchsorted(cuts, kept), np.searchsorted(cuts, scores)
    share = np.bincount(all_places, minlength=len(cuts) + 1) / len(scores)
    here = np.bincount(place, minlength=len(cuts) + 1)
    filled = here > 0
    mean = np.bincount(place, weights=gains, minlength=len(here))[filled] / here[filled]
    square = np.bincount(place, weights=gains**2, minlength=len(here))[filled] / here[filled]
    weight = share[filled] / share[filled].sum()
    within = np.sum(weight**2 * np.maximum(square - mean**2, 0) / here[filled])
    drawn = weight @ (mean - weight @ mean) ** 2 / model.reference.customers
    return float(weight @ mean), float(np.sqrt(within + drawn))


def decode_matrix(encoder: Encoder, matrix: np.ndarray) -> pa.Table:
    """Encoded customers as a table again, for the rules of a playbook; dates are left out, unseen levels are blank."""
    columns = {}
    for i, one in enumerate(encoder.fields):
        numbers = matrix[:, i]
        if one.form in LEVELLED:
            columns[one.name] = _levels(one.levels, numbers)
        elif one.form == "flag":
            columns[one.name] = pa.array(numbers > 0, mask=np.isnan(numbers))
        elif one.form == "number":
            columns[one.name] = pa.array(numbers.astype(np.float64), from_pandas=True)
    return pa.table(columns)


def _levels(levels: tuple[str, ...], codes: np.ndarray) -> pa.Array:
    unknown = np.isnan(codes) | (codes >= len(levels))
    places = pa.array(np.where(unknown, 0, codes).astype(np.int32), mask=unknown)
    return pa.array(levels, pa.string()).take(places)


# Realised performance: what became of customers who were scored, against what their scores promised.


FEWEST_CUSTOMERS, FEWEST_LEAVERS = 500, 50
SLOPES = RATES = (0.8, 1.25)
Measured = tuple[Likely, Likely, Likely, Likely | None]  # ranking, calibration slope, churn rate, profit


@dataclass(frozen=True)
class FollowedList:
    """A scored list whose outcomes are known, one entry per customer.

    left                  1 for those who left
    if_leaves, if_stays   what the action chosen for the customer brings in either case; None without money
    """

    name: str
    probability: np.ndarray
    left: np.ndarray
    if_leaves: np.ndarray | None = None
    if_stays: np.ndarray | None = None


@dataclass(frozen=True)
class Performance:
    """How a model did on customers whose outcomes are known; `learnt` is what the scores or the training promised.

    churn_rate  its `learnt` is the rate the scores promised for these very customers
    profit      gain per customer of the actions the scores chose; its `learnt` is what the scores promised
    signs       what is clearly worse: "auc", "calibration", "rate", "profit"
    """

    name: str
    customers: int
    leavers: int
    auc: Likely
    slope: Likely
    churn_rate: Likely
    profit: Likely | None = None
    signs: tuple[str, ...] = ()
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """The performance as a plain mapping."""
        parts = {"auc": self.auc, "calibration_slope": self.slope, "churn_rate": self.churn_rate, "profit": self.profit}
        said = {"list": self.name, "customers": self.customers, "leavers": self.leavers}
        return said | {k: v.as_json() for k, v in parts.items() if v} | {"signs": list(self.signs), "why": self.why}


def follow_list(
    name: str, given: Stakes, left: np.ndarray, *, playbook: Playbook | None = None, columns: Any = None
) -> FollowedList:
    """A scored list with its outcomes, and what acting on its scores brings whether a customer leaves or stays.

    given  probabilities as they were given then, and the bills; leave out customers who got an action, for whom
           leaving less often is what the action was for
    """
    y = np.asarray(left, float)
    if len(y) != given.rows or not np.isin(y, (0.0, 1.0)).all():
        raise ListRefused("Some outcomes are neither 0 nor 1.", "Give one outcome per scored customer.")
    if playbook is None or not playbook.actions:
        return FollowedList(name, given.probability, y)
    choice = price_offers(given, playbook, columns).best
    worlds = (replace(given, probability=np.full(given.rows, leaves)) for leaves in (1.0, 0.0))
    if_leaves, if_stays = (chosen_gain(world, playbook, columns, choice)["mid"] for world in worlds)
    return FollowedList(name, given.probability, y, if_leaves, if_stays)


def measure_performance(model: Model, followed: FollowedList) -> Performance:
    """How the model did on one list with outcomes; too few customers or leavers are refused with the numbers."""
    y = followed.left
    leavers = int(y.sum())
    if len(y) < FEWEST_CUSTOMERS or min(leavers, len(y) - leavers) < FEWEST_LEAVERS:
        raise ListRefused(
            f"{followed.name}: too few outcomes to judge the model ({len(y):,} known, {leavers:,} of them left).",
            f"Wait for at least {FEWEST_CUSTOMERS} outcomes with {FEWEST_LEAVERS} who left and as many who stayed.",
        )
    found = rank, slope, rate, profit = _measure_list(model, followed)
    signs = _signs(found, followed, vouched_ranges(model)[1])
    return Performance(followed.name, len(y), leavers, rank, slope, rate, profit, signs, _why(rank, rate, profit))


def _measure_list(model: Model, followed: FollowedList) -> Measured:
    y, p = followed.left, followed.probability
    return _rank(model, y, p), _slope(y, p), _rate(y, p), _profit(followed)


def join_lists(lists: Sequence[FollowedList]) -> FollowedList:
    """Some lists as one, named after the last."""

    def column(part: str) -> np.ndarray | None:
        values = [getattr(one, part) for one in lists]
        return None if any(v is None for v in values) else np.concatenate(values)

    p, left = (np.concatenate([getattr(one, part) for one in lists]) for part in ("probability", "left"))
    return FollowedList(lists[-1].name, p, left, column("if_leaves"), column("if_stays"))


def confirm_over_lists(model: Model, over_several: Performance, newest: FollowedList) -> Performance:
    """What several lists together show, as far as the newest outcomes among them show it by themselves.

    Two bad lists weigh so much that a sound one after them would be called bad, too; the alarm would come once more
    although what caused it is over. The newest has to be as sure as any list: that leaves up to 3 false alarms in 100,
    where 1.28 standard errors left 11 to 18 and noticed a harm that costs 5 % hardly more often.
    """
    if len(np.unique(newest.left)) < 2:  # nobody left, or everybody did: that ranks nothing
        return over_several
    off = _signs(_measure_list(model, newest), newest, vouched_ranges(model)[1])
    return replace(over_several, signs=tuple(sign for sign in over_several.signs if sign in off))


def _rank(model: Model, y: np.ndarray, p: np.ndarray) -> Likely:
    found = auc(y, p)
    half = Z95 * auc_error(found, int(y.sum()), int(len(y) - y.sum()))
    return Likely(found, max(0.0, found - half), min(1.0, found + half), vouched_ranges(model)[0])


def vouched_ranges(model: Model) -> tuple[float, float]:
    """The ROC-AUC the report card vouches for, and the floor below which it no longer does (mean − 2 sd over folds)."""
    card = model.report.get("scores", {}).get("roc_auc", {})
    mean = float(card.get("mean", learnt_measures(model)["auc"]))
    return mean, mean - 2 * float(card.get("sd", 0.0))


def auc_error(found: float, leavers: int, stayers: int) -> float:
    """The standard error of a ROC-AUC (Hanley and McNeil)."""
    one, two = found / (2 - found), 2 * found**2 / (1 + found)
    spread = found * (1 - found) + (leavers - 1) * (one - found**2) + (stayers - 1) * (two - found**2)
    return float(np.sqrt(max(spread, 0.0) / (leavers * stayers)))


def _slope(y: np.ndarray, p: np.ndarray) -> Likely:
    margin = logit(p)
    slope, shift = fit_platt_line(margin, y)
    q = sigmoid(slope * margin + shift)
    w = q * (1 - q)
    spread = float((w * margin**2).sum() - (w * margin).sum() ** 2 / max(w.sum(), 1e-12))
    half = Z95 / np.sqrt(max(spread, 1e-12))
    return Likely(slope, slope - half, slope + half, 1.0)


def _rate(y: np.ndarray, p: np.ndarray) -> Likely:
    low, high = wilson_interval(int(y.sum()), len(y))
    return Likely(float(y.mean()), low, high, float(p.mean()))


def _profit(followed: FollowedList) -> Likely | None:
    if followed.if_leaves is None or followed.if_stays is None:
        return None
    difference, p = followed.if_leaves - followed.if_stays, followed.probability
    promised = float((followed.if_stays + p * difference).mean())
    came = float((followed.if_stays + followed.left * difference).mean())
    half = Z95 * float(np.sqrt(np.sum(difference**2 * p * (1 - p)))) / len(p)
    return Likely(came, came - half, came + half, promised)


def _signs(found: Measured, followed: FollowedList, floor: float) -> tuple[str, ...]:
    """What is far off, further than chance does."""
    rank, slope, rate, profit = found
    p = followed.probability
    wavers = np.sqrt(np.sum(p * (1 - p))) / len(p)
    clear = {
        "auc": _is_below(rank),
        "calibration": abs(slope.value - 1.0) > SURE * _error(slope),
        "rate": abs(rate.value - (rate.learnt or 0.0)) > SURE * wavers,
        "profit": profit is not None and _is_below(profit),
    }
    return tuple(sign for sign in _far_off(found, floor) if clear[sign])


def _far_off(found: Measured, floor: float) -> tuple[str, ...]:
    """What lies further off than is harmless, whether or not chance could do that."""
    rank, slope, rate, profit = found
    far = {
        "auc": rank.value < floor,
        "calibration": not SLOPES[0] <= slope.value <= SLOPES[1],
        "rate": not RATES[0] <= rate.value / (rate.learnt or 1e-12) <= RATES[1],
        "profit": profit is not None and profit.value < (1 - ALARMING_FALL) * (profit.learnt or 0),
    }
    return tuple(sign for sign, is_far in far.items() if is_far)


def _is_below(found: Likely) -> bool:
    return found.learnt is not None and found.learnt - found.value > SURE * _error(found)


def _error(found: Likely) -> float:
    return (found.high - found.low) / (2 * Z95)


def _why(rank: Likely, rate: Likely, profit: Likely | None) -> str:
    said = (
        f"{percent(rate.value)} left where {percent(rate.learnt or 0)} were expected; a leaver was scored above a "
        f"stayer in {percent(rank.value)} of pairs, {percent(rank.learnt or 0)} when it learnt"
    )
    if profit is not None and profit.learnt:
        said += f"; acting on the scores brings {percent(profit.value / profit.learnt)} of what they promised"
    return said + "."


# Settling outcomes: what became of each customer when several files tell, the latest word counting.


@dataclass(frozen=True)
class SettledOutcomes:
    """One outcome per customer.

    table     the columns key (text) and left (true or false), in the order in which customers were first named
    notices   how many customers were told differently before
    """

    table: pa.Table
    notices: tuple[Notice, ...] = ()


def resolve_outcomes(files: Sequence[pa.Table]) -> SettledOutcomes:
    """One outcome per customer from files with the columns key and left, the oldest first.

    A customer who is said to have left and later to have stayed may be a new contract or a mistake: the latest file
    counts, and the notice says how many there are. Within one file a customer told both ways is refused.
    """
    said: dict[str, bool] = {}
    changed: set[str] = set()
    for number, file in enumerate(files, start=1):
        for key, left in _sure_outcomes(file, number).items():
            if said.get(key, left) != left:
                changed.add(key)
            said[key] = left
    table = pa.table({"key": pa.array(said.keys(), pa.string()), "left": pa.array(said.values(), pa.bool_())})
    return SettledOutcomes(table, _changed_notice(changed))


def match_outcomes_to(keys: pa.Array, settled: pa.Table) -> pa.Array:
    """The outcome of each key, in order; nothing where it is not known."""
    places = pc.index_in(keys.cast(pa.string()), value_set=settled.column("key").combine_chunks())
    return settled.column("left").combine_chunks().take(places)


def _sure_outcomes(file: pa.Table, number: int) -> dict[str, bool]:
    missing = {"key", "left"} - set(file.column_names)
    if missing:
        raise ListRefused(
            f"Outcome file {number} has no column {' and no column '.join(sorted(missing))}.",
            "Name the key and the outcome column.",
        )
    said: dict[str, bool] = {}
    for key, left in zip(file.column("key").to_pylist(), file.column("left").to_pylist(), strict=True):
        if key is None or left is None:
            continue
        if said.setdefault(str(key), bool(left)) != bool(left):
            raise ListRefused(
                f"Outcome file {number} says of customer {str(key)[:40]} both that they left and that they stayed.",
                "Keep one row per customer.",
            )
    return said


def _changed_notice(changed: set[str]) -> tuple[Notice, ...]:
    if not changed:
        return ()
    some = ", ".join(sorted(k[:40] for k in changed)[:3])
    text = f"{len(changed):,} customers have another outcome than told before ({some}); the latest counts."
    return (Notice("warning", text, count=len(changed)),)
