"""The tour opens each screen with its sample, is found again by its address, and starts over."""

from app import demo
from app.demo import CAMPAIGN, DEMOS, SAMPLES, measure_campaign
from app.tour import STOPS
from churn import Workspace
from churn.workspace.campaigns import order_from_choices
from tests.paging import metric, opened, shown


def click(page, label):
    return next(b for b in page.button if b.label == label).click().run()


def test_every_step_names_a_sample_that_is_shipped():
    assert [s.name for s in STOPS if not (SAMPLES / s.sample).is_file()] == []


def test_without_a_model_it_says_what_it_waits_for(monkeypatch, home):
    assert "as soon as the first demo model is made" in shown(opened(monkeypatch, home))


def test_a_step_in_the_address_opens_at_that_step(monkeypatch, demo_telco):
    page = opened(monkeypatch, demo_telco, "overview", sample="telco_today.csv", tour="1")
    assert "A list at a glance." in shown(page)
    click(page, "End the tour")
    assert "A list at a glance." not in shown(page) and "tour" not in page.query_params


def test_next_goes_to_the_next_screen_with_its_sample(monkeypatch, demo_telco):
    page = opened(monkeypatch, demo_telco, "overview", sample="telco_today.csv", tour="1")
    click(page, "Next")
    assert "A messy export is understood." in shown(page)
    assert (page.query_params["sample"], page.query_params["tour"]) == ("telco_messy.csv", "2")


def test_starting_over_begins_at_the_first_step(monkeypatch, demo_telco):
    page = opened(monkeypatch, demo_telco, tour="3")
    click(page, "Start over")
    assert page.query_params["tour"] == "1" and "Overview" in shown(page)


def test_a_step_that_is_not_there_shows_no_tour(monkeypatch, demo_telco):
    assert "Tour, step" not in shown(opened(monkeypatch, demo_telco, "results", tour="99"))


def test_the_step_about_the_report_opens_a_report_of_its_model(monkeypatch, demo_telco):
    page = opened(monkeypatch, demo_telco, "results", sample="telco_today.csv", tour="7")
    click(page, "Next")
    assert "Where the model comes from." in shown(page)
    assert next(m.value for m in page.metric if m.label == "In a word") and "Choose a column" not in shown(page)


def test_the_way_on_keeps_its_place_and_is_the_primary_button(monkeypatch, demo_telco):
    page = opened(monkeypatch, demo_telco, "overview", sample="telco_today.csv", tour="1")
    seen = []
    for _ in range(2):
        buttons = [b for b in page.button if b.key in ("tour back", "tour on", "tour end")]
        seen.append([(b.key, b.proto.type) for b in buttons])
        click(page, "Next")
    assert seen == [[("tour back", "secondary"), ("tour on", "primary"), ("tour end", "secondary")]] * 2


def test_the_last_step_ends_where_ones_own_list_begins(monkeypatch, demo_telco):
    page = opened(monkeypatch, demo_telco, "monitoring", sample="telco_today.csv", tour="9")
    click(page, "Bring your own list")
    assert "There is no list yet" in shown(page) and "tour" not in page.query_params and len(page.file_uploader) == 1


def test_the_step_about_results_shows_a_measured_campaign_of_its_own_business(monkeypatch, demo_telco):
    measure_campaign(demo_telco)
    measure_campaign(demo_telco)  # once is enough
    kept = Workspace(demo_telco).campaigns.list()
    assert [(one.record.campaign, one.measured is not None) for one in kept] == [(CAMPAIGN, True)]
    page = opened(monkeypatch, demo_telco, "plan", sample="telco_today.csv", tour="6")
    click(page, "Next")
    assert page.query_params["campaign"] == CAMPAIGN and metric(page, "Fewer left")


def test_the_demo_campaign_lets_nobody_of_todays_list_rest(demo_telco):
    measure_campaign(demo_telco)
    workspace = Workspace(demo_telco)
    planned = workspace.campaigns.plan(
        workspace.lists.score(SAMPLES / "telco_today.csv", model="demo-telco"), order_from_choices()
    )
    assert planned.campaign.treated > 0 and not [n for n in planned.beside if "rest" in n.text.split()]


def test_the_tours_campaign_is_measured_before_the_next_demo_is_made(monkeypatch, tmp_path):
    done = []
    monkeypatch.setattr(demo, "missing_demos", lambda workspace: DEMOS[:2])
    monkeypatch.setattr(demo, "_make", lambda one, home: done.append(one.name) or [])
    monkeypatch.setattr(demo, "measure_campaign", lambda home: done.append("measured"))
    demo._make_all(tmp_path)
    assert done[:3] == [DEMOS[0].name, "measured", DEMOS[1].name]
