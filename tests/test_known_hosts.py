"""The server answers under its own names, and to no page from elsewhere."""

import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from churn.api.middleware import HostMiddleware, host_name, is_own


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost:8501", True),
        ("127.0.0.1", True),
        ("[::1]:8501", True),
        ("192.168.7.7:8501", True),
        ("churn.example.com", True),
        ("CHURN.example.com:443", True),
        ("evil.example.com", False),
        ("localhost.evil.com", False),
        ("127.0.0.1.evil.com", False),
        ("", False),
        ("a b", False),
    ],
)
def test_only_names_that_are_its_own_are_known(host, known):
    assert (
        HostMiddleware(None, ("localhost", "127.0.0.1", "[::1]", "churn.example.com")).is_known(host.lower()) is known
    )


def test_an_operator_may_allow_any_name():
    assert HostMiddleware(None, ("*",)).is_known("anything")


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1.evil.com", "x" * 5000, "é"])
def test_an_odd_host_is_refused_in_one_sentence(telco_home, host):
    client = TestClient(make_api(Workspace(telco_home)), client=("127.0.0.1", 1))
    answer = client.get("/health", headers={"host": host.encode()})
    assert (answer.status_code, "does not answer under the name" in answer.json()["error"]) == (400, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://testserver"}, 200),
        ({"origin": "https://evil.example.com"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
    ],
)
def test_a_page_from_elsewhere_may_not_ask(telco_api, headers, status):
    answer = telco_api.get("/models", headers=headers)
    assert answer.status_code == status
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_browser_that_asks_for_leave_first_gets_none(telco_api):
    asked = {"origin": "https://evil.example.com", "access-control-request-method": "POST"}
    answer = telco_api.options("/predict", headers=asked)
    assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False)


def test_names_are_read_without_their_port():
    assert [host_name(h) for h in ("a:1", "[::1]:80", "[::1", "a")] == ["a", "[::1]", "[::1]", "a"]
    assert is_own({}, "a") and not is_own({b"origin": b"http://b"}, "a")
