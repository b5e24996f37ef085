"""One customer: found by key, explained in words, and asked what if."""

from churn import Desk
from tests.paging import metric, opened, shown


def page_of(monkeypatch, home):
    """The first customer of the telco sample on screen."""
    return opened(monkeypatch, home, "customer", sample="telco_today.csv", customer="9520-SBSZF")


def test_without_a_list_it_says_where_to_bring_one(monkeypatch, home):
    assert "There is no list yet" in shown(opened(monkeypatch, home, "customer"))


def test_a_link_with_a_key_opens_that_customer_with_reasons(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home)
    assert page.selectbox[0].value == "9520-SBSZF"
    assert "raises the risk" in shown(page) and "not shown to be its cause" in shown(page)
    assert len(page.get("plotly_chart")) == 1


def test_changing_what_an_offer_can_change_shows_the_new_probability(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home)
    contract = next(s for s in page.selectbox if s.label == "How long the contract runs")
    contract.set_value("Two year").run()
    before, after = metric(page, "Probability of leaving"), metric(page, "The probability would be")
    assert float(after) < float(before)


def test_a_key_that_is_not_in_the_list_opens_nobody(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "customer", sample="telco_today.csv", customer="nobody")
    assert "Pick a customer" in shown(page)


def test_the_screen_shows_the_desks_own_number(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home)
    desk = Desk(telco_home)
    from app.state import SAMPLES

    told = desk.explain(SAMPLES / "telco_today.csv", "9520-SBSZF").explanation
    assert float(metric(page, "Probability of leaving")) == told.probability
