"""One customer: a form from the schema, offers that exist, peers of the list, history from the database."""

import pytest

from churn import Workspace
from churn.errors import RequestRefused
from churn.workspace.campaigns import order_from_choices
from churn.workspace.customers import customer_from_form, form_of, history, offers_for, similar_stayers
from churn.workspace.list_history import list_keys
from tests.trained import HISTORY, TODAY


@pytest.fixture(scope="module")
def workspace(telco_home):
    return Workspace(telco_home)


@pytest.fixture(scope="module")
def model(workspace):
    return workspace.models.get("telco")


def test_the_form_has_every_column_the_model_reads_with_its_words_and_a_typical_value(model, telco_home):
    fields = {f.name: f for f in form_of(model, telco_home)}
    assert set(fields) == set(model.encoder.names)
    contract, tenure = fields["Contract"], fields["tenure"]
    assert (contract.label, contract.typical, contract.options["Two year"]) == (
        "Contract",
        "Month-to-month",
        "Two-year contract",
    )
    assert (tenure.label, tenure.kind, tenure.step, tenure.low) == ("Time as a customer", "number", 1.0, 0)
    assert fields["SeniorCitizen"].options == {True: "65 or older", False: "Younger than 65"}


def test_a_typed_customer_keeps_what_is_known_and_refuses_what_cannot_be(model):
    assert customer_from_form(model, {"tenure": 3, "Contract": None}) == {"tenure": 3.0}
    with pytest.raises(RequestRefused, match="never seen Contract"):
        customer_from_form(model, {"Contract": "Ten years"})


def test_the_first_offer_is_the_one_the_scored_list_suggests(workspace, telco_home):
    ranked = workspace.lists.score(telco_home / TODAY)
    for row in ranked.scored.table.slice(0, 20).to_pylist():
        found = workspace.customers.explain_in(ranked, row["customerID"])
        best = offers_for(found, telco_home)[0]
        assert (best.words if best.gain > 0 else None) == row["action"]
        assert best.gain == pytest.approx(row["expected_gain"]) if row["action"] else best.gain <= 0


def test_peers_are_customers_of_the_list_who_stayed(workspace, telco_home):
    ranked = workspace.lists.score(telco_home / HISTORY)
    key = list_keys(ranked)[0]
    near = similar_stayers(workspace.lists.explore(ranked), workspace.customers.explain_in(ranked, key), key)
    rows = ranked.reading.table.select(["customerID", "Churn"]).to_pylist()
    left = {row["customerID"]: row["Churn"] for row in rows}
    assert len(near) == 5 and all(p.stayed and left[p.key] is False and p.key != key for p in near)


def test_history_says_offers_in_words(own_telco):
    workspace = Workspace(own_telco)
    ranked = workspace.lists.score(own_telco / TODAY)
    planned = workspace.campaigns.plan(ranked, order_from_choices(holdout_percent=10.0))
    workspace.campaigns.export_bytes(planned)
    key = planned.campaign.table[planned.basis.key].iloc[0]
    found = {h.what: h for h in history(ranked.model, own_telco, str(key))}
    assert set(found) == {"scored", str(planned.campaign.table["arm"].iloc[0])}
    names = {a.words for a in workspace.playbooks.for_model(ranked.model).playbook.actions}
    assert next(h.action for h in found.values() if h.what != "scored") in names
