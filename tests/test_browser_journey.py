"""The whole journey in a real browser: a messy export becomes a campaign and its measured lift; a list, a live model.

Each test goes on where the one before stopped, in one visit, as a person would.
"""

import csv
import io
import random

import pytest
from playwright.sync_api import expect

from app.words import say
from churn.samples.shipped import FOLDER
from tests.browsing import choose, go, outside_requests, settled
from tests.test_dashboard_socket import streamlit_run
from tests.trained import HISTORY, TODAY

pytestmark = pytest.mark.browser
PATIENCE = 60_000
KEPT = ("sample=telco_today.csv", "model=telco", "customer=9520-SBSZF")
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def visit(browser, app_address):
    """One person's visit; nothing of it may leave the machine."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.outside = outside_requests(page, app_address)
    page.goto(f"{app_address}/score")
    yield settled(page)
    page.close()


def upload(page, name, content):
    field = page.get_by_test_id("stMain").locator("input[type=file]").first
    field.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def downloaded(page, label):
    with page.expect_download() as taken:
        page.get_by_role("button", name=label).first.click()
    return list(csv.DictReader(io.StringIO(taken.value.path().read_text(encoding="utf-8-sig"))))


def test_a_messy_export_is_read_a_doubtful_column_confirmed_and_the_customers_ranked(visit):
    export = (FOLDER / "telco_messy.csv").read_bytes().replace(b"Technischer Support", b"Tech Supp")
    upload(visit, "telco_today.csv", export)  # called as a sample: it must stay the list in hand
    expect(visit.get_by_text(say("score.matches_title"))).to_be_visible()
    visit.get_by_role("button", name=say("score.confirm")).click()
    expect(visit.get_by_text(say("score.matches_title"))).to_be_hidden()
    assert len(downloaded(settled(visit), "Download all 599 customers")) == 599


def test_a_customer_is_opened_and_asked_what_if(visit):
    go(visit, "customer")
    main = visit.get_by_test_id("stMain")
    choose(visit, main.get_by_role("combobox", name=say("customer.pick")))
    expect(visit.get_by_text(say("customer.raising"), exact=True).first).to_be_visible()
    field = settled(visit).get_by_test_id("stMain").get_by_role("combobox", name="Contract", exact=True)
    choose(visit, field, "One-year contract" if "Two-year" in (field.input_value() or "") else "Two-year contract")
    expect(visit.get_by_text(say("customer.would_be")).first).to_be_visible()


def test_the_list_becomes_a_campaign_that_is_exported_and_its_outcomes_measured(visit):
    go(visit, "plan")
    budget = visit.get_by_role("slider", name=say("campaign.budget")).first
    budget.wait_for(timeout=PATIENCE)
    for _ in range(5):
        budget.press("ArrowLeft")
    visit.wait_for_timeout(500)
    most = float(settled(visit).get_by_role("slider", name=say("campaign.budget")).first.input_value())
    visit.get_by_role("tab", name=say("campaign.tab_export")).click()
    visit.get_by_role("button", name="make its file").click()
    rows = downloaded(visit, say("campaign.download"))
    arms = {arm: sum(row["arm"] == arm for row in rows) for arm in ("treat", "holdout")}
    assert min(arms.values()) > 0 and 0 < sum(float(row["cost"] or 0) for row in rows) <= most
    go(visit, "results")
    upload(visit, "outcomes.csv", outcomes(rows))
    visit.get_by_role("button", name=say("results.measure"), exact=True).click()
    expect(visit.get_by_text(say("results.lift")).first).to_be_visible()
    assert visit.outside == []


def outcomes(rows):
    """What became of the customers of a campaign: fewer of the treated left."""
    draw, key = random.Random(1), next(iter(rows[0]))
    left = ["yes" if draw.random() < (0.2 if row["arm"] == "treat" else 0.6) else "no" for row in rows]
    lines = [f"{key},Churn", *(f"{row[key]},{word}" for row, word in zip(rows, left, strict=True))]
    return "\n".join(lines).encode()


def test_a_list_with_outcomes_is_learnt_from_and_its_version_goes_live(visit, telco_home):
    go(visit, "training")
    visit.get_by_text("Learn from a list", exact=True).first.click()
    upload(visit, "history.csv", (telco_home / HISTORY).read_bytes())
    visit.get_by_text(say("training.more")).click()
    visit.get_by_text(say("training.quick")).click()
    visit.get_by_role("button", name=say("training.start"), exact=True).click()
    expect(visit.get_by_text("telco v2 is trained")).to_be_visible(timeout=180_000)
    page = settled(visit)
    if page.get_by_text(say("training.is_live")).count() == 0:
        page.get_by_role("button", name=say("training.promote")).click()
        page.get_by_label(say("training.why")).fill("Tried in the journey.")
        page.get_by_role("button", name=say("training.do_it")).click()
    expect(page.get_by_text(say("training.is_live")).first).to_be_visible()


def test_a_reload_finds_the_list_the_model_and_the_customer_again(browser, app_address):
    page = browser.new_page()
    page.goto(f"{app_address}/customer?sample=telco_today.csv&model=telco&customer=9520-SBSZF")
    go(settled(page), "overview")
    page.wait_for_url(lambda url: all(word in url for word in KEPT))
    page.reload()
    expect(settled(page).get_by_text(say("overview.leavers"), exact=True)).to_be_visible()
    page.close()


def test_a_reload_keeps_the_lists_that_were_brought_and_a_stranger_sees_none(browser, app_address, telco_home):
    mine = browser.new_context()
    page = mine.new_page()
    page.goto(f"{app_address}/score")
    for name in ("first.csv", "second.csv"):  # the second is chosen as soon as the first is on its way
        field = settled(page).get_by_test_id("stMain").locator("input[type=file]").first
        field.set_input_files({"name": name, "mimeType": "text/csv", "buffer": (telco_home / TODAY).read_bytes()})
    field = page.get_by_test_id("stSidebar").get_by_role("combobox", name=say("sidebar.list"))
    expect(field).to_have_value("second.csv")
    page.reload()
    expect(field).to_have_value("second.csv")
    settled(page)
    stranger = browser.new_page()
    stranger.goto(page.url)
    expect(settled(stranger).get_by_text(say("list.none"))).to_be_visible()
    stranger.close()
    choose(page, field, "first.csv")
    expect(field).to_have_value("first.csv")
    mine.close()


def test_a_click_on_a_customer_opens_them_and_one_press_of_back_returns(browser, app_address):
    page = browser.new_page(viewport={"width": 1440, "height": 1100})
    page.goto(f"{app_address}/score?sample=telco_today.csv&model=telco")
    page.get_by_role("button", name="Download all 1,500 customers").wait_for(timeout=PATIENCE)
    table = settled(page).locator("[data-testid=stDataFrame]:visible").last
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    place = table.bounding_box()
    page.mouse.click(place["x"] + 160, place["y"] + 75)
    page.wait_for_url("**/customer?*")
    settled(page).go_back()
    page.wait_for_url("**/score?*")
    expect(settled(page).get_by_text(say("score.ranked_title"))).to_be_visible()
    page.close()


def test_one_press_of_back_returns_from_every_screen_that_was_chosen_in_the_sidebar(browser, app_address):
    page = browser.new_page()
    page.goto(f"{app_address}/overview?sample=telco_today.csv&model=telco")
    steps = settled(page).evaluate("history.length")
    chosen = ("score", "training", "monitoring")
    for name in chosen:
        go(page, name)
    assert page.evaluate("history.length") == steps + len(chosen)
    for name in ("training", "score", "overview"):
        page.go_back()
        page.wait_for_url(f"**/{name}?sample=telco_today.csv&model=telco")
        expect(settled(page).get_by_role("heading", level=1)).to_have_text(say(f"{name}.title"))
    page.close()


def test_a_reload_of_the_first_page_keeps_the_list_under_streamlit_run(browser, telco_home):
    with streamlit_run(telco_home) as address:
        mine = browser.new_context()
        page = mine.new_page()
        page.goto(f"{address}/score")
        upload(settled(page), "mine.csv", (telco_home / TODAY).read_bytes())
        field = page.get_by_test_id("stSidebar").get_by_role("combobox", name=say("sidebar.list"))
        expect(field).to_have_value("mine.csv")
        for _ in range(2):  # the bare address, then a reload of it
            page.goto(f"{address}/")
            expect(field).to_have_value("mine.csv")
            settled(page).reload()
            expect(field).to_have_value("mine.csv")
            settled(page)
        mine.close()
