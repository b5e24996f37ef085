"""The Campaign screen: budget and offers in, a plan with its proof out, exported once."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from app.demo import SAMPLES
from app.session import Drawer, ListInHand
from churn import Workspace
from churn.errors import RequestRefused
from churn.store.campaigns import campaigns
from churn.store.database import open_engine
from churn.workspace.campaigns import playbook_rows, playbook_with
from tests.receiver import receiving
from tests.trained import TODAY

SCREEN = str(SAMPLES.parent.parent / "app" / "screens" / "plan.py")


@pytest.fixture
def page(own_telco, monkeypatch):
    """The screen over a home with a model, with 60 customers in hand."""
    monkeypatch.setenv("CHURN_HOME", str(own_telco))
    import streamlit as st

    st.cache_resource.clear()
    page = AppTest.from_file(SCREEN, default_timeout=60)
    drawer = Drawer()
    page.session_state["list"] = drawer.put(ListInHand(TODAY, (own_telco / TODAY).read_bytes())).number
    page.session_state["drawer"] = drawer
    page.home = own_telco
    return page.run()


def metrics(page):
    return {m.label: m.value for m in page.metric}


def slider(page, label):
    return next(s for s in page.slider if s.label.replace("\\", "") == label)


def at_part(page, part):
    page.session_state["campaign part"] = part
    return page.run()


def test_without_a_list_it_says_where_to_bring_one(own_telco, monkeypatch):
    monkeypatch.setenv("CHURN_HOME", str(own_telco))
    page = AppTest.from_file(str(SAMPLES.parent.parent / "app" / "main.py"), default_timeout=60).run()
    page.switch_page("screens/plan.py").run()
    assert list(page.exception) == []
    assert any("no list" in said.value for said in page.markdown)


def test_a_list_becomes_a_plan_with_what_it_can_prove(page):
    assert list(page.exception) == [] and list(page.error) == []
    assert {"Treated", "Held out", "Expected cost", "Expected gain"} <= set(metrics(page))
    assert metrics(page)["Expected cost"].replace("\\", "").startswith("$")
    assert any("held out" in w.value for w in page.warning)
    assert any("assumed until a campaign has been measured" in m.value for m in page.markdown)


def test_every_estimate_of_the_playbook_is_named_and_marked_assumed(page):
    table = page.dataframe[0].value
    assert set(table["said"]) == {"assumed"} and table["what"].notna().all()
    assert {"Share it saves", "Taken by stayers"} <= set(table["what"])


def test_the_typed_budget_stands_as_money_beside_its_field_which_has_no_decimals(page):
    field = next(f for f in page.number_input if f.label.startswith("Typed: "))
    field.set_value(1060.0).run()
    field = next(f for f in page.number_input if f.label.startswith("Typed: "))
    assert (field.label.replace("\\", ""), field.value) == ("Typed: $1,060", 1060)
    assert field.proto.format == "%.0f"


def test_a_budget_of_nothing_treats_nobody_and_says_why(page):
    slider(page, "Budget ($)").set_value(0.0).run()
    assert list(page.exception) == []
    assert metrics(page)["Treated"] == "0"
    assert any("Nobody is treated" in m.value and "budget" in m.value for m in page.markdown)


def test_a_channel_gets_no_more_than_its_room(page):
    slider(page, "At most by call").set_value(2).run()
    totals = page.dataframe[-1].value
    assert list(page.exception) == [] and totals.loc[totals["channel"] == "call", "treated"].sum() <= 2


def test_exporting_keeps_the_campaign_and_offers_its_file(page, own_telco):
    at_part(page, "Export")
    next(b for b in page.button if "make its file" in b.label).click().run()
    assert list(page.exception) == [] and list(page.error) == []
    kept = campaigns(open_engine(own_telco))
    assert len(kept) == 1 and kept[0].campaign in page.success[0].value
    assert any("CHURN_PUSH_URL" in c.value for c in page.caption)


def test_a_campaign_is_pushed_after_it_was_looked_at(page, monkeypatch):
    at_part(page, "Export")
    next(b for b in page.button if "make its file" in b.label).click().run()
    with receiving(monkeypatch) as receiver:
        page.run()
        assert next(b for b in page.button if b.label == "Send").disabled
        next(b for b in page.button if b.label == "Show what would be sent").click().run()
        assert receiver.got == [] and any("Nothing was sent" in i.value for i in page.info)
        next(b for b in page.button if b.label == "Send").click().run()
    assert len(receiver.got) == 1 and any("1 message arrived" in s.value for s in page.success)


def test_a_threshold_is_told_in_people_and_money(page):
    at_part(page, "Other ways to choose")
    before = metrics(page)
    slider(page, "Contact everybody likelier to leave than").set_value(0).run()
    assert int(before["Contacted"]) < int(metrics(page)["Contacted"]) == 60
    assert list(page.exception) == [] and {"Leavers reached", "Stayers reached"} <= set(metrics(page))


@pytest.mark.parametrize("part", ["Who gets what", "What it hangs on"])
def test_every_part_opens(page, part):
    at_part(page, part)
    assert list(page.exception) == [] and list(page.error) == []


def test_a_cell_that_cannot_be_right_is_named_and_the_plan_stands(page):
    workspace = Workspace(page.home)
    playbook = workspace.playbooks.get("telco").playbook
    rows = playbook_rows(playbook)
    for change, said in (({"low": 0.9}, "not in order"), ({"mid": None}, "mid is empty"), ({"high": 3.0}, "more than")):
        with pytest.raises(RequestRefused, match=rf"{re.escape(rows[0]['title'])}, share it saves.*{said}"):
            playbook_with(playbook, [{**rows[0], **change}])


def test_a_playbook_text_with_a_mistake_is_refused_with_its_line(page):
    page.text_area[0].set_value("[actions.tea]\nsaves = 1\n").run()
    assert "line 2" in page.error[0].value and metrics(page)["Treated"] != "0"
    page.text_area[0].set_value('[actions.tea]\nchannel = "shop"\nsave = 0.3\n').run()
    assert list(page.error) == [] and any("tried out" in c.value for c in page.caption)
