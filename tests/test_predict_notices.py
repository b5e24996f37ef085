"""What a score is worth is said where it is asked for: unknown levels, impossible and far-off numbers, gaps."""

import csv
import io

import pytest

from churn import Workspace
from churn.campaigns.limits import Order
from churn.scoring.reasons import explain_customer
from tests.trained import rows_of


@pytest.fixture(scope="module")
def customer(telco_home):
    return next(csv.DictReader(rows_of(telco_home)))


ODD = {
    "Contract": "Weekly",
    "tenure": "-5",
    "MonthlyCharges": "1,000,000,000",
    "gender": None,
}


def said(answer):
    return [n["text"] for n in answer["notices"]]


def test_an_ordinary_customer_has_no_notices(telco_api, customer):
    assert telco_api.post("/predict", json=customer).json()["notices"] == []


def test_one_customer_is_told_everything_odd_about_them(telco_api, customer):
    told = said(telco_api.post("/predict", json=customer | ODD).json())
    assert "The model has not seen Contract = 'Weekly' before." in told
    assert "tenure of -5 is beyond 0 to 240; it cannot be right." in told
    assert any(t.startswith("1 customer has a MonthlyCharges far outside the") for t in told)
    assert any(t.endswith("counts as the largest learnt from.") for t in told)
    assert told[-1] == "Not known of this customer: gender."


def test_many_are_told_the_same_one_by_one_and_together_as_a_list(telco_api, customer):
    rows = [customer, customer | ODD, {k: v for k, v in customer.items() if k != "TechSupport"}]
    batch = telco_api.post("/predict/batch", json=rows).json()
    alone = [telco_api.post("/predict", json=row).json()["notices"] for row in rows]
    assert [one["notices"] for one in batch["predictions"]] == alone
    together = [n["text"] for n in batch["notices"]]
    assert "1 customer has a value of Contract that the model has not seen." in together
    assert any(t.startswith("1 customer has a MonthlyCharges far outside") for t in together)
    columns = [{k: v for k, v in row.items() if k != "TechSupport"} for row in rows]
    missing = telco_api.post("/predict/batch", json=columns).json()
    assert "The list has no TechSupport; every customer counts as unknown there." in said(missing)


def test_a_file_is_told_the_same_of_its_odd_customers(telco_api, customer):
    odd = customer | {"Contract": "Weekly", "customerID": "another"}
    text = io.StringIO()
    rows = csv.DictWriter(text, fieldnames=list(customer))
    rows.writeheader()
    rows.writerows([customer, odd])
    sent = {"file": ("today.csv", text.getvalue(), "text/csv")}
    answer = telco_api.post("/predict/batch", files=sent).json()
    assert [said(one) for one in answer["predictions"]] == [[], ["The model has not seen Contract = 'Weekly' before."]]


def test_an_explanation_says_the_same(telco_home, customer):
    workspace = Workspace(telco_home)
    found = workspace.online.scorer(tuple(customer))
    given = found.reader.given(customer | ODD)
    told = explain_customer(found.model, found.ranking.wording, given.customer)
    assert told.notices == found.single(customer | ODD).notices


def test_a_charge_of_a_billion_is_no_gain_of_a_billion_at_any_door(telco_home, telco_api, customer, tmp_path):
    workspace, rows = Workspace(telco_home), rows_of(telco_home)
    place = rows[0].split(",").index("MonthlyCharges")
    dear = [",".join("999999999" if i == place else v for i, v in enumerate(r.split(","))) for r in rows[1:]]
    path = tmp_path / "dear.csv"
    path.write_text("\n".join([rows[0], *dear]) + "\n", encoding="utf-8")
    ranked = workspace.lists.score(path)
    gains = [g for g in ranked.scored.table["expected_gain"].to_pylist() if g is not None]
    assert gains and max(gains) < 10_000
    assert any("As money" in n.text for n in ranked.notices)
    alone = telco_api.post("/predict", json=dict(zip(rows[0].split(","), dear[0].split(","), strict=True))).json()
    assert alone["expected_gain"] == ranked.scored.table["expected_gain"].to_pylist()[0]
    campaign = workspace.campaigns.plan(ranked, Order(holdout=0.0)).campaign
    assert 0 < campaign.expected_gain["mid"] < 10_000 * len(dear)
    assert any("far more in MonthlyCharges" in n.text for n in campaign.notices)
