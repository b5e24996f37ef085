"""POST /drift answers what `drift --json` answers, and Prometheus reads the latest list."""

import json

import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from churn.api.monitoring_routes import as_csv
from tests.watched import a_list


@pytest.fixture
def client(own_telco):
    return TestClient(make_api(Workspace(own_telco)), raise_server_exceptions=False)


def test_a_file_is_held_against_the_model_as_on_the_command_line(client, own_telco, line):
    path = a_list(own_telco, "today")
    _, told = line("drift", path, "--home", own_telco, "--aside")
    with path.open("rb") as file:
        answer = client.post("/drift?keep=false", files={"file": ("today.csv", file, "text/csv")})
    assert (answer.status_code, answer.json()) == (200, told)
    assert Workspace(own_telco).monitor.history("telco") == ()


def test_customers_as_json_are_read_like_a_file(client, own_telco):
    head, *rows = (text.split(",") for text in a_list(own_telco, "today", rows=600).read_text().splitlines())
    answer = client.post("/drift", json=[dict(zip(head, row, strict=True)) for row in rows])
    assert (answer.status_code, answer.json()["verdict"], answer.json()["list"]) == (200, "keep", "sent.csv")
    assert [r.customers for r in Workspace(own_telco).monitor.history("telco")] == [600]


@pytest.mark.parametrize(
    ("customers", "said"),
    [([], "not a list of customers"), ([{"wheels": 4}] * 5, "wheels")],
)
def test_what_cannot_be_watched_is_refused_in_a_sentence(client, customers, said):
    answer = client.post("/drift", content=json.dumps(customers), headers={"content-type": "application/json"})
    assert answer.status_code == 422 and {"error", "fix"} <= set(answer.json())
    assert said in answer.text or "no column" in answer.text


def test_prometheus_reads_the_latest_list_of_each_model(client, own_telco):
    assert "holdfast_drift" not in client.get("/metrics").text
    Workspace(own_telco).monitor.check(a_list(own_telco, "today"))
    page = client.get("/metrics").text
    assert 'holdfast_drift_customers{model="telco",version="v1"} 1100.0' in page
    assert "holdfast_drift_expected_profit_per_customer{" in page


def test_objects_become_the_file_they_would_be():
    assert as_csv([{"id": "a,b", "n": 1}, {"id": "c", "flag": None}]) == b'id,n,flag\n"a,b",1,\nc,,\n'
