"""The counter answers the screen Training."""

from churn import Desk
from tests.trained import HISTORY


def test_the_counter_says_who_left_and_what_may_leak(telco_home):
    desk = Desk(telco_home)
    reading = desk.check(telco_home / HISTORY)
    assert (desk.outcome_guess(reading), desk.outcome_columns(reading)[0]) == ("Churn", "Churn")
    assert desk.labels(reading, "Churn").leaving == ("Yes",)
    assert desk.suspects(reading, outcome="Churn") == ()


def test_the_counter_shows_a_version_in_every_way_the_screen_asks(telco_home):
    desk = Desk(telco_home)
    model = desk.model("telco")
    names = [chart.name for chart in desk.training_charts(model)]
    assert {"roc", "precision-recall", "calibration", "confusion", "gain", "profit", "importance"} <= set(names)
    assert "shap-summary" in names and len(names) == len(set(names))
    assert (len(desk.reaches(model)), desk.currency(model)) == (5, "USD")
    assert len(desk.standings(model)) == len(model.report["leaderboard"])
    assert desk.rivalry(model).champion is None


def test_pictures_name_columns_in_the_words_of_the_business(telco_home):
    desk = Desk(telco_home)
    (importance,) = [c for c in desk.training_charts(desk.model("telco")) if c.name == "importance"]
    assert "MonthlyCharges" not in importance.figure.data[0].y
    assert "Contract" in importance.figure.data[0].y
