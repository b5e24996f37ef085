"""The report of a model and how it is built."""

import csv
import json
import random
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from churn import Workspace
from churn.cli.main import run_line
from churn.reports.model_card import card_pages
from churn.schema import Column, Schema
from churn.training.baselines import LogisticRegression
from churn.training.dataset import encode_examples
from churn.training.encoder import encoder_for
from churn.training.report import (
    DOUBTFUL,
    count_confusion,
    count_deciles,
    draw_curves,
    judge_scores,
    learnt_leaks,
    operating_points,
    summarise_scores,
    with_leaks_first,
)
from churn.training.report_builder import judge_learning_curve, learning_curve, measure_fairness, measure_time_gap
from churn.training.selection import Evaluation, plan_folds
from tests.paging import metric, opened
from tests.small_lists import SCHEMA, small_table, small_training
from tests.trained import HISTORY

LABELS, P = np.array([1.0, 1, 0, 1, 0, 0, 0, 0, 0, 0]), np.linspace(0.95, 0.05, 10)


def test_confusion_counts_both_kinds_of_mistake():
    assert count_confusion(LABELS, P, 0.75) == {"caught": 2, "missed": 1, "bothered": 1, "left_alone": 6}


def test_the_gain_curve_and_the_tenths_agree():
    gain = dict(map(tuple, draw_curves(LABELS, P)["gain"]))
    assert [gain[0.1], gain[0.2], gain[0.4]] == pytest.approx([1 / 3, 2 / 3, 1], abs=1e-4)
    tenths = count_deciles(LABELS, P)
    assert [round(t["reached"], 3) for t in tenths[:4]] == [0.333, 0.667, 0.667, 1.0]
    assert tenths[0]["times_random"] == pytest.approx(10 / 3)


@pytest.mark.parametrize(("area", "word"), [(0.6, "weak"), (0.7, "useful"), (0.85, "good"), (0.95, "strong")])
def test_the_word_follows_the_area(area, word):
    scores = {
        "roc_auc": {"mean": area, "low": area - 0.01, "high": area + 0.01},
        "times_random_top_tenth": {"mean": 2.0},
    }
    said, summary = judge_scores(scores, 0.25)
    assert said == word and f"{area:.1%} of the time (95% interval {area - 0.01:.1%} to" in summary
    assert summary.endswith("2.0 times as many leavers as a random tenth, of at most 4.0.") or word == "weak"


def test_scores_are_means_over_folds_with_their_spread():
    repeat = [(np.arange(5, 10), np.arange(5)), (np.arange(5), np.array([5, 6, 7, 8, 9]))]
    labels = np.array([1.0, 0, 1, 0, 0, 1, 0, 0, 0, 0])
    found = summarise_scores(labels, P[None], (repeat,), seed=0)["roc_auc"]
    assert (found["mean"], found["sd"]) == pytest.approx(((5 / 6 + 1) / 2, np.std([5 / 6, 1], ddof=1)))


def test_every_threshold_says_what_it_reaches():
    point = operating_points(LABELS, P, {"f1": 0.6})["f1"]
    assert {k: point[k] for k in ("threshold", "recall", "precision", "contacted")} == {
        "threshold": 0.6,
        "recall": 1.0,
        "precision": 0.75,
        "contacted": 0.4,
    }


def test_the_card_is_plain_json():
    card = small_training().report.as_json()
    assert json.loads(json.dumps(card, allow_nan=False)) == card


def selection_of(rows, strength=1.0):
    table = small_table(rows, strength=strength)
    sample = encode_examples(encoder_for(SCHEMA, table), table, np.asarray(table["gone"]).astype(np.int8), keys=None)
    plan = plan_folds(sample, quick=True, seed=0)
    return SimpleNamespace(sample=sample, evaluation=Evaluation(plan, {}), parts=((LogisticRegression(), 1.0),))


def test_the_log_loss_is_measured_from_an_eighth_to_all_of_the_customers():
    found = learning_curve(selection_of(6000), seed=0)
    assert [p["customers"] for p in found["points"]] == [600, 1200, 2400, 4800]
    assert found["points"][0]["logloss"] > found["points"][-1]["logloss"]
    assert found["helps"] is False and found["said"].startswith("More customers would hardly help")


def test_a_last_doubling_that_still_pays_says_that_more_would_help():
    points = [{"customers": 100, "logloss": 0.50}, {"customers": 200, "logloss": 0.49}]
    assert judge_learning_curve(points) == {
        "helps": True,
        "said": "More customers would help: the last doubling lowered the log loss by 0.010.",
    }
    assert judge_learning_curve(points[:1])["helps"] is None


