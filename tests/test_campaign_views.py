"""What the screens show of a campaign is counted from the campaign itself."""

import pytest

from churn.errors import ChurnError
from churn.money.economics import build_terms, net_gain
from churn.money.playbook import Action, Estimate, Playbook, exact_estimate
from churn.workspace.campaigns import (
    action_totals,
    budget_curve,
    compare_policies,
    customers_in_plan,
    list_campaigns,
    playbook_rows,
    playbook_with,
    sensitivity,
)
from tests.campaigns import exported, planned_for

LEARNT = Estimate(0.1, 0.2, 0.3, "learnt", 80)
BOOK = Playbook((Action("tea", title="Tea", channel="shop", save=LEARNT, contact=exact_estimate(1.0)),))


@pytest.fixture
def planned(telco_home):
    return planned_for(telco_home)


def test_totals_per_action_add_up_to_the_campaign(planned):
    totals, campaign = action_totals(planned), planned.campaign
    assert sum(t.treated for t in totals) == campaign.treated
    assert sum(t.held for t in totals) == campaign.held
    assert sum(t.cost for t in totals) == pytest.approx(campaign.spent, abs=0.05)
    assert sum(t.mid for t in totals) == pytest.approx(campaign.expected_gain["mid"], abs=0.05)


def test_everybody_chosen_is_above_the_probability_from_which_it_pays(planned):
    found = customers_in_plan(planned)
    assert len(found) == planned.campaign.treated and found.columns[0] == "customerID"
    assert (found["probability"] > found["break_even"]).all()


def test_at_the_break_even_an_action_brings_nothing(planned):
    first, table = customers_in_plan(planned).iloc[0], planned.campaign.table
    row = table[table["customerID"] == first["customerID"]]
    action = planned.basis.playbook.action(row["planned_action"].iloc[0])
    given = build_terms(action, row[planned.basis.value].to_numpy(float), columns=row)
    assert net_gain(first["break_even"], row["worth"].to_numpy(float), given) == pytest.approx(0, abs=1e-9)


def test_the_held_out_are_shown_with_what_they_would_have_got(planned):
    held = customers_in_plan(planned, arm="holdout")
    assert len(held) == planned.campaign.held and held["action"].notna().all()


def test_the_pictures_have_their_numbers(planned):
    curve, bars, (policies, _) = budget_curve(planned), sensitivity(planned), compare_policies(planned)
    assert [p.expected_gain for p in curve.points] == sorted(p.expected_gain for p in curve.points)
    assert bars[0].width == max(b.width for b in bars)
    assert policies[0].mid == max(p.mid for p in policies)


def test_a_plan_that_treats_nobody_hangs_on_nothing(telco_home):
    assert sensitivity(planned_for(telco_home, budget=0.0)) == ()


def test_kept_campaigns_come_with_what_was_measured(own_telco):
    assert list_campaigns(own_telco) == ()
    exported(own_telco)
    assert [(k.record.campaign, k.measured) for k in list_campaigns(own_telco)] == [("spring", None)]


def test_a_playbook_as_rows_says_what_is_assumed_and_what_is_learnt():
    rows = {(r["estimate"], r["mid"]): r["said"] for r in playbook_rows(BOOK)}
    assert rows == {("save", 0.2): "learnt from 80 customers", ("contact", 1.0): "assumed"}


def test_a_number_changed_by_hand_is_assumed_again_and_the_others_stay():
    rows = playbook_rows(BOOK)
    assert playbook_with(BOOK, rows) == BOOK
    changed = playbook_with(BOOK, [{**r, "high": 0.5} if r["estimate"] == "save" else r for r in rows]).action("tea")
    assert (changed.save, changed.contact) == (Estimate(0.1, 0.2, 0.5), exact_estimate(1.0))


def test_numbers_out_of_order_are_refused():
    rows = [{**r, "low": 0.9} if r["estimate"] == "save" else r for r in playbook_rows(BOOK)]
    with pytest.raises(ChurnError, match="not in order"):
        playbook_with(BOOK, rows)
