"""The demo's models learnt from made-up customers: they answer the lists that come with the product, and no other."""

import shutil
from dataclasses import replace
from hashlib import sha256

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from app.demo import SAMPLES
from churn import Workspace
from churn.api.app import make_api
from churn.errors import NoModelYet, NotFound, RequestRefused
from churn.samples.shipped import is_shipped
from churn.training.registry import load, promote, save, versions
from churn.workspace.businesses import OF_THE_DEMO, is_made_up
from tests.trained import HISTORY, TODAY, rows_of, twin_of

SAMPLE = SAMPLES / "telco_today.csv"


def test_a_list_of_real_customers_never_meets_a_demo_model_by_itself(demo_telco, line):
    workspace = Workspace(demo_telco)
    with pytest.raises(NoModelYet, match="of your own yet; the demo's learnt from made-up customers") as problem:
        workspace.models.for_list(demo_telco / TODAY)
    assert "model=demo-telco" in problem.value.options
    with pytest.raises(NoModelYet):
        workspace.online.scorer(("customerID", "tenure", "Contract"))
    code, said = line("score", demo_telco / TODAY, "-o", demo_telco / "out.csv", "--home", demo_telco)
    assert (code, "--model demo-telco" in said, (demo_telco / "out.csv").exists()) == (2, True, False)


def test_named_by_hand_it_answers_and_says_whose_it_is(demo_telco):
    scored = Workspace(demo_telco).lists.score(demo_telco / TODAY, model="demo-telco")
    assert OF_THE_DEMO in [notice.text for notice in scored.notices]


def test_the_lists_that_come_with_the_product_meet_it(demo_telco, tmp_path):
    models = Workspace(demo_telco).models
    assert models.for_list(SAMPLE).name == models.for_list(SAMPLE.read_bytes()).name == "demo-telco"
    other = tmp_path / "telco_today.csv"
    other.write_bytes(SAMPLE.read_bytes() + b"\n")
    assert is_shipped(SAMPLE) and not is_shipped(other) and not is_shipped(tmp_path / "nowhere.csv")


def test_beside_a_model_of_ones_own_the_demo_answers_the_products_lists_alone(own_telco):
    twin_of(own_telco, "demo-telco")
    models = Workspace(own_telco).models
    assert (models.for_list(own_telco / TODAY).name, models.for_list(SAMPLE).name) == ("telco", "demo-telco")


def test_what_learnt_from_a_list_of_the_product_counts_as_the_demo(home):
    workspace = Workspace(home)
    workspace.models.train(SAMPLES / "telco_customers.csv", name="mine", quick=True)
    with pytest.raises(NoModelYet):
        workspace.models.for_list(SAMPLE.read_bytes() + b"\n")
    assert workspace.models.for_list(SAMPLE).name == "mine"


def test_real_customers_never_become_a_version_of_a_demo_model(demo_telco, line):
    workspace = Workspace(demo_telco)
    with pytest.raises(RequestRefused, match=r"Telco \(demo\) is the demo's model") as problem:
        workspace.models.train(demo_telco / HISTORY, name="demo-telco", quick=True)
    assert problem.value.fix == "Learn from this list under another name."
    with pytest.raises(RequestRefused, match="Names that begin with demo- are the demo's"):
        workspace.models.train(demo_telco / HISTORY, name="Demo gym", quick=True)
    code, said = line("retrain", demo_telco / HISTORY, "--model", "demo-telco", "--quick", "--home", demo_telco)
    assert (code, "is the demo's model" in said, versions(demo_telco, "demo-telco")) == (2, True, ("v1",))


def test_a_model_of_ones_own_is_made_beside_the_demo_and_then_answers(demo_telco):
    workspace = Workspace(demo_telco)
    made = workspace.models.train(demo_telco / HISTORY, quick=True).model
    assert (made.name, workspace.models.for_list(demo_telco / TODAY).name) == ("telco", "telco")
    assert workspace.models.for_list(SAMPLE).name == "demo-telco"


def test_made_up_customers_never_become_a_version_of_a_model_of_ones_own(own_telco):
    workspace = Workspace(own_telco)
    with pytest.raises(RequestRefused, match="telco learnt from customers of your own"):
        workspace.models.train(SAMPLES / "telco_customers.csv", name="telco", quick=True)
    made = workspace.models.train(SAMPLES / "telco_customers.csv", quick=True).model
    assert (made.name, workspace.models.for_list(own_telco / TODAY).name) == ("telco-2", "telco")


