"""Customers of whom a list says that they left are neither scored nor planned for, and their number is said."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn import Workspace
from churn.campaigns.limits import Order
from churn.errors import ListRefused
from churn.schema import Column, Schema
from churn.training.known_outcomes import known_outcomes
from churn.workspace.list_history import list_keys
from tests.small_model import small_model
from tests.trained import HISTORY, TODAY, rewritten, rows_of

SAID = "customers who left already are set aside: neither scored nor planned for."


def labelled(home, words=("Yes", "No"), name="mixed.csv", rows=60):
    """Today's list with the outcome in it: every third customer has the first word, the others the second."""
    head, *lines = rows_of(home, TODAY)
    column = [words[0] if i % 3 == 0 else words[1] for i in range(len(lines))]
    return rewritten(
        home / name, [f"{head},Churn", *(f"{row},{word}" for row, word in zip(lines, column, strict=True))]
    )


def test_a_list_in_memory_leaves_out_who_left_and_says_how_many(own_telco):
    workspace = Workspace(own_telco)
    ranked, everybody = (
        workspace.lists.score(labelled(own_telco)),
        workspace.lists.score(labelled(own_telco), everybody=True),
    )
    assert (ranked.reading.rows, ranked.scored.table.num_rows, everybody.reading.rows) == (40, 40, 60)
    assert [n.text for n in ranked.notices if n.kind == "set_aside"] == [f"20 {SAID}"]
    assert not any(SAID in n.text for n in everybody.notices)
    assert len(ranked.matrix) == len(ranked.probability) == 40


def test_those_who_are_left_have_the_scores_they_have_in_the_whole_list(own_telco):
    workspace = Workspace(own_telco)
    ranked, everybody = workspace.lists.score(labelled(own_telco)), workspace.lists.score(own_telco / TODAY)
    whole = {row["customerID"]: row for row in everybody.scored.table.to_pylist()}
    assert all(row == whole[row["customerID"]] for row in ranked.scored.table.to_pylist())


def test_no_plan_speaks_of_a_customer_who_left(own_telco):
    workspace = Workspace(own_telco)
    planned = workspace.campaigns.plan(workspace.lists.score(labelled(own_telco)), Order(name="spring"))
    left = {row.split(",")[0].strip('"') for row in rows_of(own_telco, "mixed.csv") if row.endswith(",Yes")}
    assert len(left) == 20 and not left & set(planned.campaign.table[planned.basis.key])
    assert any(SAID in n.text for n in planned.notices)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_of_scores_has_only_those_who_are_still_there_unless_everybody_is_asked_for(own_telco, line, ending):
    out = own_telco / f"scored.{ending}"
    code, told = line("score", labelled(own_telco), "-o", out, "--home", own_telco)
    assert (code, told["rows"], told["left"], sum(told["tiers"].values())) == (0, 40, 20, 40)
    assert f"20 {SAID}" in [n["text"] for n in told["notices"]]
    code, told = line("score", own_telco / "mixed.csv", "-o", out, "--everybody", "--home", own_telco)
    assert (code, told["rows"], told["left"]) == (0, 60, 0)


def test_a_list_longer_than_memory_allows_gives_the_same(own_telco, monkeypatch):
    monkeypatch.setattr("churn.workspace.lists.STREAMED", 0)
    done = Workspace(own_telco).lists.score_file(labelled(own_telco), own_telco / "out.csv")
    kept = Workspace(own_telco).lists.score(own_telco / "mixed.csv").scored.table["customerID"].to_pylist()
    assert (done.rows, done.left) == (40, 20)
    assert pc.read_csv(own_telco / "out.csv")["customerID"].to_pylist() == kept


def test_a_customer_without_a_key_keeps_the_number_of_the_row_and_is_explained_by_it(own_telco):
    head, *lines = rows_of(own_telco, TODAY)
    outcome = ["Yes" if i % 3 == 0 else "No" for i in range(len(lines))]
    rows = [f"{row.split(',', 1)[1]},{word}" for row, word in zip(lines, outcome, strict=True)]
    path = rewritten(own_telco / "nameless.csv", [f"{head.split(',', 1)[1]},Churn", *rows])
    workspace = Workspace(own_telco)
    ranked = workspace.lists.score(path)
    assert list_keys(ranked)[:4] == ["2", "3", "5", "6"]
    inside, outside = workspace.customers.explain_in(ranked, "5"), workspace.customers.explain(path, "5")
    assert inside.customer == outside.customer


