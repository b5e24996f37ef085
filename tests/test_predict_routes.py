"""The three doors give one customer the same numbers, and what cannot be scored is refused, never a traceback."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn import Workspace
from churn.api import middleware as limits
from churn.api import score_routes as predict_routes
from churn.api.score_routes import KeyedPrediction, Prediction, Predictions, predicted
from churn.cli.main import run_line
from tests.trained import TODAY, rows_of, twin_of

FIELDS = [
    *("churn_probability", "retention_probability", "prediction", "status", "risk_level"),
    *("reasons", "action", "expected_gain"),
    *("model", "ignored", "missing"),
    *("value_at_risk", "value_horizon", "value_assumed", "currency"),
    "notices",
]


@pytest.fixture(scope="module")
def customers(telco_home):
    return list(csv.DictReader(rows_of(telco_home)))


@pytest.fixture(scope="module")
def listed(telco_home, tmp_path_factory):
    """What the command line says of today's customers, in full precision."""
    out = tmp_path_factory.mktemp("out") / "scored.parquet"
    assert run_line(["score", str(telco_home / TODAY), "-o", str(out), "--home", str(telco_home)]) == 0
    return pq.read_table(out).to_pylist()


def as_predicted(row):
    """A row of a scored list in the words of the API."""
    return {
        "churn_probability": row["probability"],
        "status": row["prediction"],
        "risk_level": row["tier"],
        "reasons": [row[f"reason_{k}"] for k in (1, 2, 3) if row[f"reason_{k}"]],
        "value_at_risk": row["value_at_risk"],
        "action": row["action"],
        "expected_gain": row["expected_gain"],
    }


def same_words(answer, row):
    return {name: answer[name] for name in as_predicted(row)} == as_predicted(row)


def test_one_customer_is_answered_in_the_designs_words(telco_api, customers):
    answer = telco_api.post("/predict", json=customers[0])
    assert (answer.status_code, list(answer.json())) == (200, FIELDS)
    assert Prediction(**answer.json()).model_dump() == answer.json()
    assert answer.json()["churn_probability"] + answer.json()["retention_probability"] == 1.0


def test_the_command_line_the_workspace_and_the_api_agree_to_the_last_bit(telco_home, telco_api, customers, listed):
    at_workspace = Workspace(telco_home).lists.score(telco_home / TODAY).scored.table.to_pylist()
    assert at_workspace == listed
    answers = [telco_api.post("/predict", json=customer).json() for customer in customers]
    assert all(same_words(a, row) for a, row in zip(answers, listed, strict=True))
    batch = telco_api.post("/predict/batch", json=customers).json()["predictions"]
    assert [{k: v for k, v in one.items() if k != "key"} for one in batch] == answers


def test_an_uploaded_file_is_scored_as_the_command_line_scores_it(telco_home, telco_api, listed):
    path = telco_home / TODAY
    as_form = telco_api.post("/predict/batch", files={"file": (TODAY, path.read_bytes(), "text/csv")})
    as_body = telco_api.post(
        "/predict/batch?filename=today.csv", content=path.read_bytes(), headers={"content-type": "text/csv"}
    )
    assert as_form.json() == as_body.json()
    answer = as_form.json()
    assert (answer["model"], answer["rows"], answer["set_aside"]) == ("telco@v1", 60, [])
    assert [one["key"] for one in answer["predictions"]] == [row["customerID"] for row in listed]
    assert all(same_words(one, row) for one, row in zip(answer["predictions"], listed, strict=True))
    assert Predictions(**answer).predictions[0] == KeyedPrediction(**answer["predictions"][0])


def test_names_and_types_may_be_those_of_a_program(telco_api, customers):
    typed = {
        **customers[0],
        "tenure": int(customers[0]["tenure"]),
        "MonthlyCharges": float(customers[0]["MonthlyCharges"]),
    }
    typed["SeniorCitizen"] = customers[0]["SeniorCitizen"] == "1"
    other_names = {f" {name.upper()} ": value for name, value in typed.items()}
    assert telco_api.post("/predict", json=other_names).json() == telco_api.post("/predict", json=customers[0]).json()


def test_what_is_not_read_and_what_is_not_known_is_listed(telco_api, customers):
    some = {k: v for k, v in customers[0].items() if k not in ("tenure", "gender")} | {"colour": "red", "Churn": "No"}
    answer = telco_api.post("/predict", json=some).json()
    assert (answer["ignored"], answer["missing"]) == (["colour", "Churn"], ["gender", "tenure"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "The body is not JSON."),
        (b"{", "The body is not JSON."),
        (b"[" * 100_000, "The body is not JSON."),
        (b"\xff\xfe", "The body is not JSON."),
        (b'"text"', "The body is not an object."),
        (b"[]", "The body is not an object."),
        (b"{}", "None of the model's columns is known of this customer."),
        (b'{"tenure": NaN}', "NaN is not a value."),
        (b'{"tenure": -Infinity}', "-Infinity is not a value."),
        (b'{"tenure": 1e999}', "The value of tenure cannot be read."),
        (b'{"tenure": "long"}', "The value of tenure cannot be read."),
        (b'{"tenure": true}', "The value of tenure cannot be read."),
        (b'{"tenure": {"months": 3}}', "The body is not flat."),
        (b'{"Contract": "\\ud800", "tenure": 3}', "The value of Contract cannot be read."),
        (b'{"\\ud800": 1, "tenure": 3}', "The name of a field is not a text."),
    ],
)
def test_what_is_no_customer_is_refused_in_one_shape(telco_api, body, said):
    answer = telco_api.post("/predict", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, list(answer.json()), answer.json()["error"]) == (422, ["error", "fix"], said)


