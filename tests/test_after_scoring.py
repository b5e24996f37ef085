"""Counting and keeping follow a score without changing the answer."""

from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from churn.api.metrics import RECORD

CUSTOMER = {"customerID": "a", "tenure": 3, "Contract": "Month-to-month"}


def test_as_long_as_all_is_well_nothing_is_said(own_telco):
    client = TestClient(make_api(Workspace(own_telco)))
    assert {RECORD in client.post("/predict", json=CUSTOMER).headers for _ in range(3)} == {False}


def test_where_there_is_no_room_it_is_said_and_the_score_is_the_same(own_telco, monkeypatch):
    workspace = Workspace(own_telco)
    client = TestClient(make_api(workspace))
    before = client.post("/predict", json=CUSTOMER)
    monkeypatch.setattr(workspace.recorder, "keep_scores", lambda scored, source: "lost")
    after = client.post("/predict", json=CUSTOMER)
    assert (after.headers[RECORD], after.json()) == ("lost", before.json())
