"""A list is held against its model, and what was found counts for the next list."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from churn import Workspace
from churn.errors import ListRefused, RequestRefused
from churn.money.playbook import exactly
from churn.store.database import open_engine
from churn.store.monitoring import customers_of
from churn.workspace.parts import Models
from tests.watched import MOVED, a_list, two_moved, without_outcomes

GONE_BY = "drift:tenure=-1.5"


def in_words(record):
    """A record as the database writes it."""
    return json.dumps(vars(record), default=list)


def test_one_moved_list_is_watched_and_the_second_in_a_row_advises_a_retrain(own_telco):
    first, second = two_moved(own_telco)
    assert (first.report.verdict, second.report.verdict) == ("watch", "retrain")
    assert "tenure" in second.report.moved and "on 2 lists in a row" in second.report.advice.why


def test_the_same_list_twice_is_one_list(own_telco):
    path = a_list(own_telco, "moved", plant=MOVED)
    verdicts = [Workspace(own_telco).monitor.check(path).report.verdict for _ in range(3)]
    assert verdicts == ["watch"] * 3
    assert len(Workspace(own_telco).monitor.history("telco")) == 1


def test_a_list_looked_at_again_keeps_its_place_and_lists_that_came_later_are_no_earlier_ones(own_telco):
    first, second = two_moved(own_telco)
    workspace = Workspace(own_telco)
    again = workspace.monitor.check(own_telco / first.record.source)
    assert (again.report.verdict, in_words(again.record)) == ("watch", in_words(first.record))
    assert [r.list for r in workspace.monitor.history("telco")] == [first.record.list, second.record.list]


def test_a_look_aside_keeps_nothing_and_makes_no_book(own_telco):
    shutil.rmtree(own_telco / "data")
    workspace = Workspace(own_telco)
    found = workspace.monitor.check(a_list(own_telco, "today"), keep=False)
    assert (found.report.customers, workspace.monitor.history("telco"), workspace.monitor.latest()) == (1100, (), [])
    assert not (own_telco / "data" / "book.db").exists()


def test_customers_of_the_last_list_are_missed(own_telco):
    workspace = Workspace(own_telco)
    workspace.monitor.check(a_list(own_telco, "one", seed=5))
    alarms = workspace.monitor.check(a_list(own_telco, "two", seed=6)).report.alarms
    assert [a.text for a in alarms if a.kind == "keys"] == [
        "None of the customers of the last list are on this one: it may be another list, or the keys are written "
        "differently."
    ]


def test_lists_of_other_customers_each_time_are_a_fault_only_once(own_telco):
    workspace = Workspace(own_telco)
    for seed in (5, 6):
        workspace.monitor.check(a_list(own_telco, f"list{seed}", seed=seed))
    third = workspace.monitor.check(a_list(own_telco, "third", seed=7))
    assert third.report.alarms == () and third.report.gauges()["drift_share_returned"] == 0.0


def test_half_a_list_is_doubted(own_telco):
    workspace = Workspace(own_telco)
    whole = a_list(own_telco, "whole")
    workspace.monitor.check(whole)
    part = own_telco / "part.csv"
    part.write_text("\n".join(whole.read_text(encoding="utf-8").splitlines()[:401]) + "\n", encoding="utf-8")
    (alarm,) = workspace.monitor.check(part).report.alarms
    assert alarm.text == "The list has 400 customers, the last one 1,100: part of it may be missing."


def test_outcomes_that_come_later_are_joined_by_key_and_judge_the_model(own_telco):
    workspace, told = Workspace(own_telco), a_list(own_telco, "told", rows=1500, outcomes=True)
    workspace.monitor.check(without_outcomes(told, own_telco / "before.csv"))
    found = workspace.monitor.check(told)
    before, now = workspace.monitor.history("telco")
    assert before.realised["customers"] == now.realised["customers"] == 1500
    assert found.report.performance.customers == 3000
    assert 0.7 < before.realised["auc"]["value"] < 1


def test_customers_the_model_has_learnt_from_do_not_judge_it(own_telco):
    found = Workspace(own_telco).monitor.check(own_telco / "history.csv")
    assert (found.record.realised, found.report.performance) == ({}, None)


def test_outcomes_that_contradict_earlier_ones_are_said_and_the_latest_counts(own_telco):
    workspace, told = Workspace(own_telco), a_list(own_telco, "told", rows=1500, outcomes=True)
    workspace.monitor.check(without_outcomes(told, own_telco / "before.csv"))
    workspace.monitor.check(told)
    lines = told.read_text(encoding="utf-8").splitlines()
    swapped = lines[1].replace(",No", ",\0").replace(",Yes", ",No").replace(",\0", ",Yes")
    told.write_text("\n".join([lines[0], lines[1].rpartition(",")[0] + "," + swapped.rpartition(",")[2]]) + "\n")
    looks = [
        [n.text for n in workspace.monitor.check(told, keep=keep).report.notices] for keep in (False, False, True, True)
    ]
    said = [any(n.startswith("1 customer has another outcome than told before") for n in texts) for texts in looks]
    assert said == [True, True, True, False]  # a look says it as often as asked and changes nothing


def test_a_few_outcomes_do_not_repeat_what_older_lists_already_said(own_telco):
    workspace = Workspace(own_telco)
    bad = workspace.monitor.check(
        a_list(own_telco, "bad", rows=3000, seed=6, plant=GONE_BY, outcomes=True), challenger="none"
    )
    few = workspace.monitor.check(a_list(own_telco, "few", rows=30, seed=7, outcomes=True), challenger="none").report
    assert bad.record.signs and bad.report.performance is not None
    assert (few.verdict, few.advice.signs, few.performance) == ("watch", (), None)  # for its length alone


def test_thirty_customers_are_too_few_and_it_says_so(own_telco):
    report = Workspace(own_telco).monitor.check(a_list(own_telco, "short", rows=30)).report
    assert (report.verdict, report.advice.judged) == ("keep", False)
    assert "30 customers are too few to judge drift; at least 500 are needed." in report.advice.why


def test_a_list_of_another_business_is_refused_and_nothing_is_kept(own_telco):
    stranger = own_telco / "wheels.csv"
    stranger.write_text("wheels,doors,paint\n" + "4,5,red\n3,2,blue\n" * 400, encoding="utf-8")
    with pytest.raises(ListRefused):
        Workspace(own_telco).monitor.check(stranger, model="telco")
    assert Workspace(own_telco).monitor.history("telco") == ()


def test_a_version_saved_without_its_reference_asks_to_be_trained_again(own_telco, monkeypatch):
    from dataclasses import replace

    workspace = Workspace(own_telco)
    bare = replace(
        workspace.models.get("telco"), reference=replace(workspace.models.get("telco").reference, customers=0)
    )
    monkeypatch.setattr(Models, "for_list", lambda *_, **__: bare)
    with pytest.raises(RequestRefused, match="saved without a picture of the list"):
        workspace.monitor.check(a_list(own_telco, "today"), challenger="none")


def test_a_column_that_is_not_on_the_list_is_a_fault_not_a_blank(own_telco):
    lines = a_list(own_telco, "today").read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("PaperlessBilling")
    cut = [",".join(c for i, c in enumerate(line.split(",")) if i != place) for line in lines]
    (own_telco / "cut.csv").write_text("\n".join(cut) + "\n", encoding="utf-8")
    alarms = Workspace(own_telco).monitor.check(own_telco / "cut.csv").report.alarms
    assert ("schema", "PaperlessBilling") in [(a.kind, a.column) for a in alarms]


def test_the_book_keeps_what_each_customer_was_scored_and_is_worth(own_telco):
    workspace = Workspace(own_telco)
    found = workspace.monitor.check(a_list(own_telco, "today", rows=600))
    rows = customers_of(open_engine(own_telco), found.record)
    assert len(rows) == 600 and all(0 < r["probability"] < 1 and r["if_leaves"] is not None for r in rows)


def flipped(path):
    """The same list with everyone who left said to have stayed, and the other way round."""
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    other = {"Yes": "No", "No": "Yes"}
    turned = (",".join((*row.split(",")[:-1], other[row.split(",")[-1]])) for row in rows)
    path.write_text("\n".join([head, *turned]) + "\n", encoding="utf-8")
    return path


def test_a_list_seen_before_repeats_its_answer_whatever_came_since_and_overwrites_nothing(own_telco):
    workspace = Workspace(own_telco)
    path = a_list(own_telco, "moved", plant=MOVED)
    first = workspace.monitor.check(path)
    kept = workspace.monitor.history("telco")
    force = workspace.playbooks.get("telco")
    workspace.playbooks.set("telco", replace(force.playbook, margin=exactly(0.01)))
    again = workspace.monitor.check(path)
    assert again.report.advice == first.report.advice
    assert in_words(again.record) == in_words(first.record)
    assert workspace.monitor.history("telco") == kept
    assert again.report.notices[0].text.startswith("This list was watched before, on ")
    assert workspace.monitor.check(path, keep=False).report.advice == first.report.advice


def test_outcomes_that_were_news_once_give_the_same_answer_and_exit_code_when_told_again(own_telco, line):
    scored = a_list(own_telco, "scored", outcomes=True)
    told = flipped(Path(shutil.copy(scored, own_telco / "told.csv")))
    line("drift", without_outcomes(scored), "--home", own_telco)
    answers = [line("drift", told, "--home", own_telco) for _ in range(3)]
    codes, verdicts = zip(*((code, answer["advice"]) for code, answer in answers), strict=True)
    assert len(set(codes)) == 1 and verdicts[0] == verdicts[1] == verdicts[2]


def test_a_retrain_does_what_drift_advised_of_the_same_list(own_telco, line):
    line("drift", a_list(own_telco, "moved5", plant=MOVED), "--home", own_telco)
    second = a_list(own_telco, "moved6", seed=6, plant=MOVED, outcomes=True)
    code, advised = line("drift", second, "--home", own_telco)
    for name in ("moved5", "moved7"):
        line("drift", a_list(own_telco, name, seed=int(name[-1]), plant=MOVED), "--home", own_telco)
    done, told = line("retrain", second, "--when", "advised", "--quick", "--home", own_telco)
    assert (done, told["verdict"], told["trained"]) == (0, advised["verdict"], code == 3)
    assert told["advice"] == advised["advice"]
