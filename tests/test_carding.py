"""The card tells of every candidate, and of what was left out."""

import pytest

from churn import Workspace
from tests.small_lists import small_training


def card():
    return small_training().report.as_json()


def test_the_leaderboard_goes_from_best_to_worst_with_one_champion():
    losses = [row["logloss"] for row in card()["leaderboard"]]
    assert losses == sorted(losses)
    assert [row["name"] for row in card()["leaderboard"] if row["champion"]] == [card()["champion"]]
    assert {"Hand rule", "One-column rule", "Blend"} <= {row["name"] for row in card()["leaderboard"]}


def test_importance_names_what_really_drives_leaving():
    assert {row["column"] for row in card()["importance"][:3]} == {"plan", "tenure", "spend"}


def test_the_cost_stays_within_the_budget_and_is_said():
    assert 0 <= card()["cost"]["trees_of_depth_4"] <= card()["cost"]["budget"] and card()["cost"]["milliseconds"] > 0


def test_fairness_is_shown_for_the_protected_column_only():
    assert {row["column"] for row in card()["fairness"]} == {"age_band"}


def test_the_card_says_why_leavers_are_not_weighted():
    assert any("no class weights, no SMOTE" in said for said in card()["choices"])


def test_customers_and_leavers_are_counted():
    assert card()["customers"] == 500 and sum(card()["confusion"].values()) == 500
    assert card()["confusion"]["caught"] + card()["confusion"]["missed"] == card()["leavers"]
    assert sum(b["customers"] for b in card()["bins"]) == pytest.approx(500)


def test_a_quick_training_says_so_on_its_card(telco_home):
    assert Workspace(telco_home).models.get("telco").report["choices"][0].startswith("Trained with the quick setting")
