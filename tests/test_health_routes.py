"""`/health` says whether requests are answered and whether a model can score."""

from fastapi.testclient import TestClient

from churn.api.application import make_api
from churn.desk.counter import Desk


def test_without_a_model_it_is_up_but_cannot_score(home):
    assert TestClient(make_api(Desk(home))).get("/health").json() == {
        "status": "ok",
        "model_loaded": False,
        "features_count": 0,
        "model": None,
        "version": None,
    }
