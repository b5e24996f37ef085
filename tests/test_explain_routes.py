"""Explanations and what-ifs over HTTP are those of the workspace."""

import csv
import json

import pytest

from churn import Workspace
from churn.api.explain_routes import ComparedCustomer, ExplainedCustomer
from churn.workspace.customers import comparison_json, explained_json
from tests.trained import TODAY, rows_of


@pytest.fixture(scope="module")
def customer(telco_home):
    return next(csv.DictReader(rows_of(telco_home)))


def test_an_explanation_is_the_workspaces_own(telco_api, telco_home, customer):
    answer = telco_api.post("/explain", json=customer | {"colour": "red"}).json()
    at_workspace = explained_json(Workspace(telco_home).customers.explain(telco_home / TODAY, customer["customerID"]))
    at_workspace = json.loads(json.dumps(at_workspace))
    extra = {"model": "telco@v1", "ignored": ["colour"], "missing": []}
    assert answer == {**at_workspace, **extra}
    predicted = telco_api.post("/predict", json=customer).json()
    assert ExplainedCustomer(**answer).probability == predicted["churn_probability"]


def test_a_what_if_is_the_workspaces_own(telco_api, telco_home, customer):
    asked = {"customer": customer, "changes": {"CONTRACT": "two year", "tenure": 60}}
    answer = telco_api.post("/whatif", json=asked).json()
    found = Workspace(telco_home).customers.what_if(
        telco_home / TODAY, customer["customerID"], {"Contract": "Two year", "tenure": 60}
    )
    at_workspace = comparison_json(found)
    assert (answer["points"], answer["changes"], answer["model"]) == (
        at_workspace["points"],
        at_workspace["changes"],
        "telco@v1",
    )
    assert ComparedCustomer(**answer).after.probability == found.after.probability


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "The body does not have the fields customer and changes."),
        ({"customer": {"tenure": 1}, "changes": {}}, "Nothing is to change."),
        ({"customer": {"tenure": 1}, "changes": 3}, "changes is not an object."),
        ({"customer": {"tenure": [1]}, "changes": {"tenure": 2}}, "customer is not flat."),
        ({"customer": {"tenure": 1}, "changes": {"tenure": "long"}}, "tenure = 'long' is not a number."),
        ({"customer": {"tenure": 1}, "changes": {"tenure": 2}, "more": 1}, "The body does not have the fields"),
        ({"customer": {"tenure": 1}, "changes": {"colour": "red"}}, "The model does not read 'colour'."),
    ],
)
def test_a_what_if_that_makes_no_sense_is_refused(telco_api, sent, said):
    answer = telco_api.post("/whatif", json=sent)
    assert (answer.status_code, answer.json()["error"].startswith(said)) == (422, True)


def test_a_change_of_half_a_character_is_refused(telco_api):
    body = b'{"customer": {"tenure": 1}, "changes": {"Contract": "\\ud800"}}'
    assert telco_api.post("/whatif", content=body).status_code == 422


def test_a_service_follows_the_line_it_needs_at_every_door(telco_api, telco_home, line):
    rows = list(csv.DictReader(rows_of(telco_home)))
    one = next(row for row in rows if row["InternetService"] != "No" and "Yes" in row["TechSupport"])
    changes = {"Contract": one["Contract"], "InternetService": "nein", "MonthlyCharges": "$29.85"}
    told = telco_api.post("/whatif", json={"customer": one, "changes": changes}).json()
    followed = {name for name, (_, then) in told["changes"].items() if then == "No internet service"}
    assert followed == {n for n, value in one.items() if value in ("Yes", "No") and n in SIX}
    assert [s["column"] for s in told["steps"]] == ["InternetService", "MonthlyCharges"]
    assert set(told["steps"][0]["follows"]) == followed
    assert sum(s["points"] for s in told["steps"]) == pytest.approx(told["points"], abs=1e-9)
    words = [f"{name}={value}" for name, value in changes.items()]
    code, at_line = line("whatif", telco_home / TODAY, one["customerID"], *words, "--home", telco_home)
    assert (code, at_line["steps"], at_line["changes"]) == (0, told["steps"], told["changes"])
    workspace = Workspace(telco_home)
    found = workspace.customers.explain(telco_home / TODAY, one["customerID"])
    assert comparison_json(workspace.customers.compare(found.model, found.customer, changes))["steps"] == told["steps"]


def test_what_cannot_be_is_refused_in_a_sentence(telco_api, customer):
    answer = telco_api.post("/whatif", json={"customer": customer, "changes": {"tenure": -5}})
    told = answer.json()
    assert (answer.status_code, told["error"], told["fix"]) == (
        422,
        "tenure cannot be -5.",
        "Give a number from 0 to 240.",
    )


def test_the_nearest_changes_say_what_each_of_their_fields_does(telco_api, customer):
    for change in telco_api.post("/explain", json=customer).json()["changes"]:
        assert list(change["steps"]) == list(change["changes"])
        assert sum(change["steps"].values()) == pytest.approx(change["points"], abs=1e-9)


SIX = ("OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport", "StreamingTV", "StreamingMovies")
