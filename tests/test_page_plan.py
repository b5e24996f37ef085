"""The Campaign screen: budget and offers in, a plan with its proof out, exported once."""

import pytest
from streamlit.testing.v1 import AppTest

from app.state import SAMPLES, ListInHand
from app.state.drawers import Drawer
from churn.book.journal import campaigns
from churn.book.tables import open_book
from tests.trained import TODAY

SCREEN = str(SAMPLES.parent.parent / "app" / "screens" / "plan.py")


@pytest.fixture
def page(own_telco, monkeypatch):
    """The screen over a home with a model, with 60 customers in hand."""
    monkeypatch.setenv("CHURN_HOME", str(own_telco))
    import streamlit as st

    st.cache_resource.clear()
    page = AppTest.from_file(SCREEN, default_timeout=60)
    page.session_state["drawer"] = Drawer(ListInHand(TODAY, (own_telco / TODAY).read_bytes()))
    return page.run()


def metrics(page):
    return {m.label: m.value for m in page.metric}


def test_without_a_list_it_says_where_to_bring_one(own_telco, monkeypatch):
    monkeypatch.setenv("CHURN_HOME", str(own_telco))
    page = AppTest.from_file(str(SAMPLES.parent.parent / "app" / "main.py"), default_timeout=60).run()
    page.switch_page("screens/plan.py").run()
    assert list(page.exception) == []
    assert any("no list" in said.value for said in page.markdown)


def test_a_list_becomes_a_plan_with_what_it_can_prove(page):
    assert list(page.exception) == [] and list(page.error) == []
    assert {"Treated", "Held out", "Expected cost", "Gain, low", "Gain, mid", "Gain, high"} <= set(metrics(page))
    assert any("held out" in w.value for w in page.warning)
    assert any("assumed, not measured" in m.value for m in page.markdown)


def test_every_estimate_of_the_playbook_is_named_and_marked_assumed(page):
    table = page.dataframe[0].value
    assert set(table["said"]) == {"assumed"} and table["what"].notna().all()
    assert {"Share it saves", "Taken by stayers"} <= set(table["what"])


def test_a_budget_of_nothing_treats_nobody_and_says_why(page):
    page.number_input[0].set_value(0.0).run()
    assert list(page.exception) == []
    assert metrics(page)["Treated"] == "0"
    assert any("Nobody is treated" in m.value and "budget" in m.value for m in page.markdown)


def test_exporting_keeps_the_campaign_and_offers_its_file(page, own_telco):
    next(b for b in page.button if "make its file" in b.label).click().run()
    assert list(page.exception) == [] and list(page.error) == []
    kept = campaigns(open_book(own_telco))
    assert len(kept) == 1 and kept[0].campaign.replace("-", r"\-") in page.success[0].value
