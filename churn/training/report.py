"""A leak that was learnt from comes first: before it, no word may say how good the model is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from churn.training.calibration import Bin
from churn.training.dataset import Fold
from churn.training.metrics import intervals, metrics, operating_point

DOUBTFUL = "doubtful"


def kept_leaks(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The columns that may know the outcome and that the model learnt from all the same."""
    learnt = {row["column"] for row in report.get("importance", ())}
    return [leak for leak in report.get("leaks", ()) if leak["column"] in learnt]


def leak_sentence(report: Mapping[str, Any]) -> str:
    """What has to be known before any other word of a report; empty where no leak was kept."""
    kept = kept_leaks(report)
    if not kept:
        return ""
    names = ", ".join(leak["column"] for leak in kept)
    one, why = len(kept) == 1, str(kept[0]["why"])
    may, them = ("may know", "it") if one else ("may each know", "them")
    return (
        f"{names} {may} who left already, and the model learnt from {them}. {why} "
        f"All that follows may be too good to be true: leave {them} out, unless {'it is' if one else 'they are'} known "
        "before a customer leaves."
    )


def with_leaks_first(report: Mapping[str, Any]) -> Mapping[str, Any]:
    """The report with its kept leaks said first and no verdict above them; one that says so already stays as it is."""
    said = leak_sentence(report)
    if not said or report["verdict"] == DOUBTFUL:
        return report
    return {**report, "verdict": DOUBTFUL, "summary": f"{said} {report['summary']}"}


# The ReportCard: how good a model is on customers it has never seen, with intervals, in numbers and one plain word.


WEAK, USEFUL, GOOD = 0.65, 0.75, 0.90  # ROC-AUC up to which these words hold; above the last it is strong


@dataclass(frozen=True)
class ReportCard:
    """Everything the model card shows; `as_json` is what a version keeps and every door reads.

    verdict     "weak", "useful", "good" or "strong", by ROC-AUC on customers never seen; "doubtful" where a column that
                may know the outcome was learnt from
    summary     the same in a sentence or two
    scores      per metric {mean, sd, low, high}: over folds, and the 95 % bootstrap interval
    leaderboard one mapping per candidate, the best first
    points      operating points: per way of choosing the threshold, what is reached at what price
    curves      roc, precision_recall, gain: lists of points
    final       the scores on the untouched final part, where the list is large enough to have one
    by_time     the gap between random folds and folds forward in time, where the list has dates
    """

    verdict: str
    summary: str
    customers: int
    distinct: int
    leavers: int
    plan: str
    champion: str
    scores: Mapping[str, Mapping[str, float]]
    leaderboard: tuple[Mapping[str, Any], ...]
    points: Mapping[str, Mapping[str, float]]
    confusion: Mapping[str, int]
    bins: tuple[Bin, ...]
    curves: Mapping[str, Any]
    earnings: Mapping[str, Any]
    importance: tuple[Mapping[str, Any], ...] = ()
    learning_curve: Mapping[str, Any] = field(default_factory=dict)
    fairness: tuple[Mapping[str, Any], ...] = ()
    final: Mapping[str, Any] = field(default_factory=dict)
    by_time: Mapping[str, float] = field(default_factory=dict)
    capacity: tuple[Mapping[str, Any], ...] = ()
    blend: Mapping[str, float] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    leaks: tuple[Mapping[str, Any], ...] = ()
    left_out: tuple[Mapping[str, Any], ...] = ()
    twins: tuple[Mapping[str, Any], ...] = ()
    choices: tuple[str, ...] = ()

    def with_leaks_first(self) -> ReportCard:
        """The same, its kept leaks said before anything else."""
        words = with_leaks_first(self.as_json())
        return replace(self, verdict=words["verdict"], summary=words["summary"])

    def as_json(self) -> dict[str, Any]:
        """The card as a plain mapping of texts, whole numbers and numbers."""
        return _plain(asdict(self))


