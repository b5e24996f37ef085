"""One expected gain of a campaign on every door, to the cent."""

import csv

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from churn import Workspace
from churn.api.app import make_api
from churn.campaigns.limits import Order
from churn.money.amounts import Amounts
from churn.workspace.campaigns import action_totals, budget_curve
from tests.trained import HISTORY, TODAY


def cents(amounts):
    return round(sum(float(a) for a in amounts), 2)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([None, 40.0, 123.45, 900.0]), st.sampled_from([0.0, 0.1, 0.3]), st.integers(0, 99))
def test_tile_table_curve_and_file_agree_to_the_cent(telco_home, tmp_path, budget, holdout, seed):
    workspace = Workspace(telco_home)
    planned = workspace.campaigns.plan(
        workspace.lists.score(telco_home / TODAY), Order(budget=budget, holdout=holdout, seed=seed)
    )
    gain, spent = planned.campaign.expected_gain["mid"], planned.campaign.spent
    totals = action_totals(planned)
    assert cents(t.mid for t in totals) == gain and cents(t.cost for t in totals) == spent
    workspace.campaigns.export(planned, tmp_path / "c.csv", keep=False)
    with (tmp_path / "c.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert cents(r["expected_gain"] for r in rows) == gain and cents(r["cost"] for r in rows) == spent
    curve = budget_curve(planned)
    own = curve.points[-1] if budget is None else next(p for p in curve.points if p.budget == budget)
    assert (own.expected_gain, own.spent) == (gain, spent) and curve.holdout == holdout
    assert budget is None or spent <= budget


def test_the_suggested_campaign_is_the_one_of_the_overview_the_brief_and_every_door(line, own_telco):
    workspace = Workspace(own_telco)
    ranked = workspace.lists.score(own_telco / TODAY)
    suggested = workspace.campaigns.suggest(ranked)
    campaign, order = suggested.campaign, suggested.basis.order
    shown = Amounts(suggested.basis.currency).money(campaign.expected_gain["mid"])
    assert shown in workspace.lists.next_step(ranked, campaign=campaign).why
    assert shown in workspace.lists.brief(ranked, campaign=campaign).decode()
    budget = [] if order.budget is None else ["--budget", order.budget]
    words = ("plan", own_telco / TODAY, "--home", own_telco, "-o", own_telco / "c.csv", "--keep", "no", *budget)
    assert line(*words)[1]["expected_gain"] == campaign.expected_gain
    asked = {"keep": "false", **({} if order.budget is None else {"budget": order.budget})}
    told = TestClient(make_api(Workspace(own_telco))).post(
        "/campaign", params=asked, content=(own_telco / TODAY).read_bytes(), headers={"content-type": "text/csv"}
    )
    assert told.json()["expected_gain"] == campaign.expected_gain and told.json()["kept"] is False
    assert cents(row["expected_gain"] for row in told.json()["rows"]) == campaign.expected_gain["mid"]


@pytest.mark.parametrize("name", ["Spring 2027", "春"])
def test_over_http_a_campaign_may_be_called_anything(own_telco, name):
    client = TestClient(make_api(Workspace(own_telco)))
    sent = {"content": (own_telco / TODAY).read_bytes(), "headers": {"content-type": "text/csv"}}
    told = client.post("/campaign", params={"name": name, "dry_run": "true"}, **sent).json()
    assert (told["title"], told["kept"]) == (name, False) and told["campaign"].isascii()


def test_the_overview_says_one_decision_with_what_it_costs_keeps_and_brings(own_telco):
    workspace = Workspace(own_telco)
    ranked = workspace.lists.score(own_telco / HISTORY)
    campaign = workspace.campaigns.suggest(ranked).campaign
    said = workspace.lists.next_step(ranked, campaign=campaign).why
    treated = campaign.table[campaign.table["arm"] == "treat"]
    for channel, count in treated["channel"].value_counts().items():
        assert f"{count:,} " in said and f"by {channel}" in said
    money = Amounts("USD", "en-US").money
    low, mid, high = (money(campaign.expected_gain[end]) for end in ("low", "mid", "high"))
    assert f"cost about {money(campaign.spent)}" in said and f"bring {mid} after costs ({low} to {high})" in said
    assert f"keep about {round(campaign.detectable.expected * campaign.treated):,} customer" in said