def test_a_demo_model_of_before_it_had_a_name_of_its_own_is_known_by_the_list_it_learnt_from(own_telco):
    old = load(own_telco, "telco", "v1")
    sample = sha256((SAMPLES / "telco_customers.csv").read_bytes()).hexdigest()
    shutil.rmtree(own_telco / "models" / "telco")
    save(own_telco, replace(old, lineage={**old.lineage, "list": sample}))
    promote(own_telco, "telco", "v1", why="as the demo made it")
    workspace = Workspace(own_telco)
    assert [(c["name"], c["title"], c["demo"]) for c in workspace.models.list()] == [("telco", "telco (demo)", True)]
    assert workspace.models.for_list(SAMPLE).name == "telco"
    with pytest.raises(NoModelYet):
        workspace.models.for_list(own_telco / TODAY)
    assert workspace.models.train(own_telco / HISTORY, quick=True).model.name == "telco-2"


def test_single_customers_meet_a_demo_model_only_by_name_and_are_told_whose_it_is(demo_telco):
    customer = dict(zip(*(row.split(",") for row in rows_of(demo_telco)[:2]), strict=True))
    client = TestClient(make_api(Workspace(demo_telco)), raise_server_exceptions=False)
    refused = client.post("/predict", json=customer)
    assert refused.status_code == 404 and "?model=demo-telco" in refused.json()["fix"]
    for route, body in (("/predict", customer), ("/explain", customer), ("/predict/batch", [customer])):
        answer = client.post(f"{route}?model=demo-telco", json=body).json()
        assert OF_THE_DEMO in [notice["text"] for notice in answer["notices"]], route
    asked = {"customer": customer, "changes": {"Contract": "Two year"}}
    answer = client.post("/whatif?model=demo-telco", json=asked).json()
    assert OF_THE_DEMO in [notice["text"] for notice in answer["notices"]]


def test_a_campaign_for_real_customers_by_a_demo_model_says_so_first(demo_telco, line):
    code, told = line(
        "plan",
        demo_telco / TODAY,
        "--budget",
        500,
        "-o",
        demo_telco / "c.csv",
        "--model",
        "demo-telco",
        "--home",
        demo_telco,
    )
    assert (code, told["notices"][0]["text"]) == (0, OF_THE_DEMO)


def test_a_key_that_the_demo_knows_is_a_stranger_until_the_demo_is_named(demo_telco):
    workspace = Workspace(demo_telco)
    scored = workspace.lists.score(demo_telco / TODAY, model="demo-telco")
    planned = workspace.campaigns.export(workspace.campaigns.suggest(scored), demo_telco / "campaign.csv")
    key = planned.campaign.table["customerID"].iloc[0]
    with pytest.raises(NotFound, match="Nothing is recorded"):
        workspace.online.score_by_key(key)
    assert workspace.online.score_by_key(key, model="demo-telco").model == "demo-telco@v1"


def test_a_table_made_from_sample_logs_is_the_demos_at_the_terminal_as_well(home, tmp_path, line):
    logs, target = SAMPLES / "shop_events.parquet", tmp_path / "shop.parquet"
    how = ("--recipe", "shop", "--as-of", "2026-05-01", "-o", target)
    assert line("summarise", f"events={logs}", *how)[0] == 0
    own = tmp_path / "own.parquet"
    pq.write_table(pq.read_table(logs).slice(1), own)
    assert is_made_up(target) and is_made_up(target.read_bytes())
    assert line("summarise", f"events={own}", *how)[0] == 0 and not is_made_up(target)


def test_one_that_scores_is_told_of_in_health_before_the_demos(own_telco):
    twin_of(own_telco, "demo-telco")
    assert Workspace(own_telco).models.health()["model"] == "telco"


def test_a_sample_is_never_compared_with_the_lists_of_ones_own_customers(own_telco):
    workspace = Workspace(own_telco)
    workspace.lists.keep_summary(workspace.lists.score(own_telco / TODAY))
    sample = workspace.lists.score(SAMPLES / "telco_today.csv")
    assert (sample.model.name, workspace.lists.since_last(sample)) == ("telco", None)
    workspace.lists.keep_summary(sample)
    assert [record.source for record in workspace.lists.history()] == [TODAY]
