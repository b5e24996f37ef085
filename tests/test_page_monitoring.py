"""Monitoring: advice first, something real on the first visit, a history that grows, a retrain as a job."""

import json

from app.jobs import Job
from churn import Workspace
from churn.training.registry import load, save
from tests.paging import metric, opened, shown
from tests.watched import a_list, two_moved


def pressed(page, label):
    """The screen after a click."""
    next(b for b in page.button if b.label == label).click().run()
    assert list(page.exception) == []
    return page


def ended_job(home, answer):
    """A job that has ended with this answer."""
    folder = home / "data" / "jobs" / "ended"
    folder.mkdir(parents=True)
    (folder / "answer").write_text(json.dumps(answer), encoding="utf-8")
    return Job(folder)


def test_with_nothing_it_says_that_there_is_no_model(monkeypatch, home):
    assert "There is no model to watch yet" in shown(opened(monkeypatch, home, "monitoring"))


def test_the_first_visit_shows_a_sample_and_keeps_nothing(monkeypatch, demo_telco):
    page = opened(monkeypatch, demo_telco, "monitoring")
    assert metric(page, "Customers") == "1500" and "synthetic sample telco" in shown(page)
    assert len(page.get("plotly_chart")) == 4
    assert Workspace(demo_telco).monitor.history("demo-telco") == ()


def test_a_kept_list_is_in_the_history(monkeypatch, own_telco):
    page = pressed(
        opened(monkeypatch, own_telco, "monitoring", sample="telco_today.csv"), "Keep this list in the history"
    )
    assert [r.source for r in Workspace(own_telco).monitor.history("telco")] == ["telco_today.csv"]
    assert len(page.get("plotly_chart")) == 8


def test_a_short_list_is_never_called_sound(monkeypatch, own_telco):
    Workspace(own_telco).monitor.check(a_list(own_telco, "short", rows=40))
    page = opened(monkeypatch, own_telco, "monitoring", sample="telco_today.csv")
    next(s for s in page.selectbox if s.label == "List shown").set_value(0).run()
    assert "Too few customers to tell" in shown(page) and "40 customers are too few to judge drift" in shown(page)
    assert [m.value for m in page.metric if m.label == "Columns moved"] == ["Not judged"]


def test_an_earlier_list_is_looked_at_again_with_its_advice(monkeypatch, own_telco):
    two_moved(own_telco)
    page = opened(monkeypatch, own_telco, "monitoring", sample="telco_today.csv")
    next(s for s in page.selectbox if s.label == "List shown").set_value(0).run()
    assert list(page.exception) == []
    assert "on 2 lists in a row" in shown(page)


def test_a_challenger_is_shown_beside_the_champion(monkeypatch, own_telco):
    save(own_telco, load(own_telco, "telco", "v1"))
    page = opened(monkeypatch, own_telco, "monitoring", sample="telco_today.csv")
    assert metric(page, "Same tier") == "1.0" and "Who is right is told once outcomes" in shown(page)


def test_a_list_without_outcomes_cannot_be_retrained_on(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "monitoring", sample="telco_today.csv")
    assert next(b for b in page.button if b.label == "Retrain on this list").disabled


def test_a_retrain_is_a_job_on_the_list_in_hand(monkeypatch, own_telco):
    asked = []

    def start(home, words, upload, suffix, *, asked_by, filename):
        asked.append((words, len(upload), suffix, asked_by.name, filename))
        return ended_job(home, {"trained": True, "promoted": True, "why": "It is better."})

    monkeypatch.setattr("app.jobs.start_job", start)
    page = opened(monkeypatch, own_telco, "monitoring", sample="telco_customers.csv")
    pressed(page, "Retrain on this list")
    assert asked[0][0] == ["retrain", "--model=telco"]
    assert asked[0][2:] == (".csv", "this machine", "telco_customers.csv")
    assert any(s.proto.title == "The new version is live" and "It is better" in s.value for s in page.success)


def test_a_retrain_that_kept_the_champion_says_so(monkeypatch, own_telco):
    job = ended_job(own_telco, {"trained": True, "promoted": False, "why": "The champion stays."})
    page = opened(monkeypatch, own_telco, "monitoring", job=job.number)
    assert any(s.proto.title == "The live version stays" for s in page.success)


def test_a_list_that_no_model_fits_is_refused_in_a_sentence(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "monitoring", sample="bank_today.csv")
    assert len(page.error) == 1 and "Traceback" not in shown(page)
    assert "If it is a list of another business, choose its model" in page.error[0].value
    assert "--map" not in shown(page)
