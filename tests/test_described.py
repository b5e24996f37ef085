"""The OpenAPI document names the live model's columns, and the customer it shows can be scored."""

import subprocess
import sys

from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from tests.house import ROOT
from tests.trained import twin_of

HEAVY = "{'streamlit', 'pandas', 'sklearn', 'shap', 'xgboost', 'lightgbm', 'scipy', 'matplotlib', 'duckdb'}"


def customer_of(client):
    return client.get("/openapi.json").json()["components"]["schemas"]["Customer"]


def test_the_columns_are_those_of_the_live_model(telco_api, telco_home):
    described = customer_of(telco_api)
    assert set(described["properties"]) == {*Workspace(telco_home).models.get("telco").encoder.names, "customerID"}
    assert described["properties"]["tenure"]["type"] == ["number", "string", "null"]
    assert described["properties"]["Contract"]["examples"] == ["Month-to-month"]


def test_the_example_can_be_sent_as_it_stands(telco_api):
    example = customer_of(telco_api)["example"]
    answer = telco_api.post("/predict", json=example)
    assert (answer.status_code, answer.json()["ignored"], answer.json()["missing"]) == (200, [], [])


def test_without_a_model_a_customer_is_any_flat_object(home):
    described = customer_of(TestClient(make_api(Workspace(home))))
    assert (described["properties"], "example" in described) == ({}, False)


def test_every_route_says_how_it_refuses(telco_api):
    words = telco_api.get("/openapi.json").json()
    routes = [route for methods in words["paths"].values() for route in methods.values()]
    shapes = {r["responses"]["422"]["content"]["application/json"]["schema"]["$ref"] for r in routes}
    assert shapes == {"#/components/schemas/Refusal"}


def test_with_keys_the_document_says_how_one_is_sent(own_telco):
    workspace = Workspace(own_telco)
    assert "securitySchemes" not in make_api(workspace).openapi()["components"]
    workspace.access.add_key("crm", "score")
    words = make_api(Workspace(own_telco)).openapi()
    assert set(words["components"]["securitySchemes"]) == {"key", "bearer"}
    assert words["paths"]["/health"]["get"]["security"] == []
    assert words["paths"]["/predict"]["post"]["security"] == [{"key": []}, {"bearer": []}]


def test_several_live_models_are_each_described_with_an_example(own_telco):
    twin_of(own_telco)
    words = make_api(Workspace(own_telco)).openapi()
    assert words["components"]["schemas"]["Customer"]["anyOf"] == [
        {"$ref": "#/components/schemas/Customer-telco"},
        {"$ref": "#/components/schemas/Customer-twin"},
    ]
    post = words["paths"]["/predict"]["post"]
    examples = post["requestBody"]["content"]["application/json"]["examples"]
    answers = post["responses"]["200"]["content"]["application/json"]["examples"]
    client = TestClient(make_api(Workspace(own_telco)))
    for model, example in examples.items():
        said = client.post("/predict", json=example["value"], params={"model": model}).json()
        assert said == answers[model]["value"]


def test_the_api_is_there_without_any_heavy_library():
    code = f"import sys, churn.api.app as a; a.make_api(); print({HEAVY} & set(sys.modules) or 'light')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "light"
