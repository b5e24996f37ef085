"""Business: its settings count on every screen at once, and its lists can be dated, opened and removed."""

from datetime import date

from churn import Workspace
from churn.workspace.access import Principal
from tests.paging import metric, opened, shown
from tests.trained import TODAY, rows_of


def pressed(page, label):
    next(b for b in page.button if b.label == label).click().run()
    assert list(page.exception) == []
    return page


def field(page, label, kind="selectbox"):
    return next(one for one in getattr(page, kind) if one.label == label)


def test_without_a_business_it_says_how_one_is_made(monkeypatch, home):
    assert "There is no business yet" in shown(opened(monkeypatch, home, "business"))


def test_changed_settings_count_on_the_overview(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "business")
    field(page, "Currency").set_value("CHF")
    field(page, "Worth is counted over (months)", "number_input").set_value(6.0)
    field(page, "Name", "text_input").set_value("Fernmelder 東京")
    pressed(page, "Save settings")
    settings = Workspace(own_telco).business("Fernmelder 東京").settings
    assert (settings.currency, settings.horizon_months, settings.margin) == ("CHF", 6, 0.5)
    page.query_params["sample"] = "telco_today.csv"
    page.switch_page("screens/overview.py").run()
    at_risk = next(m for m in page.metric if m.label == "Value at risk")
    assert "CHF" in at_risk.value and at_risk.delta == "over 6 months"


def test_a_setting_that_cannot_be_is_refused_and_the_form_stays(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "business")
    field(page, "Name", "text_input").set_value("  ")
    pressed(page, "Save settings")
    assert "A business needs a name" in shown(page)
    assert Workspace(own_telco).business("telco").settings.title == "telco"


def test_lists_are_dated_opened_and_removed(monkeypatch, own_telco):
    lists = Workspace(own_telco).business("telco").lists
    lists.keep((own_telco / TODAY).read_bytes(), TODAY, customers=60, day=date(2026, 11, 23))
    page = opened(monkeypatch, own_telco, "business")
    field(page, "Day", "date_input").set_value(date(2026, 11, 30)).run()
    pressed(page, "Set the day")
    assert [k.day for k in lists.all()] == ["2026-11-30"]
    pressed(page, "Open")
    assert (page.title[0].value, metric(page, "Customers")) == ("Overview", "60")
    page.switch_page("screens/business.py").run()
    pressed(page, "Remove")
    assert lists.all() == () and "No list yet" in shown(page)


def test_a_viewer_sees_the_settings_and_changes_nothing(monkeypatch, own_telco):
    monkeypatch.setattr("app.session.who_visits", lambda workspace: Principal("Vera", "viewer", "key"))
    page = opened(monkeypatch, own_telco, "business")
    assert field(page, "Name", "text_input").disabled and field(page, "Currency").disabled
    assert all(b.disabled for b in page.button if b.label in ("Save settings", "Save words"))


def test_two_weeks_show_who_got_worse_and_why(monkeypatch, own_telco):
    lines = rows_of(own_telco)
    workspace = Workspace(own_telco)
    business = workspace.business("telco")
    place = next(i for i, row in enumerate(lines) if ",Two year," in row)
    first, later = "\n".join(lines), "\n".join([*lines[:place], lines[place].replace("Two year", "Month-to-month")])
    business.lists.keep(first.encode(), "first.csv", customers=60, day=date(2026, 11, 23))
    workspace.lists.keep_summary(workspace.lists.score(first.encode()))
    page = opened(monkeypatch, own_telco, "score")
    page.file_uploader[0].upload("list_2026-11-30.csv", later.encode(), "text/csv").run()
    page.switch_page("screens/overview.py").run()
    assert list(page.exception) == []
    assert "Whose risk rose since 2026" in shown(page).replace("\\", "")
    moved = next(d.value for d in page.dataframe if "why" in d.value.columns)
    assert moved["key"].tolist() == [lines[place].split(",")[0]] and moved["why"][0].startswith("Contract")


def test_three_weeks_dropped_at_once_are_kept_and_the_latest_comes_up(monkeypatch, own_telco):
    lines = rows_of(own_telco)
    weeks = {f"list_2026-11-{day}.csv": "\n".join(lines[: 61 - day // 2]).encode() for day in (30, 16, 23)}
    page = opened(monkeypatch, own_telco, "score")
    for name, content in weeks.items():
        page.file_uploader[0].upload(name, content, "text/csv")
    page.run()
    assert list(page.exception) == []
    kept = Workspace(own_telco).business("telco").lists.all()
    assert [k.day for k in kept] == ["2026-11-30", "2026-11-23", "2026-11-16"]
    page.switch_page("screens/overview.py").run()
    assert metric(page, "Customers") == "45"
    assert len(Workspace(own_telco).business("telco").timeline()) == 3
