"""`/health` says whether requests are answered and whether a model can score."""

from fastapi.testclient import TestClient

from churn.api.app import make_api
from churn.workspace.workspace import Workspace
from tests.trained import damaged


def test_without_a_model_it_is_up_but_cannot_score(home):
    assert TestClient(make_api(Workspace(home))).get("/health").json() == {
        "status": "ok",
        "model_loaded": False,
        "features_count": 0,
        "model": None,
        "version": None,
    }


def test_whoever_never_saw_the_keys_is_not_ready_and_tells_nothing_of_the_database(own_telco, monkeypatch):
    monkeypatch.setenv("CHURN_BOOK", "postgresql+psycopg://nobody:word@127.0.0.1:1/none")
    answer = TestClient(make_api(Workspace(own_telco))).get("/ready")
    assert (answer.status_code, answer.json()["error"]) == (503, "The database does not answer: Connection refused.")


def test_a_damaged_model_is_no_model_and_no_fault(own_telco):
    damaged(own_telco)
    client = TestClient(make_api(Workspace(own_telco)))
    assert (client.get("/health").json()["model_loaded"], client.get("/ready").status_code) == (False, 503)
