"""What a screen offers to choose from when a campaign is ordered."""

import pytest

from churn import Workspace
from churn.campaigns.limits import Order
from churn.errors import RequestRefused
from churn.workspace.campaigns import _step, campaign_scale, limits_from_rows, segment_choices
from tests.trained import TODAY


@pytest.fixture
def ranked(telco_home):
    return Workspace(telco_home).lists.score(telco_home / TODAY)


def test_a_scale_reaches_to_what_the_plan_without_limits_spends(telco_home, ranked):
    workspace = Workspace(telco_home)
    scale = campaign_scale(telco_home, ranked, workspace.playbooks.for_model(ranked.model).playbook)
    free = workspace.campaigns.plan(ranked, Order(holdout=0.0))
    assert scale.budget - scale.step <= free.campaign.spent <= scale.budget
    assert set(scale.channels) == {"email", "letter", "call"} and max(scale.channels.values()) <= 60


def test_segments_are_the_values_of_columns_that_divide_the_list(ranked):
    words = {c.words.rpartition(" (")[0]: c.customers for c in segment_choices(ranked)}
    kinds = [words.get(f"Contract: {kind}", 0) for kind in ("Month-to-month", "One year", "Two year")]
    assert sum(kinds) == 60 and "gender: Female" in words and not any(w.startswith("tenure") for w in words)


def test_edited_rows_become_limits_and_an_empty_one_says_nothing(telco_home, ranked):
    choices = segment_choices(ranked)
    month = next(c for c in choices if c.value == "Month-to-month")
    rows = [
        {"segment": month.words, "least": None, "most": 3.0},
        {"segment": None, "least": None, "most": float("nan")},
    ]
    said = limits_from_rows(rows, choices)
    assert said == {"at_least": {}, "at_most": {("Contract", "Month-to-month"): 3}}
    table = Workspace(telco_home).campaigns.plan(ranked, Order(**said)).campaign.table
    assert ((table["Contract"] == "Month-to-month") & (table["arm"] == "treat")).sum() <= 3
    with pytest.raises(RequestRefused, match="does not say for whom"):
        limits_from_rows([{"segment": None, "least": 2, "most": None}], choices)


@pytest.mark.parametrize(("cost", "step"), [(0, 1), (37, 1), (180, 2), (21_647, 500), (1e6, 10_000)])
def test_a_budget_goes_in_round_steps(cost, step):
    assert _step(cost) == step
