"""The Results screen: outcomes in, lift with its interval out, and nothing claimed without one."""

import pytest
from streamlit.testing.v1 import AppTest

from churn import Desk
from tests.campaigns import came_back, exported
from tests.test_page_plan import SAMPLES, metrics

SCREEN = str(SAMPLES.parent.parent / "app" / "screens" / "results.py")


@pytest.fixture
def opened(own_telco, monkeypatch):
    """Open the screen over a home of one's own."""
    monkeypatch.setenv("CHURN_HOME", str(own_telco))
    import streamlit as st

    st.cache_resource.clear()
    return lambda: AppTest.from_file(SCREEN, default_timeout=60).run()


def test_without_a_campaign_it_says_so(own_telco, monkeypatch):
    monkeypatch.setenv("CHURN_HOME", str(own_telco))
    import streamlit as st

    st.cache_resource.clear()
    page = AppTest.from_file(str(SAMPLES.parent.parent / "app" / "main.py"), default_timeout=60).run()
    page.switch_page("screens/results.py").run()
    assert list(page.exception) == []
    assert any("no campaign yet" in info.value for info in page.info)


def test_a_campaign_that_was_not_measured_asks_for_outcomes(opened, own_telco):
    exported(own_telco)
    page = opened()
    assert list(page.exception) == []
    assert any("Not measured yet" in info.value for info in page.info)


def test_outcomes_become_a_lift_with_an_interval(opened, own_telco):
    planned = exported(own_telco)
    page = opened()
    page.file_uploader[0].upload("back.csv", came_back(planned, left=lambda treat: not treat), "text/csv").run()
    next(b for b in page.button if b.label == "Measure").click().run()
    assert list(page.exception) == [] and list(page.error) == []
    assert {"Fewer left", "At least", "Money saved"} <= set(metrics(page))
    assert metrics(page)["Fewer left"] == "1.0"


def test_a_file_of_strangers_is_refused_on_the_screen(opened, own_telco):
    exported(own_telco)
    page = opened()
    page.file_uploader[0].upload("back.csv", b"customerID,Churn\nX1,Yes\nX2,No\n", "text/csv").run()
    next(b for b in page.button if b.label == "Measure").click().run()
    assert "None of these customers" in page.error[0].value
    assert Desk(own_telco).campaigns()[0].measured is None
