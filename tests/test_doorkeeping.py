"""Who asks over HTTP is looked at first: this machine while there is no key, then whoever holds one."""

import threading
import time

import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from churn.api.middleware import key_sent
from churn.workspace import access as key_rings
from churn.workspace.access import is_this_machine

CUSTOMER = {"tenure": 3, "Contract": "Month-to-month"}


def client_of(home, peer="127.0.0.1"):
    return TestClient(make_api(Workspace(home)), client=(peer, 50000), base_url="http://localhost")


def asked(client, **headers):
    """The statuses of looking and of scoring."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    looking = client.get("/models", headers=headers).status_code
    return looking, client.post("/predict", json=CUSTOMER, headers=headers).status_code


def test_without_a_key_only_this_machine_is_let_in(own_telco):
    assert asked(client_of(own_telco)) == (200, 200)
    assert asked(client_of(own_telco, "10.0.0.7")) == (401, 401)
    assert asked(client_of(own_telco), x_forwarded_for="10.0.0.7") == (401, 401)


def test_the_first_key_closes_the_door_for_everybody_without_one(own_telco):
    _, key = Workspace(own_telco).access.add_key("crm", "score")
    client = client_of(own_telco)
    assert asked(client) == (401, 401)
    assert asked(client, x_api_key=key) == asked(client, authorization=f"Bearer {key}") == (200, 200)
    assert asked(client_of(own_telco, "10.0.0.7"), x_api_key=key) == (200, 200)


def test_a_key_to_look_may_not_score(own_telco):
    _, key = Workspace(own_telco).access.add_key("board", "read")
    answer = client_of(own_telco).post("/predict", json=CUSTOMER, headers={"x-api-key": key})
    assert asked(client_of(own_telco), x_api_key=key) == (200, 403)
    assert answer.json()["error"] == "key board may not do this: it takes the role analyst (keys: scope score)."


def test_a_wrong_key_is_told_how_one_is_sent(own_telco):
    answer = client_of(own_telco).get("/models", headers={"x-api-key": "hf_00000000_guessed"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["error"] == "This API key is not known here."


def test_health_answers_anybody(own_telco):
    Workspace(own_telco).access.add_key("crm", "score")
    assert [client_of(own_telco, "10.0.0.7").get(path).status_code for path in ("/health", "/ready")] == [200, 200]


def test_a_revoked_key_ends_while_the_server_runs(own_telco, monkeypatch):
    monkeypatch.setattr(key_rings, "FRESH", 0.0)
    _, key = Workspace(own_telco).access.add_key("crm", "score")
    Workspace(own_telco).access.add_key("other", "score")
    client = client_of(own_telco)
    assert asked(client, x_api_key=key) == (200, 200)
    Workspace(own_telco).access.revoke("crm")
    assert asked(client, x_api_key=key) == (401, 401)


def test_a_book_that_hangs_keeps_nobody_waiting_whose_key_is_known(own_telco, monkeypatch):
    _, key = Workspace(own_telco).access.add_key("crm", "score")
    ending, rows = threading.Event(), key_rings.ApiKeyStore._in_book
    with client_of(own_telco) as client:  # one loop for all requests, as a server has
        assert asked(client, x_api_key=key) == (200, 200)
        monkeypatch.setattr(key_rings, "FRESH", 0.0)
        monkeypatch.setattr(key_rings.ApiKeyStore, "_in_book", lambda self: (ending.wait(10), rows(self))[1])
        began = time.monotonic()
        statuses, took = asked(client, x_api_key=key), time.monotonic() - began
        ending.set()
    assert (statuses, took < 8) == ((200, 200), True)


def test_a_person_comes_in_through_the_proxy_that_signed_them_in(own_telco, monkeypatch):
    monkeypatch.setenv("CHURN_PROXY_HEADER", "X-Forwarded-Email")
    monkeypatch.setenv("CHURN_ANALYSTS", "@example.com")
    signed = {"x_forwarded_email": "ann@example.com"}
    assert asked(client_of(own_telco), **signed) == (200, 200)
    assert asked(client_of(own_telco)) == asked(client_of(own_telco, "10.0.0.7"), **signed) == (401, 401)
    assert asked(client_of(own_telco), x_forwarded_email="eve@else.org") == (403, 403)


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, ""),
        ({b"x-api-key": b" k "}, "k"),
        ({b"authorization": b"bearer  k"}, "k"),
        ({b"authorization": b"Basic k"}, ""),
        ({b"x-api-key": b"", b"authorization": b"Bearer k"}, ""),
    ],
)
def test_a_key_is_read_from_either_header(headers, key):
    assert key_sent(headers) == key


def test_this_machine_is_known_by_its_address():
    peers = ("127.0.0.1", "::1", "127.9.9.9", "", "10.0.0.7", "::ffff:10.0.0.7")
    assert [is_this_machine(p) for p in peers] == [True, True, True, True, False, False]
