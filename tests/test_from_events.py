"""From events: logs are brought, the slider counts at once, and the table made is the list in hand."""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from churn.training import train as two_ways
from churn.training.train import TrainingComparison
from tests.event_logs import silent_log
from tests.paging import metric, shown

LOG = "user_id,event_time,event_type,price\n" + "".join(
    f"u{who},2026-{month:02}-{1 + (who * 7 + month) % 28:02} 09:00:00 UTC,purchase,10\n"
    for who in range(40)
    for month in range(1, 7)
    if (who * month) % 5
)


def drawn(purpose):
    from app.from_events import from_events, meanings

    from_events(purpose)
    meanings()


def opened(purpose, business):
    page = AppTest.from_function(drawn, args=(purpose,), default_timeout=30)
    page.run()
    page.selectbox[0].select(business).run()
    assert list(page.exception) == []
    return page


def pressed(page, label):
    next(b for b in page.button if b.label == label).click().run()
    assert list(page.exception) == []
    return page


def with_log(purpose, text=LOG):
    page = opened(purpose, "shop")
    page.file_uploader[0].upload("log.csv", text.encode())
    return pressed(page, "Read the logs")


@pytest.fixture(autouse=True)
def own_home(home):
    import streamlit as st

    st.cache_resource.clear()


def test_without_logs_it_asks_for_them():
    assert "There are no logs yet" in shown(opened("score", "shop"))


def test_uploaded_logs_say_what_they_cover_and_the_slider_counts_at_once():
    page = with_log("train")
    assert (metric(page, "First day"), metric(page, "Last day")) == ("02 Jan 2026", "28 Jun 2026")
    assert "of returners are back within" in shown(page)
    page.slider[0].set_value(date(2026, 4, 15)).run()
    counted = [int(metric(page, name)) for name in ("Customers", "Left", "Stayed")]
    assert counted[0] == counted[1] + counted[2] and counted[2] > 0
    assert "were active again later" in shown(page)


def test_today_nobody_knows_yet_who_leaves():
    page = with_log("score")
    assert metric(page, "Left") == "Not known yet"
    assert "can be scored, not learnt from" in shown(page)


@pytest.mark.parametrize(("purpose", "button"), [("score", "Make the list"), ("train", "Make the table to learn from")])
def test_the_table_made_is_in_hand_with_a_line_of_meaning_for_each_column(purpose, button):
    page = pressed(with_log(purpose), button)
    table = page.dataframe[-1].value.set_index("Column")
    assert table.loc["recency_days", "Meaning"] == "Days since the customer was last active"
    assert ("left" in table.index) is (purpose == "train")
    assert (table["Meaning"] != "").all()
    assert "are in hand" in shown(page)


def test_the_sample_logs_of_a_subscription_can_be_taken():
    page = opened("train", "music")
    page.button_group[0].set_value("sample").run()
    page = pressed(page, "Take the sample logs")
    assert "no real person" in shown(page)
    assert "within 30 days" in shown(page)
    assert int(metric(page, "Left")) > 0


def test_logs_that_cannot_be_read_are_one_polite_sentence():
    page = with_log("score", "name,colour\na,red\n")
    assert [e.value for e in page.error] == [page.error[0].value]
    assert "has no column for its key" in page.error[0].value.replace("\\", "")


def test_a_log_that_is_too_short_for_outcomes_says_so():
    page = with_log("train", "user_id,event_time,event_type,price\na,2026-01-01,view,1\nb,2026-01-05,view,1\n")
    assert "too short" in shown(page)


def test_silent_days_are_compared_before_they_can_be_filled_in(monkeypatch):
    asked = []
    answer = TrainingComparison(120, 240, 0.70, 0.72, -0.01, 0.05)
    monkeypatch.setattr(two_ways, "compare_trainings", lambda *tables, **how: asked.append(tables) or answer)
    page = with_log("train", silent_log())
    page.slider[0].set_value(date(2026, 3, 1)).run()
    assert "2026-02-10" in shown(page).replace("\\", "") and page.toggle[0].disabled
    page = pressed(page, "Compare with and without")
    assert answer.sentence in shown(page).replace("\\", "") and not page.toggle[0].disabled
    plain, filled, _ = asked[0]
    assert plain["active_days"].to_pylist() != filled["active_days"].to_pylist()


def test_the_path_stays_folded_until_it_is_opened(home):
    def folded():
        from app.from_events import offer

        offer("score")

    page = AppTest.from_function(folded, default_timeout=30).run()
    assert (list(page.exception), len(page.file_uploader)) == ([], 0)
