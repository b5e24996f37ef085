"""What the doors answer about one customer holds the design's fields, and the sums hold."""

import json

import pytest

from churn import Workspace
from churn.workspace.customers import comparison_json, explained_json, shown_points
from tests.trained import TODAY, rows_of

EXPLAINED = {"key", "probability", "tier", "reasons", "contributions", "groups", "base", "changes"}
CHANGE = {"steps", "changes", "probability", "points", "enough", "text"}


@pytest.fixture(scope="module")
def explained(telco_home):
    key = rows_of(telco_home)[1].split(",")[0]
    return Workspace(telco_home).customers.explain(telco_home / TODAY, key)


def test_an_explanation_has_the_designs_fields_and_is_plain_json(explained):
    told = explained_json(explained)
    assert set(told) >= EXPLAINED
    assert json.loads(json.dumps(told, allow_nan=False))["probability"] == told["probability"]


def test_base_and_contributions_are_the_log_odds_of_the_probability(explained):
    told = explained_json(explained)
    margin = explained.model.explainer.base + sum(told["contributions"].values())
    again = explained.model.calibration.probability(margin)
    assert float(again) == pytest.approx(told["probability"], rel=1e-9)


def test_every_group_adds_up_from_its_columns(explained):
    for group in explained_json(explained)["groups"]:
        assert group["log_odds"] == pytest.approx(sum(group["columns"].values()), abs=1e-5)


def test_the_nearest_changes_lower_the_risk(explained):
    told = explained_json(explained)
    assert all(set(change) == CHANGE and change["probability"] < told["probability"] for change in told["changes"])


def test_a_comparison_is_two_explanations_and_what_was_changed(telco_home):
    key = rows_of(telco_home)[1].split(",")[0]
    told = comparison_json(Workspace(telco_home).customers.what_if(telco_home / TODAY, key, {"tenure": "60"}))
    assert set(told) == {"before", "after", "points", "changes", "steps", "notices"}
    assert told["points"] == pytest.approx(100 * (told["after"]["probability"] - told["before"]["probability"]))
    assert told["changes"]["tenure"][1] == 60.0


def test_points_stand_in_a_column_with_their_sign():
    assert [shown_points(p) for p in (12.4, -3.0, 0.2)] == ["  +12", "   -3", "   +0"]
