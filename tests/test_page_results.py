"""The Results screen: outcomes in, lift with its interval out, and nothing claimed without one."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from app.cache import forget_computed, likely_campaign
from app.session import Drawer, ListInHand
from churn import Workspace
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample
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
    assert any("no campaign yet" in said.value for said in page.markdown)


def test_a_campaign_is_called_by_its_name_as_it_is(opened, own_telco):
    exported(own_telco, "spring-2")
    assert opened().selectbox[0].options == ["spring-2"]


def test_a_campaign_that_was_not_measured_asks_for_outcomes(opened, own_telco):
    exported(own_telco)
    page = opened()
    assert list(page.exception) == []
    assert any("Not measured yet" in said.value for said in page.markdown)
    assert list(page.dataframe[0].value["state"]) == ["Waits for its outcomes"]


def test_outcomes_become_a_lift_with_an_interval(opened, own_telco):
    planned = exported(own_telco)
    page = opened()
    page.file_uploader[0].upload("back.csv", came_back(planned, left=lambda treat: not treat), "text/csv").run()
    next(b for b in page.button if b.label == "Measure").click().run()
    assert list(page.exception) == [] and list(page.error) == []
    assert {"Fewer left", "Measured gain"} <= set(metrics(page))
    assert metrics(page)["Fewer left"].replace("\\", "") == "100.0 points" and "$" in metrics(page)["Measured gain"]
    assert "The campaign kept customers" in page.dataframe[0].value["state"][0]
    parts = next(d.value for d in page.dataframe if "verdict" in d.value.columns)
    assert set(parts["verdict"]) <= {"Fewer left", "More left", "Inconclusive", "Too few to say"}


def test_a_file_of_strangers_is_refused_on_the_screen(opened, own_telco):
    exported(own_telco)
    page = opened()
    page.file_uploader[0].upload("back.csv", b"customerID,Churn\nX1,Yes\nX2,No\n", "text/csv").run()
    next(b for b in page.button if b.label == "Measure").click().run()
    assert "None of these customers" in page.error[0].value
    assert Workspace(own_telco).campaigns.list()[0].measured is None


def test_an_experiment_too_small_to_tell_customers_apart_says_so(opened, own_telco, tmp_path):
    path = tmp_path / "offer.csv"
    write_sample(make_sample("offer", rows=3000), path)
    exported(own_telco)
    page = opened()
    page.session_state["results part"] = "Uplift experiments"
    page.run().file_uploader[0].upload("offer.csv", path.read_bytes(), "text/csv").run()
    choose(page, "Who was treated?", "offer")
    choose(page, "What came of it?", "left")
    choose(page, "Which word is the wanted outcome?", "no")
    next(b for b in page.button if b.label == "Measure the uplift").click().run()
    assert [e.value for e in page.error] == [] and list(page.exception) == []
    assert {"Average effect", "Qini", "Worth contacting", "Better left alone"} <= set(metrics(page))
    assert any("No usable difference between customers" in told.value for told in page.info)
    next(b for b in page.button if b.label == "Put it away").click().run()
    assert {found for _, found in page.session_state["drawer"].latest.values()} == {None}
    assert list(page.exception) == [] and "Who was treated?" not in {s.label for s in page.selectbox}


def test_an_experiment_with_one_arm_is_refused_on_the_screen(opened, own_telco):
    exported(own_telco)
    page = opened()
    page.session_state["results part"] = "Uplift experiments"
    rows = "\n".join(f"k{i},{'a' if i < 150 else 'b'},{'yes' if i % 3 else 'no'}" for i in range(151))
    page.run().file_uploader[0].upload("one.csv", f"id,arm,left\n{rows}\n".encode(), "text/csv").run()
    choose(page, "Who was treated?", "arm")
    choose(page, "What came of it?", "left")
    choose(page, "Which word is the wanted outcome?", "no")
    next(b for b in page.button if b.label == "Measure the uplift").click().run()
    assert list(page.exception) == [] and page.error[0].value


def choose(page, label, option):
    next(s for s in page.selectbox if s.label == label).set_value(option).run()


def test_outcomes_called_churned_are_known_and_a_strange_column_is_chosen_from_a_box(own_telco, opened):
    planned = exported(own_telco)
    table = planned.campaign.table
    strange = table[["customerID"]].assign(
        Fate=["gone fishing" if arm == "holdout" else "here" for arm in table["arm"]]
    )
    page = opened()
    page.file_uploader[0].upload("back.csv", strange.to_csv(index=False).encode(), "text/csv").run()
    assert not any(b.label == "Measure" for b in page.button)
    box = next(s for s in page.selectbox if s.label == "Which column says who left?")
    assert box.options == ["customerID", "Fate"]
    known = table[["customerID"]].assign(Churn=["churned" if arm == "holdout" else "stayed" for arm in table["arm"]])
    page.file_uploader[0].upload("back.csv", known.to_csv(index=False).encode(), "text/csv").run()
    next(b for b in page.button if b.label == "Measure").click().run()
    assert metrics(page)["Held out who left"] is not None and list(page.error) == []


def test_the_latest_campaign_of_the_list_in_hand_is_looked_at_first(monkeypatch):
    kept = [SimpleNamespace(record=SimpleNamespace(campaign=c, model=m)) for c, m in (("b", "bank"), ("t", "telco"))]
    monkeypatch.setattr("app.cache.likely_model", lambda live: "telco" if "telco" in live else live[0])
    assert (likely_campaign(kept), likely_campaign(kept[:1])) == ("t", "b")


def test_what_was_computed_with_the_offers_of_before_is_forgotten_when_a_campaign_has_taught_others(monkeypatch):
    drawer = Drawer()
    known = drawer.put(ListInHand("mine.csv", b"id\n1\n"))
    known.kept_or("scored", lambda: 1)
    drawer.latest["shortlist"] = ("key", 1)
    monkeypatch.setattr("app.cache.drawer", lambda: drawer)
    forget_computed()
    assert (dict(known.kept), drawer.latest) == ({}, {})
