"""The card's words and curves follow from its numbers."""

import json

import numpy as np
import pytest

from churn.training.report import confusion_of, curves_of, deciles_of, points_of, scores_of, verdict_of
from tests.small_lists import small_training

LABELS, P = np.array([1.0, 1, 0, 1, 0, 0, 0, 0, 0, 0]), np.linspace(0.95, 0.05, 10)


def test_confusion_counts_both_kinds_of_mistake():
    assert confusion_of(LABELS, P, 0.75) == {"caught": 2, "missed": 1, "bothered": 1, "left_alone": 6}


def test_the_gain_curve_and_the_tenths_agree():
    gain = dict(map(tuple, curves_of(LABELS, P)["gain"]))
    assert [gain[0.1], gain[0.2], gain[0.4]] == pytest.approx([1 / 3, 2 / 3, 1], abs=1e-4)
    tenths = deciles_of(LABELS, P)
    assert [round(t["reached"], 3) for t in tenths[:4]] == [0.333, 0.667, 0.667, 1.0]
    assert tenths[0]["times_random"] == pytest.approx(10 / 3)


@pytest.mark.parametrize(("area", "word"), [(0.6, "weak"), (0.7, "useful"), (0.85, "good"), (0.95, "strong")])
def test_the_word_follows_the_area(area, word):
    scores = {
        "roc_auc": {"mean": area, "low": area - 0.01, "high": area + 0.01},
        "times_random_top_tenth": {"mean": 2.0},
    }
    said, summary = verdict_of(scores, 0.25)
    assert said == word and f"{area:.1%} of the time (95% interval {area - 0.01:.1%} to" in summary
    assert summary.endswith("2.0 times as many leavers as a random tenth, of at most 4.0.") or word == "weak"


def test_scores_are_means_over_folds_with_their_spread():
    repeat = [(np.arange(5, 10), np.arange(5)), (np.arange(5), np.array([5, 6, 7, 8, 9]))]
    labels = np.array([1.0, 0, 1, 0, 0, 1, 0, 0, 0, 0])
    found = scores_of(labels, P[None], (repeat,), seed=0)["roc_auc"]
    assert (found["mean"], found["sd"]) == pytest.approx(((5 / 6 + 1) / 2, np.std([5 / 6, 1], ddof=1)))


def test_every_threshold_says_what_it_reaches():
    point = points_of(LABELS, P, {"f1": 0.6})["f1"]
    assert {k: point[k] for k in ("threshold", "recall", "precision", "contacted")} == {
        "threshold": 0.6,
        "recall": 1.0,
        "precision": 0.75,
        "contacted": 0.4,
    }


def test_the_card_is_plain_json():
    card = small_training().report.as_json()
    assert json.loads(json.dumps(card, allow_nan=False)) == card
