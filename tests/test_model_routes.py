"""Models and their columns over HTTP."""

from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api


def test_the_shelf_is_that_of_the_command_line(telco_api, telco_home, line):
    assert telco_api.get("/models").json() == line("models", "--home", telco_home)[1]


def test_an_empty_shelf_is_an_empty_list(home):
    assert TestClient(make_api(Workspace(home))).get("/models").json() == {"models": []}


def test_a_schema_names_every_column_that_is_read(telco_api, telco_home):
    told = telco_api.get("/schema").json()
    model = Workspace(telco_home).models.get("telco")
    assert (told["model"], told["version"]) == ("telco", "v1")
    assert {c["name"] for c in told["columns"]} == {*model.encoder.names, "customerID"}
    (contract,) = [c for c in told["columns"] if c["name"] == "Contract"]
    assert (contract["kind"], contract["levels"]) == ("category", ["Month-to-month", "One year", "Two year"])


def test_without_a_model_there_is_no_schema(home):
    assert TestClient(make_api(Workspace(home))).get("/schema").status_code == 404


def test_ready_is_503_until_a_model_can_score(home, telco_api):
    assert TestClient(make_api(Workspace(home))).get("/ready").status_code == 503
    answer = telco_api.get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "model": "telco", "version": "v1"})
