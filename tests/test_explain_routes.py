"""Explanations and what-ifs over HTTP are those of the desk."""

import csv
import json

import pytest

from churn import Desk
from churn.api.routes.explain_routes import ComparedCustomer, ExplainedCustomer
from churn.desk.single.answers import comparison_json, explained_json
from tests.trained import TODAY, rows_of


@pytest.fixture(scope="module")
def customer(telco_home):
    return next(csv.DictReader(rows_of(telco_home)))


def test_an_explanation_is_the_desks_own(telco_api, telco_home, customer):
    answer = telco_api.post("/explain", json=customer | {"colour": "red"}).json()
    at_desk = explained_json(Desk(telco_home).explain(telco_home / TODAY, customer["customerID"]))
    at_desk = json.loads(json.dumps(at_desk))
    extra = {"model": "telco@v1", "ignored": ["colour"], "missing": []}
    assert answer == {**at_desk, **extra}
    predicted = telco_api.post("/predict", json=customer).json()
    assert ExplainedCustomer(**answer).probability == predicted["churn_probability"]


def test_a_what_if_is_the_desks_own(telco_api, telco_home, customer):
    asked = {"customer": customer, "changes": {"CONTRACT": "two year", "tenure": 60}}
    answer = telco_api.post("/whatif", json=asked).json()
    found = Desk(telco_home).what_if(telco_home / TODAY, customer["customerID"], {"Contract": "Two year", "tenure": 60})
    at_desk = comparison_json(found)
    assert (answer["points"], answer["changes"], answer["model"]) == (at_desk["points"], at_desk["changes"], "telco@v1")
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
