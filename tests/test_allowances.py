"""Who asks too often is told when to ask again; others are not held up by it."""

import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api import middleware as allowances
from churn.api.app import make_api
from churn.api.middleware import Allowance


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(allowances.time, "monotonic", lambda: now[0])
    return now


def test_a_burst_is_allowed_and_comes_back_with_time(clock):
    allowance = Allowance(rate=2.0, burst=3.0)
    assert [allowance.wait_of("crm") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    clock[0] += 0.5
    assert [allowance.wait_of("crm"), allowance.wait_of("crm")] == [0.0, 0.5]
    clock[0] += 1000.0
    assert [allowance.wait_of("crm") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_each_caller_has_an_allowance_of_their_own(clock):
    allowance = Allowance(rate=1.0, burst=1.0)
    assert (allowance.wait_of("a"), allowance.wait_of("a"), allowance.wait_of("b")) == (0.0, 1.0, 0.0)


def test_many_callers_do_not_fill_the_memory(clock, monkeypatch):
    monkeypatch.setattr(allowances, "MOST_CALLERS", 3)
    allowance = Allowance(rate=1.0, burst=1.0)
    for n in range(10):
        allowance.wait_of(str(n))
    assert list(allowance.left) == ["7", "8", "9"]


def test_too_many_requests_are_told_when_to_come_again(telco_home, monkeypatch):
    monkeypatch.setenv("CHURN_RATE", "0.5")
    client = TestClient(make_api(Workspace(telco_home)))
    answers = [client.get("/models") for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 429]
    assert (answers[1].headers["retry-after"], list(answers[1].json())) == ("2", ["error", "fix"])
    assert client.get("/health").status_code == 200


def test_no_limit_where_the_operator_wants_none(telco_home, monkeypatch):
    monkeypatch.setenv("CHURN_RATE", "0")
    client = TestClient(make_api(Workspace(telco_home)))
    assert {client.get("/models").status_code for _ in range(20)} == {200}


def test_a_thousand_wrong_keys_are_slowed_down_and_the_right_one_still_works(own_telco):
    _, key = Workspace(own_telco).access.add_key("crm", "score")
    client = TestClient(make_api(Workspace(own_telco)))
    wrong = [client.get("/models", headers={"x-api-key": f"hf_{n:08d}_guess"}).status_code for n in range(1000)]
    assert wrong[:20] == [401] * 20 and set(wrong[20:]) <= {401, 429}
    assert wrong.count(429) > 900
    assert client.get("/models", headers={"x-api-key": key}).status_code == 200
