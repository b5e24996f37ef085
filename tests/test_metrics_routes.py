"""`/metrics` tells Prometheus what was asked and scored, and which model is live."""

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from churn import Workspace
from churn.api.app import make_api
from tests.trained import TODAY

CUSTOMER = {"tenure": 3, "Contract": "Month-to-month"}


def samples_of(client):
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(answer.text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_what_was_asked_and_scored_is_told(telco_home):
    client = TestClient(make_api(Workspace(telco_home)))
    probability = client.post("/predict", json=CUSTOMER).json()["churn_probability"]
    client.post("/predict/batch", json=[CUSTOMER, CUSTOMER])
    client.get("/nowhere")
    told = samples_of(client)
    assert sum(value for name, value in told.items() if name[0] == "holdfast_customers_scored_total") == 3.0
    assert abs(told["holdfast_score_mean", "telco@v1"] - probability) < 1e-12
    assert told["holdfast_requests_total", "POST", "/predict/batch", "200"] == 1.0
    assert told["holdfast_live_model", "telco", "v1"] == 1.0
    assert told["holdfast_records_waiting_bytes",] == told["holdfast_book_away",] == 0.0


def test_without_a_model_there_is_still_something_to_tell(home):
    told = samples_of(TestClient(make_api(Workspace(home))))
    assert told["holdfast_records_lost",] == 0.0
    assert not [name for name in told if name[0] == "holdfast_live_model"]


def test_how_far_the_list_watched_last_has_moved_is_told(own_telco):
    workspace = Workspace(own_telco)
    workspace.monitor.check(own_telco / TODAY, filename=TODAY)
    told = samples_of(TestClient(make_api(workspace)))
    assert told["holdfast_drift_columns_moved", "telco", "v1"] >= 0.0
    assert told["holdfast_drift_score_psi", "telco", "v1"] >= 0.0


def test_no_family_of_figures_stands_there_twice(own_telco):
    Workspace(own_telco).monitor.check(own_telco / TODAY, filename=TODAY)
    page = TestClient(make_api(Workspace(own_telco))).get("/metrics").text
    named = [line for line in page.splitlines() if line.startswith("# TYPE")]
    assert len(named) == len(set(named)) and any("holdfast_drift_customers" in line for line in named)
