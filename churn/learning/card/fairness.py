"""Fairness: how the model treats groups that are protected; shown, never used as a lever."""

from __future__ import annotations

from typing import Any

import numpy as np

from churn.learning.candidates.rules import bin_edges, bins_of
from churn.learning.encoded.encoding import Encoder
from churn.learning.measures.reliability import wilson
from churn.learning.measures.yardsticks import auc

FEWEST = 30  # customers below which a group is too small to speak of
BANDS = 3  # bands a protected number is cut into


def fairness_of(
    encoder: Encoder, matrix: np.ndarray, scored: tuple[np.ndarray, np.ndarray], threshold: float
) -> list[dict[str, Any]]:
    """Per protected column and group: how many, share left with interval, mean probability, share chosen, recall."""
    labels, p = scored
    rows = []
    for place, field in enumerate(encoder.fields):
        if field.lever != "protected":
            continue
        edges = bin_edges(matrix[:, place], BANDS, by_code=bool(field.levels))
        bins = bins_of(matrix[:, place], edges)
        for group in np.unique(bins):
            inside = bins == group
            if inside.sum() >= FEWEST:
                name = _group_name(encoder, place, matrix[inside, place])
                rows.append(_group(field.name, name, (labels[inside], p[inside]), threshold))
    return rows


def _group(column: str, group: str, scored: tuple[np.ndarray, np.ndarray], threshold: float) -> dict[str, Any]:
    labels, p = scored
    left, chosen = int(labels.sum()), p >= threshold
    low, high = wilson(left, len(labels))
    gap = float(p.mean() - labels.mean())
    return {
        "column": column,
        "group": group,
        "customers": len(labels),
        "left": left / len(labels),
        "left_low": low,
        "left_high": high,
        "probability": float(p.mean()),
        "gap": gap,
        "calibrated": bool(low <= p.mean() <= high),
        "chosen": float(chosen.mean()),
        "recall": float(chosen[labels == 1].mean()) if left else None,
        "roc_auc": auc(labels, p) if 0 < left < len(labels) else None,
    }


def _group_name(encoder: Encoder, place: int, numbers: np.ndarray) -> str:
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return "not known"
    field = encoder.fields[place]
    low, high = float(known.min()), float(known.max())
    if field.levels or field.form == "flag":
        shown = encoder.shown(field.name, low)
        return "other" if shown is None else {True: "yes", False: "no"}.get(shown, str(shown))
    return f"{low:g} to {high:g}" if low != high else f"{low:g}"
