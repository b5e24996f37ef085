"""Training: guided choices, a job apart, the report card, and the way back."""

import time

from tests.paging import opened, shown


def test_with_nothing_it_says_that_there_is_no_model(monkeypatch, home):
    assert "There is no model yet" in shown(opened(monkeypatch, home, "training"))


def test_a_labelled_list_shows_who_left_before_anything_is_trained(monkeypatch, home):
    page = opened(monkeypatch, home, "training", sample="telco_customers.csv")
    counts = next(d.value for d in page.dataframe if "In the file" in d.value.columns)
    assert dict(zip(counts["In the file"], counts["Customers"], strict=True)) == {"No": 5167, "Yes": 1876}


def test_the_report_card_of_the_live_version_is_on_the_screen(monkeypatch, telco_home):
    page = opened(monkeypatch, telco_home, "training")
    assert "ranks the leaver higher" in shown(page)
    assert len(page.get("plotly_chart")) >= 6


def test_a_list_that_cannot_be_learnt_from_is_refused_in_its_own_sentence(monkeypatch, home):
    page = opened(monkeypatch, home, "training", sample="telco_today.csv")
    place = next(s for s in page.selectbox if s.label == "Which column says who left?")
    place.set_value("gender").run()
    next(b for b in page.button if b.label == "Train").click().run()
    until = time.monotonic() + 60
    while not page.error and time.monotonic() < until:
        time.sleep(0.2)
        page.run()
    assert len(page.error) == 1 and "Traceback" not in shown(page)
