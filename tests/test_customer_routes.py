"""A customer is found again by key, and scored again from what was recorded, to the last bit."""

import csv
import json
import time

import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from tests.trained import TODAY, rows_of, twin_of


@pytest.fixture
def customers(own_telco):
    return list(csv.DictReader(rows_of(own_telco)))


@pytest.fixture
def client(own_telco):
    return TestClient(make_api(Workspace(own_telco)))


def found(client, key, **asked):
    """The last score, as soon as it is in the database."""
    until = time.monotonic() + 10
    while (answer := client.get(f"/customers/{key}", params=asked)).status_code == 404 and time.monotonic() < until:
        time.sleep(0.02)
    return answer.json()


def test_a_scored_customer_is_found_again(client, customers):
    scored, key = client.post("/predict", json=customers[0]).json(), customers[0]["customerID"]
    seen = found(client, key)
    assert (seen["key"], seen["model"], seen["churn_probability"], seen["risk_level"]) == (
        key,
        "telco@v1",
        scored["churn_probability"],
        scored["risk_level"],
    )
    assert seen["features"]["tenure"] == float(customers[0]["tenure"])


def test_the_key_alone_gives_the_very_score_again(client, customers):
    for customer in customers[:20]:
        scored = client.post("/predict", json=customer).json()
        found(client, customer["customerID"])
        again = client.post("/predict", json={"key": customer["customerID"]}).json()
        assert {**again, "ignored": scored["ignored"]} == scored


def test_a_whole_list_and_a_file_are_recorded_too(client, own_telco, customers):
    client.post("/predict/batch", json=customers[:3])
    assert found(client, customers[2]["customerID"])["model"] == "telco@v1"
    client.post("/predict/batch", files={"file": (TODAY, (own_telco / TODAY).read_bytes())})
    assert found(client, customers[40]["customerID"])["features"]["Contract"] == customers[40]["Contract"]


@pytest.mark.parametrize("key", ["stranger", "a/b", "%00", "%ED%A0%80", "' OR 1=1", "x" * 5000])
def test_a_stranger_is_told_so(client, key):
    answer = client.get(f"/customers/{key}")
    assert (answer.status_code, list(answer.json())) == (404, ["error", "fix"])


@pytest.mark.parametrize(
    ("key", "status"),
    [("stranger", 404), ("\x00", 404), ("\ud800", 404), (7, 404), (1e999, 422), (True, 422), (None, 422), ("", 404)],
)
def test_a_key_that_is_nobodys_or_no_key_is_refused(client, key, status):
    answer = client.post("/predict", content=json.dumps({"key": key}))
    assert (answer.status_code, list(answer.json())) == (status, ["error", "fix"])


def test_who_comes_without_a_key_leaves_nothing(client, customers, own_telco):
    nameless = {k: v for k, v in customers[0].items() if k != "customerID"}
    client.post("/predict", json=nameless)
    client.post("/predict/batch", json=[nameless, nameless])
    assert not Workspace(own_telco).recorder.left_over and client.get("/customers/1").status_code == 404


def test_recording_can_be_turned_off(customers, own_telco, monkeypatch):
    monkeypatch.setenv("CHURN_RECORD", "no")
    client = TestClient(make_api(Workspace(own_telco)))
    client.post("/predict", json=customers[0])
    assert not Workspace(own_telco).recorder.left_over


def test_each_model_remembers_for_itself(own_telco, customers):
    twin_of(own_telco)
    client, key = TestClient(make_api(Workspace(own_telco))), customers[0]["customerID"]
    for model in ("telco", "twin"):
        client.post("/predict", json=customers[0], params={"model": model})
    assert found(client, key, model="twin")["model"] == "twin@v1"
    assert client.post("/predict", json={"key": key}, params={"model": "telco"}).json()["model"] == "telco@v1"


def test_while_the_book_is_away_scoring_goes_on_and_says_so(client, customers, monkeypatch):
    client.post("/predict", json=customers[0])
    monkeypatch.setenv("CHURN_BOOK", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    until, said = time.monotonic() + 10, []
    while "delayed" not in said and time.monotonic() < until:
        answer = client.post("/predict", json=customers[1])
        said.append(answer.headers.get("x-record"))
        assert answer.status_code == 200
        time.sleep(0.05)
    assert said[-1] == "delayed"
    assert client.get("/customers/x").status_code == 503
    monkeypatch.delenv("CHURN_BOOK")
    assert found(client, customers[1]["customerID"])["model"] == "telco@v1"


def test_where_the_disk_takes_nothing_scoring_goes_on_and_the_record_is_kept(own_telco, customers):
    (own_telco / "data" / "spool").write_text("a file where the folder should be: nothing can be written there")
    client = TestClient(make_api(Workspace(own_telco)))
    assert client.post("/predict", json=customers[0]).status_code == 200
    assert found(client, customers[0]["customerID"])["model"] == "telco@v1"
