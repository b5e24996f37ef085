"""A business by the command line and by HTTP: listed, added, changed, and chosen for a score."""

import csv
import io

import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from tests.trained import TODAY, rows_of, twin_of


@pytest.fixture
def api(own_telco):
    with TestClient(make_api(Workspace(own_telco))) as client:
        yield client


def test_a_line_adds_changes_shows_and_removes_a_business(own_telco, line):
    home = ("--home", own_telco)
    assert line("business", "add", "Eck-Laden", "--currency", "EUR", *home)[1]["name"] == "eck-laden"
    code, told = line("business", "set", "Eck-Laden", "--horizon", "6", "--label", "a=Anything", *home)
    assert (code, told["horizon_months"], told["labels"]) == (0, 6, {"a": "Anything"})
    assert line("business", "set", "Eck-Laden", "--label", "a=", "--label", "b=B", *home)[1]["labels"] == {"b": "B"}
    assert [b["title"] for b in line("business", *home)[1]["businesses"]] == ["Eck-Laden", "telco"]
    assert line("business", "remove", "Eck-Laden", *home)[0] == 0
    assert [b["name"] for b in line("business", "list", *home)[1]["businesses"]] == ["telco"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show"], "needs a name"),
        (["show", "nobody"], "There is no business nobody"),
        (["set", "telco"], "Nothing is to change"),
        (["set", "telco", "--currency", "dollars"], "is no currency"),
        (["set", "telco", "--horizon", "0"], "0 cannot be a number of months"),
        (["set", "telco", "--label", "tenure"], "is not COL=WORDS"),
        (["remove", "telco"], "telco has a model"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(own_telco, line, words, said):
    code, told = line("business", *words, "--home", own_telco)
    assert (code, said in told) == (2, True)


def test_the_business_named_answers_by_each_door(own_telco, line, api):
    twin_of(own_telco)
    Workspace(own_telco).business("twin").change(title="Our twin 東京")
    out = own_telco / "out.csv"
    assert line("score", own_telco / TODAY, "-o", out, "--home", own_telco)[0] == 2  # both fit alike
    assert line("score", own_telco / TODAY, "-o", out, "--business", "Our twin 東京", "--home", own_telco)[0] == 0
    customer = next(csv.DictReader(io.StringIO("\n".join(rows_of(own_telco)))))
    assert api.post("/predict", json=customer).status_code == 422
    answer = api.post("/predict", json=customer, params={"business": "Our twin 東京"}).json()
    assert answer["model"] == "twin@v1"
    file = {"file": (TODAY, (own_telco / TODAY).read_bytes())}
    plan = api.post("/campaign", files=file, params={"business": "twin", "keep": False, "budget": 100})
    assert plan.status_code == 200
    assert api.post("/drift", files=file, params={"business": "twin", "keep": False}).json()["model"] == "twin@v1"


def test_http_lists_adds_and_changes_businesses(api):
    assert [b["name"] for b in api.get("/businesses").json()["businesses"]] == ["telco"]
    added = api.post("/businesses", json={"title": "Corner shop", "currency": "gbp"}).json()
    assert (added["name"], added["currency"], added["has_model"]) == ("corner-shop", "GBP", False)
    changed = api.put("/businesses/Corner shop", json={"margin": 0.2, "labels": {"a": "A"}}).json()
    assert (changed["margin"], changed["labels"]) == (0.2, {"a": "A"})


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (lambda api: api.post("/businesses", json={"title": ""}), 422),
        (lambda api: api.post("/businesses", json={"title": "telco"}), 422),
        (lambda api: api.post("/businesses", json={"title": "A", "colour": "red"}), 422),
        (lambda api: api.put("/businesses/nobody", json={"margin": 0.5}), 404),
        (lambda api: api.put("/businesses/telco", json={"margin": 7}), 422),
        (lambda api: api.post("/predict", json={"tenure": 3}, params={"business": "nobody"}), 404),
    ],
)
def test_http_refuses_in_one_sentence_without_a_flag(api, act, status):
    answer = act(api)
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".") and "--" not in answer.json()["error"] + answer.json()["fix"]


@pytest.mark.parametrize("wrong", [{"keeps_lists": 0}, {"margin": "0.5"}, {"title": 7}])
def test_a_value_of_another_kind_is_refused_over_http(api, wrong):
    assert api.put("/businesses/telco", json=wrong).status_code == 422
