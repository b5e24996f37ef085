"""The tour opens each screen with its sample, is found again by its address, and starts over."""

from app.demo_models import SAMPLES
from app.tour import STOPS
from tests.paging import opened, shown


def click(page, label):
    return next(b for b in page.button if b.label == label).click().run()


def test_every_step_names_a_sample_that_is_shipped():
    assert [s.name for s in STOPS if not (SAMPLES / s.sample).is_file()] == []


def test_without_a_model_it_says_what_it_waits_for(monkeypatch, home):
    assert "as soon as the first demo model is made" in shown(opened(monkeypatch, home))


def test_a_step_in_the_address_opens_at_that_step(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "overview", sample="telco_today.csv", tour="1")
    assert "A list at a glance." in shown(page)
    click(page, "End the tour")
    assert "A list at a glance." not in shown(page) and "tour" not in page.query_params


def test_next_goes_to_the_next_screen_with_its_sample(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "overview", sample="telco_today.csv", tour="1")
    click(page, "Next")
    assert "A messy export is understood." in shown(page)
    assert (page.query_params["sample"], page.query_params["tour"]) == ("telco_messy.csv", "2")


def test_starting_over_begins_at_the_first_step(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, tour="3")
    click(page, "Start over")
    assert page.query_params["tour"] == "1" and "Overview" in shown(page)


def test_a_step_that_is_not_there_shows_no_tour(monkeypatch, own_telco):
    assert "Tour, step" not in shown(opened(monkeypatch, own_telco, "results", tour="99"))