@pytest.mark.parametrize("value", ["=cmd()", "💥" * 50, "a\u0000b", "x" * 5000, "'; DROP TABLE", -5, 1e300, 10**18])
def test_odd_values_are_scored_or_refused_but_never_break(telco_api, customers, value):
    for name in ("Contract", "tenure", "customerID", "colour"):
        answer = telco_api.post("/predict", json={**customers[0], name: value})
        assert answer.status_code in (200, 422)


def test_a_thousand_wrong_names_are_ignored_by_name(telco_api, customers):
    wrong = {f"wrong {n}": n for n in range(1000)}
    assert len(telco_api.post("/predict", json=customers[0] | wrong).json()["ignored"]) == 1000


@pytest.mark.parametrize(
    ("model", "status"), [("telco", 200), ("telco@v1", 200), ("nobody", 404), ("telco@v9", 404), ("../../etc", 422)]
)
def test_a_model_may_be_named(telco_api, customers, model, status):
    assert telco_api.post("/predict", json=customers[0], params={"model": model}).status_code == status


def test_a_tie_between_two_models_is_refused_naming_both(own_telco, customers):
    from fastapi.testclient import TestClient

    from churn.api.app import make_api

    twin_of(own_telco)
    client = TestClient(make_api(Workspace(own_telco)))
    answer = client.post("/predict", json=customers[0])
    assert (answer.status_code, "telco and twin alike" in answer.json()["error"]) == (422, True)
    assert client.post("/predict?model=twin", json=customers[0]).json()["model"] == "twin@v1"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[]", "The body is not a list of customers."),
        (b"{}", "The body is not a list of customers."),
        (b"[1]", "Customer 1 is not an object."),
        (b'[{"tenure": 1}, {"tenure": [1]}]', "Customer 2 is not flat."),
        (b'[{"tenure": 1}, {"tenure": "x"}]', "Customer 2: The value of tenure cannot be read."),
    ],
)
def test_a_list_is_refused_by_the_customer_that_is_wrong(telco_api, body, said):
    answer = telco_api.post("/predict/batch", content=body)
    assert (answer.status_code, answer.json()["error"]) == (422, said)


def test_too_many_customers_are_refused(telco_api, monkeypatch, customers):
    monkeypatch.setattr(limits, "MOST_ROWS", 2)
    answer = telco_api.post("/predict/batch", json=customers[:3])
    assert (answer.status_code, answer.json()["error"]) == (413, "A request holds at most 2 customers.")


def test_a_small_file_that_unpacks_into_too_many_rows_is_refused(telco_api):
    out = io.BytesIO()
    pq.write_table(pa.table({"tenure": pa.array([1] * 100_001), "Contract": ["Two year"] * 100_001}), out)
    answer = telco_api.post("/predict/batch", files={"file": ("many.parquet", out.getvalue())})
    assert (answer.status_code, answer.json()["error"]) == (413, "A request holds at most 100,000 customers.")


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "empty.csv"), (b"\x7fELF\x00", "tool.exe"), (b"PK\x03\x04broken", "a.xlsx")]
)
def test_a_file_that_is_no_list_is_refused(telco_api, content, name):
    answer = telco_api.post("/predict/batch", files={"file": (name, content)})
    assert (answer.status_code, list(answer.json())) == (422, ["error", "fix"])


def test_a_list_that_cannot_be_read_is_refused_with_its_own_sentence(monkeypatch):
    def refuse(*_, **__):
        raise predict_routes.ListRefused("Its dates can be read two ways.", "Say which.")

    with pytest.raises(predict_routes.ListRefused, match="two ways"):
        predict_routes.within_limits(refuse)


def test_an_answer_is_plain_json(telco_home, customers):
    one = Workspace(telco_home).online.scorer(tuple(customers[0])).single(customers[0])
    assert json.loads(json.dumps(predicted(one), allow_nan=False)) == predicted(one)


@pytest.mark.parametrize("day", ["0", "1700000000", "2026-1-1", "tomorrow", "2026-02-30"])
def test_a_day_that_is_none_is_refused(telco_api, customers, day):
    answer = telco_api.post("/predict", json=customers[0], params={"as_of": day})
    assert (answer.status_code, "as_of" in answer.json()["error"]) == (422, True)
