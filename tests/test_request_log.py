"""Every request is one line of JSON without a customer in it; a fault tells its place, not what was sent."""

import io
import json
import logging
import sys

import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api import score_routes as predict_routes
from churn.api.app import make_api
from churn.api.metrics import JsonLines, RequestLogMiddleware, Traffic, log_as_json
from churn.errors import RequestRefused

CUSTOMER = {"customerID": "SECRET-1", "tenure": 3, "Contract": "Month-to-month"}


@pytest.fixture
def heard(monkeypatch):
    """What the server logs, read line by line."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs = [logging.getLogger(name) for name in ("holdfast", "uvicorn")]
    before = [(log.handlers, log.propagate, log.level) for log in logs]
    log_as_json()
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for log, (handlers, propagate, level) in zip(logs, before, strict=True):
        log.handlers, log.propagate = handlers, propagate
        log.setLevel(level)


@pytest.fixture
def client(own_telco):
    return TestClient(make_api(Workspace(own_telco)))


def test_a_request_is_one_line_without_the_customer(client, heard):
    client.post("/predict", json=CUSTOMER, headers={"x-request-id": "r1"})
    client.get("/customers/SECRET-1")
    first, second = heard()
    assert {k: first[k] for k in ("event", "id", "method", "route", "status", "who")} == {
        "event": "request",
        "id": "r1",
        "method": "POST",
        "route": "/predict",
        "status": 200,
        "who": "this machine",
    }
    assert second["route"] == "/customers/{key:path}"
    assert "SECRET-1" not in json.dumps(heard()) and first["ms"] >= 0


def test_a_fault_of_ours_is_logged_by_its_place_and_told_to_nobody(client, heard, monkeypatch):
    def broken(one):
        raise KeyError("SECRET-1")

    monkeypatch.setattr(predict_routes, "predicted", broken)
    answer = client.post("/predict", json=CUSTOMER)
    assert (answer.status_code, answer.json()["error"]) == (500, "This is a fault of ours, not of your request.")
    assert answer.headers["x-content-type-options"] == "nosniff"
    fault, request = heard()
    assert (fault["error"], fault["route"], fault["id"]) == ("KeyError", "/predict", answer.headers["x-request-id"])
    assert any("score_routes.py" in place for place in fault["at_code"])
    assert (request["status"], "SECRET-1" in json.dumps(heard())) == (500, False)


def test_on_a_terminal_or_when_asked_only_what_went_wrong_is_logged(client, monkeypatch, heard):
    monkeypatch.setenv("CHURN_LOG", "faults")
    log_as_json()
    client.get("/health")
    assert heard() == []


def test_what_the_server_itself_logs_of_an_exception_loses_its_words():
    try:
        raise ValueError("SECRET-1")
    except ValueError:
        record = logging.LogRecord("uvicorn.error", 40, "", 0, "Exception in ASGI application\nx", (), sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert (line["event"], line["error"], "SECRET-1" in str(line)) == (
        "Exception in ASGI application",
        "ValueError",
        False,
    )


def test_an_answer_that_is_half_out_is_cut_off(heard):
    async def half(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError("SECRET-1")

    with pytest.raises(ConnectionAbortedError):
        TestClient(RequestLogMiddleware(half, frozenset(), Traffic())).get("/")


def test_an_unknown_way_of_logging_is_refused_naming_the_known_ones(monkeypatch):
    monkeypatch.setenv("CHURN_LOG", "all")
    with pytest.raises(RequestRefused, match="CHURN_LOG is 'all'") as refused:
        log_as_json()
    assert refused.value.fix == "Set it to requests or to faults."
