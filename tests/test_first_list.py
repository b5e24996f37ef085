"""The first list of a business: one look at what it proposes, one press, and a first model is there."""

import time

import pytest

from app import jobs
from churn import Workspace
from tests.paging import opened, shown
from tests.trained import HISTORY, TODAY


def with_first(monkeypatch, home, content, name="acme_2026-11-30.csv"):
    page = opened(monkeypatch, home, "score")
    page.file_uploader[0].upload(name, content, "text/csv").run()
    assert list(page.exception) == []
    return page


def field(page, label):
    return next(one for one in page.text_input if one.label == label)


def learn(page):
    next(b for b in page.button if b.label == "Learn from this list").click().run()
    assert list(page.exception) == []
    return page


def test_one_press_makes_the_business_and_its_first_model(monkeypatch, home, own_telco):
    page = with_first(monkeypatch, home, (own_telco / HISTORY).read_bytes())
    assert (field(page, "Name").value, field(page, "Currency").value) == ("Acme", "USD")
    field(page, "Currency").set_value("chf")
    field(page, "Name").set_value("Acme 東京")
    learn(page)
    assert page.title[0].value == "Training"
    (thorough,) = jobs.in_background(home)
    assert thorough.title == "Learning thoroughly for Acme 東京"
    page.switch_page("screens/business.py").run()  # on every screen
    assert any("Learning thoroughly" in str(one.proto) for one in page.sidebar.get("progress"))
    page.switch_page("screens/training.py").run()
    thorough.cancel()
    job = jobs.find_job(home, page.query_params["job"])
    until = time.monotonic() + 120
    while job.progress().state == "running" and time.monotonic() < until:
        time.sleep(0.3)
    assert job.progress().state == "done", job.progress().text
    business = Workspace(home).business("Acme 東京")
    assert (business.has_model, business.settings.currency) == (True, "CHF")
    page.switch_page("screens/training.py").run()
    assert "It is live. It is the first model of this name" in shown(page)


def test_a_list_that_does_not_say_who_left_asks_for_one_that_does(monkeypatch, home, own_telco):
    page = with_first(monkeypatch, home, (own_telco / TODAY).read_bytes())
    assert "There is no model yet" in shown(page)
    assert not any(b.label == "Learn from this list" for b in page.button)


@pytest.mark.parametrize(("name", "said"), [("  ", "needs a name"), ("telco", "There is a business telco already")])
def test_a_name_that_cannot_be_is_refused_and_nothing_starts(monkeypatch, own_telco, name, said):
    rows = [f"c{i};{i % 40};{'ja' if i % 3 else 'nein'}" for i in range(300)]
    page = with_first(monkeypatch, own_telco, "\n".join(["Nr;Besuche;Gekündigt", *rows]).encode(), "laden.csv")
    field(page, "Name").set_value(name)
    learn(page)
    assert said in shown(page) and page.title[0].value == "Score a list"
    assert [b.name for b in Workspace(own_telco).businesses.all()] == ["telco"]


def test_a_list_can_be_dropped_from_every_screen(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "overview")
    page.file_uploader[0].upload(TODAY, (own_telco / TODAY).read_bytes(), "text/csv").run()
    assert list(page.exception) == [] and page.title[0].value == "Score a list"
    assert "60 of 60 customers" in shown(page)
