"""plan, measure, uplift and playbook from the command line."""

import csv

import numpy as np
import pandas as pd
import pytest

from churn.store.campaigns import campaigns, contacts_before
from churn.workspace.store import open_store
from tests.campaigns import came_back, exported
from tests.receiver import receiving
from tests.trained import HISTORY, TODAY

PLAN_FIELDS = [
    "campaign", "title", "customers", "treated", "holdout", "spent", "expected_gain", "bound", "prices", "detectable",
    "kept",
]  # fmt: skip
MEASURE_FIELDS = ["campaign", "lift", "low", "high", "verdict", "saved", "by", "arms", "kept", "spent"]
TEA = '[actions.tea]\nchannel = "shop"\nsave = 0.3\ncontact_cost = 1\n'


def plan(line, home, *words, out="c.csv"):
    return line("plan", home / TODAY, "--home", home, "-o", home / out, *words)


def test_plan_answers_with_the_promised_fields_and_writes_the_promised_columns(line, own_telco):
    code, told = plan(line, own_telco, "--budget", "300", "--capacity", "call=5", "--holdout", "0.2")
    assert (code, [k for k in told if k != "notices"]) == (0, PLAN_FIELDS)
    assert list(told["expected_gain"]) == ["low", "mid", "high"] and told["spent"] <= 300
    with (own_telco / "c.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    fixed = ["arm", "action", "channel", "cost", "expected_gain", "probability", "tier", "reason_1"]
    assert list(rows[0]) == ["customerID", *fixed]
    arms = [row["arm"] for row in rows]
    assert (arms.count("treat"), arms.count("holdout")) == (told["treated"], told["holdout"])
    assert sum(row["channel"] == "call" for row in rows) <= 5


def test_only_the_columns_asked_for_are_written_in_their_order(line, own_telco):
    plan(line, own_telco, "--columns", "action,customerID,tenure")
    assert (own_telco / "c.csv").read_text(encoding="utf-8").startswith('"action","customerID","tenure"\n')


def test_segments_are_limited(line, own_telco):
    words = ("--at-most", "Contract=Month-to-month:3", "--holdout", "0", "--columns", "customerID,Contract,arm")
    assert plan(line, own_telco, *words)[0] == 0
    assert (own_telco / "c.csv").read_text(encoding="utf-8").count("Month-to-month") <= 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--budget", "-1"], "The budget is -1.00. Give a budget of 0 or more."),
        (["--capacity", "call=many"], "The capacity is 'many'. Give a whole number, 0 or more."),
        (["--capacity", "call=-2"], "The capacity for call is -2. Give a whole number, 0 or more."),
        (["--capacity", "fax=2"], "The playbook has no channel 'fax'."),
        (["--holdout", "0.9"], "The holdout share is 0.9. Choose a share from 0 to 0.5, such as 0.1."),
        (["--at-least", "Contract=Month-to-month"], "does not say how many. Write it as COL=VALUE:N."),
        (["--at-most", "Contract=Weekly:3"], "Nobody on the list has Contract = Weekly."),
        (["--columns", "age"], "The campaign has no column 'age'."),
        (["--name", "x" * 301], "The campaign's name has 301 letters. Use at most 300."),
        (["--playbook", "nothing.toml"], "There is no playbook nothing.toml."),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_nothing_is_written(line, own_telco, words, said):
    code, told = plan(line, own_telco, *words)
    assert code == 2 and said in told
    assert not (own_telco / "c.csv").exists()


@pytest.mark.parametrize(
    ("words", "playbook", "said"),
    [
        (["--budget", "0"], "", "a budget of $0.00 (the cheapest offer that pays costs $"),
        (["--capacity", "shop=0"], TEA, "a capacity of 0 for shop leaves no room"),
        ([], TEA + 'when = "tenure > 9999"\n', "no action of the playbook may be offered to anyone"),
        ([], TEA.replace("cost = 1", "cost = 99999"), "every offer costs more than it is expected to save"),
    ],
)
def test_when_nobody_is_treated_it_says_why(line, own_telco, words, playbook, said):
    (own_telco / "mine.toml").write_text(playbook)
    mine = ["--playbook", own_telco / "mine.toml"] if playbook else []
    code, told = plan(line, own_telco, *words, *mine)
    assert (code, told["treated"]) == (0, 0)
    assert any("Nobody is treated" in n["text"] and said in n["text"] for n in told["notices"])


def test_a_price_is_said_in_the_currency_of_the_business(line, own_telco):
    code, told = plan(line, own_telco, "--budget", "40")
    (price,) = (p for p in told["prices"] if p["kind"] == "budget")
    assert (code, list(price)) == (0, ["limit", "kind", "price", "words"])
    assert price["words"].startswith("The next $1") and "of budget brings about $" in price["words"]


def test_measure_answers_with_the_promised_fields(line, own_telco):
    planned = exported(own_telco)
    (own_telco / "back.csv").write_bytes(came_back(planned, left=lambda treat: not treat))
    code, told = line("measure", own_telco / "back.csv", "--campaign", "spring", "--home", own_telco)
    assert (code, [k for k in told if k != "notices"]) == (0, MEASURE_FIELDS)
    assert told["lift"] == 1.0 and told["verdict"].startswith("The campaign kept customers")


@pytest.mark.parametrize(
    ("arms", "head", "campaign", "said"),
    [
        (("treat",), "customerID,Churn", "spring", "outcomes of the treated customers only"),
        (("treat", "holdout"), "customerID,When_", "spring", "Say which of them says who left (--outcome COLUMN)."),
        (("treat", "holdout"), "customerID,Churn", "autumn", "There is no campaign 'autumn'. The latest are: spring."),
    ],
)
def test_outcomes_that_prove_nothing_are_refused(line, own_telco, arms, head, campaign, said):
    planned = exported(own_telco)
    (own_telco / "back.csv").write_bytes(came_back(planned, left=lambda treat: treat, arms=arms, head=head))
    code, told = line("measure", own_telco / "back.csv", "--campaign", campaign, "--home", own_telco)
    assert code == 2 and said in told


def test_another_campaigns_file_is_refused(line, own_telco):
    exported(own_telco)
    code, told = line("measure", own_telco / HISTORY, "--campaign", "spring", "--home", own_telco)
    assert code == 2 and "None of these customers are in this campaign" in told


def test_a_playbook_is_shown_checked_and_set(line, own_telco):
    (own_telco / "mine.toml").write_text(TEA)
    home = ("--home", own_telco)
    assert line("playbook", "check", own_telco / "mine.toml", *home)[1]["assumed"][0] == "tea: save"
    assert line("playbook", "--profile", "telco", *home)[1]["version"] == 0
    assert line("playbook", "set", own_telco / "mine.toml", "--profile", "telco", *home)[1]["version"] == 1
    assert list(line("playbook", "show", "--profile", "telco", *home)[1]["playbook"]["actions"]) == ["tea"]
    code, told = line("playbook", "show", "telco", *home)  # it would show another one than was meant
    assert (code, "`playbook show` takes no file" in told) == (2, True)


def test_a_playbook_with_a_typo_is_refused_with_its_line(line, own_telco):
    (own_telco / "mine.toml").write_text(TEA.replace("save", "saves"))
    code, told = line("playbook", "set", own_telco / "mine.toml", "--profile", "telco", "--home", own_telco)
    assert code == 2 and "mine.toml, line 3" in told and "Allowed:" in told
    assert line("playbook", "set", "--home", own_telco)[0] == 2


def test_uplift_names_the_column_that_is_not_there(line, own_telco):
    code, told = line("uplift", own_telco / HISTORY, "--treatment", "offer", "--outcome", "Churn", "--home", own_telco)
    assert code == 2 and "'offer'" in told


def test_a_forgotten_customer_leaves_nothing_behind(line, own_telco):
    key = exported(own_telco).campaign.table["customerID"].iloc[0]
    assert line("forget", key, "--home", own_telco)[1]["rows"] >= 2
    assert line("forget", key, "--home", own_telco) == (0, {"key": key, "rows": 0, "files": 0, "lists": 0})
    assert line("forget", "--before", "2999-01-01", "--home", own_telco)[1]["rows"] > 60
    assert line("forget", "--home", own_telco)[0] == line("forget", key, "--before", "2026-01-01")[0] == 2


def test_a_plan_is_pushed_once_after_a_dry_run(line, own_telco, monkeypatch):
    with receiving(monkeypatch) as receiver:
        told = plan(line, own_telco, "--name", "spring", "--push", "--dry-run")[1]["push"]
        assert (told["messages"], receiver.got) == (1, [])
        sent = [plan(line, own_telco, "--name", "spring", "--push", receiver.address)[1]["push"] for _ in range(2)]
    assert [(s["sent"], s["before"]) for s in sent] == [(1, 0), (0, 1)]
    assert len(receiver.got) == 1


def test_a_push_to_elsewhere_is_refused_before_anything_is_written(line, own_telco, monkeypatch):
    with receiving(monkeypatch):
        code, told = plan(line, own_telco, "--push", "http://evil.example/")
    assert code == 2 and "evil.example is not an address that may be sent to" in told
    assert not (own_telco / "c.csv").exists()


def test_a_dry_run_and_a_look_keep_nothing(line, own_telco):
    with open_store(own_telco) as book:
        before = campaigns(book)
    for words in (["--dry-run"], ["--keep", "no"]):
        code, told = plan(line, own_telco, "--name", "looked", *words)
        assert (code, told["kept"], (own_telco / "c.csv").is_file()) == (0, False, True)
    with open_store(own_telco) as book:
        assert campaigns(book) == before and contacts_before(book, "telco") == []
    assert line("measure", own_telco / "c.csv", "--campaign", "looked", "--home", own_telco)[0] == 2


@pytest.mark.parametrize("name", ["Spring 2027", "春の客", "Ä" * 200, "a/../b\\c", "spring"])
def test_a_campaign_may_be_called_anything_and_is_found_by_its_words(line, own_telco, name):
    code, told = plan(line, own_telco, "--name", name)
    assert (code, told["title"]) == (0, name)
    table = pd.read_csv(own_telco / "c.csv")
    back = table.assign(Churn=np.where(table["arm"] == "treat", "stayed", "churned"))[["customerID", "Churn"]]
    back.to_csv(own_telco / "back.csv", index=False)
    code, found = line("measure", own_telco / "back.csv", "--campaign", name, "--home", own_telco)
    assert (code, found["campaign"], found["lift"]) == (0, told["campaign"], 1.0)
    assert set(found["arms"]) == {"treat", "holdout"} and found["arms"]["holdout"]["left"] == 1.0
