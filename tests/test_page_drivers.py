"""Drivers: every part shows its finding, is computed when it is opened, and says that nothing here is a cause."""

import pytest

from tests.paging import opened, shown

PARTS = {
    "What matters": (3, "moves the scores most"),
    "One driver": (2, "of all"),
    "Segments": (1, "of all expected leavers"),
    "Compare two groups": (1, "likely to leave"),
    "Working together": (2, "nearly by itself"),
    "Fairness": (1, "protected groups"),
}


def page_of(monkeypatch, home, part="", sample="telco_today.csv"):
    """The screen over a sample, one of its parts opened."""
    page = opened(monkeypatch, home, "drivers", sample=sample)
    if part:
        page.session_state["drivers part"] = part
        page.run()
    assert list(page.exception) == []
    return page


def test_without_a_list_it_says_where_to_bring_one(monkeypatch, home):
    assert "There is no list yet" in shown(opened(monkeypatch, home, "drivers"))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_shows_its_pictures_and_its_finding_and_no_other_part(monkeypatch, telco_home, part):
    page = page_of(monkeypatch, telco_home, part)
    charts, finding = PARTS[part]
    assert (len(page.get("plotly_chart")), finding in shown(page)) == (charts, True)
    assert "what a campaign with a holdout measures" in shown(page)


def test_without_known_outcomes_nobody_says_how_long_customers_stay(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home, "How long they stay")
    assert "does not say who left" in shown(page) and not page.get("plotly_chart")


def test_with_known_outcomes_curves_are_drawn_together_and_apart(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home, "How long they stay", sample="telco_customers.csv")
    assert "are still customers" in shown(page)
    next(s for s in page.selectbox if s.label == "Apart for").set_value("Contract").run()
    assert "are still here" in shown(page) and "against" in shown(page)


def test_any_column_of_the_list_can_be_looked_at(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home, "One driver")
    page.selectbox[0].set_value("PaymentMethod").run()
    assert "lectronic check" in shown(page)


def test_two_groups_of_any_column_are_compared(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home, "Compare two groups")
    page.selectbox[0].set_value("Contract").run()
    page.selectbox[1].set_value("Two-year contract").run()
    assert "year contract" in shown(page) and "Everybody else" in page.selectbox[2].options


def test_no_column_is_called_by_its_raw_name_and_nothing_is_in_log_odds(monkeypatch, telco_home):
    for part in PARTS:
        page = page_of(monkeypatch, telco_home, part)
        words = shown(page) + "".join(c.proto.spec for c in page.get("plotly_chart"))
        raw = {"MonthlyCharges", "InternetService", "SeniorCitizen", "log-odds"}
        assert raw & set(words.replace('"', " ").split()) == set()


def test_a_picture_is_small_on_the_wire(monkeypatch, telco_home):
    page = page_of(monkeypatch, telco_home, "What matters")
    assert sum(len(c.proto.spec) for c in page.get("plotly_chart")) < 30_000