def scores_of(labels: np.ndarray, p: np.ndarray, repeats: tuple[list[Fold], ...], *, seed: int) -> dict[str, Any]:
    """Per metric the mean and sd over all folds, and the bootstrap interval over the customers.

    p   honest probabilities, (repeats, rows); NaN where a row was not checked
    """
    each = []
    for row, repeat in zip(p, repeats, strict=True):
        for _, check in repeat:
            seen = check[~np.isnan(row[check])]
            if 0 < labels[seen].sum() < len(seen):
                each.append(metrics(labels[seen], row[seen]))
    seen = ~np.isnan(p[0])
    ranges = intervals(labels[seen], p[0][seen], seed=seed)
    found = {}
    for name in each[0]:
        values = [e[name] for e in each]
        sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        found[name] = {"mean": float(np.mean(values)), "sd": sd}
        if name in ranges:
            found[name] |= {"low": ranges[name][0], "high": ranges[name][1]}
    return found


def most_times(rate: float) -> float:
    """The most times as many leavers as a random tenth that any tenth can hold, where this share leaves."""
    return min(10.0, 1.0 / rate) if rate > 0 else 10.0


def verdict_of(scores: Mapping[str, Mapping[str, float]], rate: float) -> tuple[str, str]:
    """One plain word for how good the model is, and the sentence that explains it; `rate` is the share that leaves."""
    area = scores["roc_auc"]
    said = f"Of a leaver and a stayer it ranks the leaver higher {area['mean']:.1%} of the time"
    near = f" (95% interval {area['low']:.1%} to {area['high']:.1%})." if "low" in area else "."
    tenth = scores["times_random_top_tenth"]["mean"]
    reach = (
        f" Its top tenth holds {tenth:.1f} times as many leavers as a random tenth, of at most {most_times(rate):.1f}."
    )
    if area["mean"] < WEAK:
        note = (
            " This is weak: the columns say little about who leaves, so use it for groups rather than single customers."
        )
        return "weak", said + near + reach + note
    word = "useful" if area["mean"] < USEFUL else "good" if area["mean"] < GOOD else "strong"
    return word, said + near + reach


def confusion_of(labels: np.ndarray, p: np.ndarray, threshold: float) -> dict[str, int]:
    """How many leavers and stayers fall on each side of the threshold."""
    chosen, left = p >= threshold, labels == 1
    return {
        "caught": int((chosen & left).sum()),
        "missed": int((~chosen & left).sum()),
        "bothered": int((chosen & ~left).sum()),
        "left_alone": int((~chosen & ~left).sum()),
    }


def curves_of(labels: np.ndarray, p: np.ndarray, points: int = 100) -> dict[str, list[list[float]]]:
    """The ROC, precision–recall and gain curves, thinned to a hundred points each."""
    order = np.argsort(-p, kind="stable")
    hits, misses = np.cumsum(labels[order]), np.cumsum(1 - labels[order])
    at = np.unique(np.linspace(0, len(p) - 1, min(points, len(p))).round().astype(int))
    caught, bothered = hits[at] / hits[-1], misses[at] / misses[-1]
    contacted = (at + 1) / len(p)
    precision = hits[at] / (at + 1)
    return {
        "roc": [[0.0, 0.0], *_pairs(bothered, caught)],
        "precision_recall": _pairs(caught, precision),
        "gain": [[0.0, 0.0], *_pairs(contacted, caught)],
    }


def points_of(labels: np.ndarray, p: np.ndarray, thresholds: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """What each way of choosing the threshold reaches on customers never seen."""
    return {how: {"threshold": t, **operating_point(labels, p, t)} for how, t in thresholds.items()}


def deciles_of(labels: np.ndarray, p: np.ndarray) -> list[dict[str, float]]:
    """Per tenth of the list, the riskiest first: share of leavers reached so far, and how many times random it is."""
    order = np.argsort(-p, kind="stable")
    total, rows, reached = labels.sum(), [], 0.0
    for k, part in enumerate(np.array_split(order, 10)):
        reached += labels[part].sum() / total
        times = labels[part].mean() / labels.mean() if len(part) else 0.0
        rows.append({"tenth": k + 1, "reached": float(reached), "times_random": float(times)})
    return rows


def _pairs(x: np.ndarray, y: np.ndarray) -> list[list[float]]:
    return [[round(float(a), 5), round(float(b), 5)] for a, b in zip(x, y, strict=True)]


def _plain(value: Any) -> Any:
    """The value with only JSON's own kinds in it; a number that is not one becomes nothing."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value
