"""The counter answers the screen Training."""

from churn import Workspace
from churn.workspace.models import (
    columns_that_speak,
    guess_of,
    labels_in,
    reaches_of,
    rivalry_of,
    standings_of,
    suspects_in,
)
from tests.trained import HISTORY


def test_the_counter_says_who_left_and_what_may_leak(telco_home):
    workspace = Workspace(telco_home)
    reading = workspace.lists.check(telco_home / HISTORY)
    assert (guess_of(reading), columns_that_speak(reading)[0]) == ("Churn", "Churn")
    assert labels_in(reading, "Churn").leaving == ("Yes",)
    assert suspects_in(reading, outcome="Churn") == ()


def test_the_counter_shows_a_version_in_every_way_the_screen_asks(telco_home):
    workspace = Workspace(telco_home)
    model = workspace.models.get("telco")
    names = [chart.name for chart in workspace.models.charts(model)]
    assert {"roc", "precision-recall", "calibration", "confusion", "gain", "profit", "importance"} <= set(names)
    assert "shap-summary" in names and len(names) == len(set(names))
    assert (len(reaches_of(model)), workspace.currency_of(model)) == (5, "USD")
    assert len(standings_of(model)) == len(model.report["leaderboard"])
    assert rivalry_of(model).champion is None


def test_pictures_name_columns_in_the_words_of_the_business(telco_home):
    workspace = Workspace(telco_home)
    (importance,) = [c for c in workspace.models.charts(workspace.models.get("telco")) if c.name == "importance"]
    assert "MonthlyCharges" not in importance.figure.data[0].y
    assert "Contract" in importance.figure.data[0].y