def test_the_gap_is_what_random_folds_would_have_hidden():
    found = measure_time_gap(selection_of(400), {"roc_auc": {"mean": 0.6}}, seed=0)
    assert found["gap"] == found["roc_auc_random"] - 0.6 and found["roc_auc_random"] > 0.7


FAIRNESS_SCHEMA = Schema(
    (Column("sex", "category", lever="protected"), Column("age", lever="protected"), Column("plan", "category"))
)


TABLE = pa.table({"sex": ["f", "m"] * 100, "age": [float(20 + i % 60) for i in range(200)], "plan": ["a", "b"] * 100})


ENCODER = encoder_for(FAIRNESS_SCHEMA, TABLE)


FAIRNESS_LABELS = np.array([1.0, 0.0, 0.0, 0.0] * 50)


FAIRNESS_P = np.where(np.arange(200) % 2 == 0, 0.5, 0.3)


ROWS = measure_fairness(ENCODER, ENCODER.matrix(TABLE), FAIRNESS_LABELS, FAIRNESS_P, 0.4)


def test_only_protected_columns_are_shown_and_numbers_in_bands():
    assert [(r["column"], r["group"], r["customers"]) for r in ROWS if r["column"] == "sex"] == [
        ("sex", "f", 100),
        ("sex", "m", 100),
    ]
    assert [r["group"] for r in ROWS if r["column"] == "age"] == ["20 to 35", "36 to 56", "57 to 79"]


def test_each_group_is_judged_by_what_happened_to_it():
    women, men = (r for r in ROWS if r["column"] == "sex")
    assert (women["left"], women["probability"], women["chosen"], women["recall"]) == pytest.approx(
        (0.5, 0.5, 1.0, 1.0)
    )
    assert (women["calibrated"], men["calibrated"], men["recall"]) == (True, False, None)


def test_a_group_of_a_few_is_not_spoken_of():
    few = pa.table({"sex": ["f"] * 190 + ["m"] * 10, "age": TABLE["age"], "plan": TABLE["plan"]})
    encoder = encoder_for(FAIRNESS_SCHEMA, few)
    rows = measure_fairness(encoder, encoder.matrix(few), FAIRNESS_LABELS, FAIRNESS_P, 0.4)
    assert [r["group"] for r in rows if r["column"] == "sex"] == ["f"]


LEAK = {"column": "hint", "kind": "alone", "why": "Alone it tells leavers from stayers.", "size": 0.92, "hard": False}


REPORT = {"verdict": "strong", "summary": "It ranks well.", "leaks": [LEAK], "importance": [{"column": "hint"}]}


@pytest.fixture(scope="module")
def leaking(telco_home, tmp_path_factory):
    """A list with a column that tells who left nine times of ten."""
    path, drawn = tmp_path_factory.mktemp("leaking") / "leaking.csv", random.Random(7)
    with (telco_home / HISTORY).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["hint"] = "on" if (row["Churn"] == "Yes") == (drawn.random() < 0.92) else "off"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "Churn": row["Churn"]} for row in rows)
    return path


def test_a_kept_leak_comes_before_every_other_word_of_the_report():
    found = with_leaks_first(REPORT)
    assert (found["verdict"], found["summary"].startswith("hint may know who left already")) == (DOUBTFUL, True)
    assert found["summary"].endswith("It ranks well.")
    assert with_leaks_first(found) == found


def test_a_leak_that_was_left_out_takes_nothing_from_the_verdict():
    assert with_leaks_first({**REPORT, "importance": [{"column": "tenure"}]})["verdict"] == "strong"


def test_terminal_card_screen_and_kept_version_say_it_first(leaking, home, capsys, monkeypatch):
    words = ["train", str(leaking), "--outcome", "Churn", "--profile", "general", "--quick", "--name", "leaky"]
    assert run_line([*words, "--key", "customerID", "--home", str(home)]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("leaky v1: hint may know who left already")
    model = Workspace(home).models.get("leaky")
    assert [leak["column"] for leak in learnt_leaks(model.report)] == ["hint"]
    assert model.report["verdict"] == DOUBTFUL
    card = card_pages(model)["card.html"]
    assert "Strong" not in card
    page = opened(monkeypatch, home, "training", view="Models and versions")
    assert page.warning[0].value.replace("\\", "").startswith("hint may know who left already")
    assert metric(page, "In a word") == "Doubtful"
    assert 0 < card.index("Doubtful. hint may know who left already") < card.index("How good it is")
