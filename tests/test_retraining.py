"""Retraining: one command that watches, learns and lets only a better version go live."""

import pytest

from churn import Workspace
from churn.errors import ListRefused, Unavailable
from churn.training.registry import alone_at, champion, versions
from tests.watched import MOVED, a_list


def test_a_list_that_advises_nothing_is_not_learnt_from_when_only_advised(own_telco):
    done = Workspace(own_telco).monitor.retrain(a_list(own_telco, "new", outcomes=True), when="advised")
    assert (done.trained, done.promoted, done.watched.report.verdict) == (None, False, "keep")
    assert done.why.startswith("Nothing was learnt, because nothing advises it.")
    assert versions(own_telco, "telco") == ("v1",)


def test_a_new_version_goes_live_only_through_the_gate(own_telco):
    moved = a_list(own_telco, "moved", rows=1500, plant=MOVED, outcomes=True)
    done = Workspace(own_telco).monitor.retrain(moved, quick=True)
    assert versions(own_telco, "telco") == ("v1", "v2")
    assert champion(own_telco, "telco").version == ("v2" if done.promoted else "v1")
    told = done.as_json()
    assert (told["trained"], told["version"], told["why"]) == (True, "v2", done.trained.verdict.why)


def test_a_worse_version_never_goes_live(own_telco, monkeypatch):
    from churn.training.gate import GateVerdict

    monkeypatch.setattr("churn.training.gate.gate", lambda *_: GateVerdict(False, "The champion stays: worse."))
    done = Workspace(own_telco).monitor.retrain(a_list(own_telco, "new", outcomes=True), quick=True)
    assert (done.promoted, champion(own_telco, "telco").version) == (False, "v1")


def test_a_list_that_does_not_say_who_left_is_refused_before_anything_is_written(own_telco):
    with pytest.raises(ListRefused, match="does not say who left: it has no column Churn"):
        Workspace(own_telco).monitor.retrain(a_list(own_telco, "today"))
    assert Workspace(own_telco).monitor.history("telco") == ()


def test_faulty_data_is_never_learnt_from(own_telco):
    path = a_list(own_telco, "cents", outcomes=True)
    lines = path.read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("MonthlyCharges")
    cells = [line.split(",") for line in lines[1:]]
    for row in cells:
        row[place] = str(round(float(row[place]) * 100))
    path.write_text("\n".join([lines[0], *(",".join(row) for row in cells)]) + "\n", encoding="utf-8")
    done = Workspace(own_telco).monitor.retrain(path)
    assert done.trained is None and "100 times larger" in done.why and "Correct the data" in done.why


def test_two_retrains_of_a_model_cannot_collide(own_telco):
    with alone_at(own_telco, "telco", "retrain"), pytest.raises(Unavailable, match="Another retrain of telco"):
        Workspace(own_telco).monitor.retrain(a_list(own_telco, "new", outcomes=True))
