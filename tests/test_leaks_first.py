"""A leak that was learnt from is the first thing a report says, and no good word stands above it."""

import csv
import random

import pytest

from churn import Workspace
from churn.cli.main import run_line
from churn.reports.model_card import card_pages
from churn.training.report import DOUBTFUL, kept_leaks, with_leaks_first
from tests.paging import metric, opened
from tests.trained import HISTORY

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
    assert [leak["column"] for leak in kept_leaks(model.report)] == ["hint"]
    assert model.report["verdict"] == DOUBTFUL
    card = card_pages(model)["card.html"]
    assert "Strong" not in card
    page = opened(monkeypatch, home, "training", view="Models and versions")
    assert page.warning[0].value.replace("\\", "").startswith("hint may know who left already")
    assert metric(page, "In a word") == "Doubtful"
    assert 0 < card.index("Doubtful. hint may know who left already") < card.index("How good it is")
