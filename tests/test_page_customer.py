"""One customer: found by key or typed in, explained in words, asked what if, and seen among others."""

from churn import Workspace
from tests.paging import metric, opened, shown

KEY = "9520-SBSZF"


def page_of(monkeypatch, home, **address):
    """The first customer of the telco sample on screen."""
    return opened(monkeypatch, home, "customer", **{"sample": "telco_today.csv", "customer": KEY, **address})


def part_of(page, name):
    """One of the parts below, opened."""
    page.session_state["customer part"] = name
    page.run()
    assert list(page.exception) == []
    return page


def field(page, label):
    return next(f for f in (*page.selectbox, *page.number_input) if f.label == label)


def test_without_a_list_or_a_model_it_says_where_to_get_one(monkeypatch, home):
    page = opened(monkeypatch, home, "customer")
    assert "There is no model yet" in shown(page)
    page.segmented_control[0].set_value("list").run()
    assert "There is no list yet" in shown(page)


def test_a_link_with_a_key_opens_that_customer_with_reasons(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home)
    assert page.selectbox[0].value == KEY
    assert "raises the risk" in shown(page) and "not shown to be its cause" in shown(page)
    assert "Of 100 customers scored from " in shown(page)
    assert next(m.delta for m in page.metric if m.label == "Value at risk") == "over 18 months"
    assert len(page.get("plotly_chart")) == 1


def test_a_group_of_the_waterfall_opens_into_its_columns(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home)
    page.pills[0].set_value(page.pills[0].options[0]).run()
    assert len(page.get("plotly_chart")) == 2


def test_changing_what_an_offer_can_change_shows_the_new_probability(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home)
    field(page, "Contract").set_value("Two year").run()
    before, after = metric(page, "Probability of leaving"), metric(page, "The probability would be")
    assert float(after) < float(before)
    assert "Contract:" in shown(page)


def test_every_field_can_be_asked_about(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home)
    few = len(page.number_input)
    page.toggle[0].set_value(True).run()
    field(page, "Time as a customer").set_value(70).run()
    assert len(page.number_input) > few and "No offer can change tenure" in shown(page)


def test_changes_are_tied_to_offers_that_exist_and_say_what_they_assume(monkeypatch, telco_home):
    page = part_of(page_of(monkeypatch, telco_home), "What could be offered")
    assert "Nearest changes" in shown(page) and "how many it keeps is assumed until a campaign" in shown(page)
    assert len(page.dataframe) == 1


def test_similar_customers_who_stay_are_of_the_list_and_not_the_customer(monkeypatch, telco_home):
    page = part_of(page_of(monkeypatch, telco_home), "Similar customers")
    near = page.dataframe[0].value
    assert len(near) == 5 and KEY not in set(near["key"])
    assert "predicted to stay" in shown(page)


def test_a_customer_the_book_does_not_know_has_no_history(monkeypatch, telco_home):
    page = part_of(page_of(monkeypatch, telco_home), "History")
    assert "The database holds nothing of this customer yet" in shown(page)


def test_a_customer_is_typed_in_without_any_list(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "customer")
    field(page, "Time as a customer").set_value(2)
    page.button[0].click().run()
    typical = {
        f.name: f.typical for f in Workspace(telco_home).customers.form(Workspace(telco_home).models.get("telco"))
    }
    workspace = Workspace(telco_home)
    told = workspace.customers.explain_values(workspace.models.get("telco"), {**typical, "tenure": 2.0}).explanation
    assert float(metric(page, "Probability of leaving")) == round(told.probability, 3)
    assert "Similar customers are found within a list" in shown(part_of(page, "Similar customers"))


def test_a_key_that_is_not_in_the_list_opens_nobody(monkeypatch, telco_home):
    assert "Pick a customer" in shown(page_of(monkeypatch, telco_home, customer="nobody"))


def test_the_screen_shows_the_workspaces_own_number(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home)
    from app.demo import SAMPLES

    told = Workspace(telco_home).customers.explain(SAMPLES / "telco_today.csv", KEY).explanation
    assert float(metric(page, "Probability of leaving")) == round(told.probability, 3)