def test_where_everybody_left_nothing_is_scored_and_nothing_planned(own_telco, line):
    path = labelled(own_telco, ("Yes", "Yes"))
    said = "Churn is Yes for all 60 customers: everyone in this list left already."
    for words in (["score", path, "-o", own_telco / "out.csv"], ["plan", path, "-o", own_telco / "plan.csv"]):
        code, told = line(*words, "--home", own_telco)
        assert (code, said in told) == (2, True)
    assert not (own_telco / "out.csv").exists() and not (own_telco / "plan.csv").exists()
    with pytest.raises(ListRefused, match="everyone in this list left already"):
        Workspace(own_telco).lists.score(path)


def test_where_nobody_left_it_is_said_and_everybody_is_scored(own_telco):
    ranked = Workspace(own_telco).lists.score(labelled(own_telco, ("No", "No")))
    assert ranked.reading.rows == 60
    assert "Churn is No for all 60 customers." in [n.text for n in ranked.notices]


@pytest.mark.parametrize("word", ["Yes", "No"])
def test_check_and_train_say_that_the_list_says_the_same_of_all(own_telco, line, word):
    path = labelled(own_telco, (word, word))
    code, told = line("check", path, "--home", own_telco)
    assert code == 0
    said = f"Churn is {word} for all 60 customers"
    assert any(n["text"].startswith(f"{said}, so nothing can be learnt") for n in told["notices"])
    code, told = line("train", path, "--home", own_telco)
    assert (code, told.startswith(f"{said}: everyone {'left' if word == 'Yes' else 'stayed'}")) == (2, True)


def test_a_list_of_no_known_business_that_says_the_same_of_all_says_so_too(home, line):
    path = rewritten(home / "all.csv", ["id,visits,Churn", *(f"c{i},{i % 9},Yes" for i in range(200))])
    code, told = line("train", path, "--home", home)
    assert (code, told.startswith("Churn is Yes for all 200 customers: everyone left.")) == (2, True)
    _, told = line("check", path, "--home", home)
    assert any("Churn is Yes for all 200 customers" in n["text"] for n in told["notices"])


def test_a_list_that_does_not_say_who_left_is_scored_whole_without_a_word(own_telco):
    ranked = Workspace(own_telco).lists.score(own_telco / TODAY)
    assert ranked.reading.rows == 60 and not any(
        "left already" in n.text or " for all " in n.text for n in ranked.notices
    )


def test_a_program_that_sends_a_list_of_customers_gets_an_answer_for_each(telco_api, telco_home):
    content = labelled(telco_home, name="sent.csv").read_bytes()
    answer = telco_api.post("/predict/batch", files={"file": ("sent.csv", content, "text/csv")})
    assert len(answer.json()["predictions"]) == 60


def test_a_campaign_over_http_leaves_out_who_left(telco_api, telco_home):
    content = labelled(telco_home, name="sent2.csv").read_bytes()
    sent = {"files": {"file": ("sent2.csv", content, "text/csv")}, "params": {"keep": "false"}}
    answer = telco_api.post("/campaign", **sent).json()
    assert any(SAID in n["text"] for n in answer["notices"])
    left = {row.split(",")[0].strip('"') for row in rows_of(telco_home, "sent2.csv") if row.endswith(",Yes")}
    assert not any(key in json.dumps(answer["customers"]) for key in left)


@given(st.lists(st.sampled_from(["Left us", "left us", "Stays", None, "perhaps"]), min_size=1, max_size=30))
def test_every_customer_left_stayed_or_is_unknown_whatever_the_order_and_the_case(words):
    schema = Schema((Column("id", "text", "key"), Column("state", "category", "outcome", positive=("Left us",))))
    model = small_model(schema=schema, leaves="Left us", stays="Stays")
    found = known_outcomes(model, pa.table({"state": pa.array(words, pa.string())}))
    meant = {"left us": 1.0, "stays": 0.0}
    expected = [meant.get((w or "").lower(), np.nan) for w in words]
    assert np.array_equal(found, np.array(expected), equal_nan=True)


def test_drift_and_a_retrain_still_see_everybody(own_telco):
    found = Workspace(own_telco).monitor.check(own_telco / HISTORY, keep=False)
    assert found.report.customers == 1200
