"""Campaigns, outcomes and the playbook over HTTP, in the words of the command line."""

import csv
import tomllib

import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api.app import make_api
from churn.store.campaigns import arms_given, campaigns
from churn.store.database import open_engine
from tests.campaigns import came_back, exported
from tests.receiver import receiving
from tests.trained import TODAY

TEA = {"actions": {"tea": {"channel": "shop", "save": 0.3, "contact_cost": 1}}}


@pytest.fixture
def api(own_telco):
    return TestClient(make_api(Workspace(own_telco)), raise_server_exceptions=False)


@pytest.fixture
def file(own_telco):
    return {"file": (TODAY, (own_telco / TODAY).read_bytes(), "text/csv")}


def sent(api, path, content, **words):
    return api.post(path, content=content, params=words, headers={"content-type": "text/csv"})


def test_a_list_becomes_a_campaign_that_is_kept(api, file, own_telco):
    words = {"budget": 300, "capacity": "call=5", "holdout": 0.2, "name": "spring"}
    told = api.post("/campaign", files=file, params=words).json()
    arms = {row["customerID"]: row["arm"] for row in told["rows"]}
    assert (told["campaign"], told["kept"], arms) == ("spring", True, arms_given(open_engine(own_telco), "spring"))
    assert told["spent"] <= 300 and sum(row["channel"] == "call" for row in told["rows"]) <= 5
    assert (told["treated"], told["holdout"]) == (
        list(arms.values()).count("treat"),
        list(arms.values()).count("holdout"),
    )


def test_the_same_customers_as_json_and_as_a_file_get_the_same(api, file, own_telco):
    with (own_telco / TODAY).open(encoding="utf-8", newline="") as lines:
        customers = list(csv.DictReader(lines))
    words = {"keep": "false", "columns": ["customerID", "action"], "name": "spring"}
    asked = [api.post("/campaign", params=words, **body).json() for body in ({"files": file}, {"json": customers})]
    assert asked[0]["rows"] == asked[1]["rows"] and list(asked[0]["rows"][0]) == words["columns"]
    assert campaigns(open_engine(own_telco)) == ()


def test_a_campaign_is_pushed_where_the_operator_has_said(api, file, monkeypatch):
    with receiving(monkeypatch) as receiver:
        words = {"name": "spring", "push": receiver.address}
        dry = api.post("/campaign", files=file, params={**words, "dry_run": True}).json()["push"]
        done = api.post("/campaign", files=file, params=words).json()["push"]
        elsewhere = api.post("/campaign", files=file, params={**words, "push": "http://evil.example/"})
    assert (dry["messages"], done["sent"], len(receiver.got)) == (1, 1, 1)
    assert (elsewhere.status_code, elsewhere.json()["error"][:12]) == (422, "evil.example")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"budget": "-1"}, "The budget is -1.00."),
        ({"capacity": "fax=2"}, "The playbook has no channel 'fax'."),
        ({"at_most": "Contract=Weekly:3"}, "Nobody on the list has Contract = Weekly."),
        ({"holdout": "0.9"}, "The holdout share is 0.9."),
        ({"budgets": "5"}, "budgets is no field of this request."),
        ({"scenario": "best"}, "scenario cannot be taken: input should be 'low', 'mid' or 'high'"),
        ({"budget": "nan"}, "The budget is nan."),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_in_one_shape(api, file, own_telco, words, said):
    refused = api.post("/campaign", files=file, params=words)
    assert refused.status_code in (404, 422) and list(refused.json()) == ["error", "fix"]
    assert said in refused.json()["error"] and campaigns(open_engine(own_telco)) == ()


def test_outcomes_become_lift_as_the_command_line_says_it(api, own_telco):
    planned = exported(own_telco)
    told = sent(api, "/outcomes", came_back(planned, left=lambda treat: not treat), campaign="spring").json()
    assert told["lift"] == 1.0 and told["verdict"].startswith("The campaign kept customers")
    kept = Workspace(own_telco).campaigns.list()[0].measured
    assert {name: told[name] for name in kept.lift} == kept.lift
    assert (told["learnt"], told["version"]) == (list(kept.learnt), 0)  # so few customers teach nothing


@pytest.mark.parametrize(
    ("campaign", "arms", "status", "said"),
    [
        ("autumn", ("treat", "holdout"), 404, "There is no campaign 'autumn'."),
        ("spring", ("treat",), 422, "outcomes of the treated customers only"),
    ],
)
def test_outcomes_that_prove_nothing_are_refused(api, own_telco, campaign, arms, status, said):
    back = came_back(exported(own_telco), left=lambda treat: treat, arms=arms)
    refused = sent(api, "/outcomes", back, campaign=campaign)
    assert refused.status_code == status and said in refused.json()["error"]


def test_the_playbook_is_shown_and_set_as_json_and_as_toml(api):
    shown = api.get("/playbook", params={"profile": "telco"}).json()
    assert (shown["version"], shown["how"], tomllib.loads(shown["text"])["actions"]) == (
        0, "shipped", shown["playbook"]["actions"]
    )  # fmt: skip
    assert api.put("/playbook", params={"profile": "telco", "why": "tea"}, json=TEA).json()["version"] == 1
    toml = {"content-type": "application/toml"}
    assert api.put("/playbook", params={"profile": "telco"}, content=shown["text"], headers=toml).json()["version"] == 2


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"content": "[actions.tea]\nsaves = 0.3\n"}, 422, "line 2"),
        ({"content": b"\xff"}, 422, "not a text in UTF-8"),
        ({"json": {"actions": {"tea": {"channel": "shop", "save": 2}}}}, 422, "save"),
        ({"json": []}, 422, "The playbook is not an object."),
    ],
)
def test_a_playbook_with_a_mistake_is_refused_and_none_is_set(api, body, status, said):
    kind = {} if "json" in body else {"headers": {"content-type": "application/toml"}}
    refused = api.put("/playbook", params={"profile": "telco"}, **body, **kind)
    assert (refused.status_code, said in refused.json()["error"]) == (status, True)
    assert api.get("/playbook", params={"profile": "telco"}).json()["version"] == 0
    assert api.put("/playbook", params={"profile": "nobody"}, json=TEA).status_code == 404


def test_outcomes_without_their_campaign_are_refused_in_words_of_the_address(telco_api):
    answer = telco_api.post("/outcomes", content=b"customerID,Churn\n1,Yes\n", headers={"content-type": "text/csv"})
    assert answer.status_code == 422
    assert answer.json()["error"] == "campaign is not said."
    assert answer.json()["fix"] == "Add campaign=… to the address, or see /docs for the fields."
