"""The counter answers the screen Training."""

from churn import Workspace
from churn.workspace.models import (
    compare_with_champion,
    find_leaks,
    guess_outcome,
    leaderboard_of,
    operating_points,
    outcome_candidates,
    read_labels,
)
from tests.trained import HISTORY


def test_the_counter_says_who_left_and_what_may_leak(telco_home):
    workspace = Workspace(telco_home)
    reading = workspace.lists.check(telco_home / HISTORY)
    assert (guess_outcome(reading), outcome_candidates(reading)[0]) == ("Churn", "Churn")
    assert read_labels(reading, "Churn").leaving == ("Yes",)
    assert find_leaks(reading, outcome="Churn") == ()


def test_the_counter_shows_a_version_in_every_way_the_screen_asks(telco_home):
    workspace = Workspace(telco_home)
    model = workspace.models.get("telco")
    names = [chart.name for chart in workspace.models.charts(model)]
    assert {"roc", "precision-recall", "calibration", "confusion", "gain", "profit", "importance"} <= set(names)
    assert "shap-summary" in names and len(names) == len(set(names))
    assert (len(operating_points(model)), workspace.currency_of(model)) == (5, "USD")
    assert len(leaderboard_of(model)) == len(model.report["leaderboard"])
    assert compare_with_champion(model).champion is None


def test_pictures_name_columns_in_the_words_of_the_business(telco_home):
    workspace = Workspace(telco_home)
    (importance,) = [c for c in workspace.models.charts(workspace.models.get("telco")) if c.name == "importance"]
    assert "MonthlyCharges" not in importance.figure.data[0].y
    assert "Contract" in importance.figure.data[0].y
