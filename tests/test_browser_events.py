"""From event logs to a campaign in a real browser: learnt at a date, scored as of today, planned and taken home."""

import csv
import io

import pytest
from playwright.sync_api import expect

from app.words import say
from churn.profiles import read_profile
from tests.browsing import choose, go, outside_requests, running_app, settled

pytestmark = pytest.mark.browser
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The server over a home that has no model yet."""
    with running_app(tmp_path_factory.mktemp("from-events")) as address:
        yield address


@pytest.mark.parametrize("business", ["music", "shop"])
def test_logs_become_a_model_a_list_and_a_campaign(browser, fresh, business):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.outside = outside_requests(page, fresh)
    page.goto(f"{fresh}/training")
    settled(page).get_by_text("Learn from a list", exact=True).first.click()
    made_from_logs(settled(page), business, "train")
    learnt(page, business)
    go(page, "score")
    made_from_logs(page, business, "score")
    go(page, "plan")
    page.get_by_role("tab", name=say("campaign.tab_export")).click()
    page.get_by_role("button", name="make its file").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name=say("campaign.download")).first.click()
    rows = list(csv.DictReader(io.StringIO(taken.value.path().read_text(encoding="utf-8-sig"))))
    arms = {arm: sum(row["arm"] == arm for row in rows) for arm in ("treat", "holdout")}
    assert min(arms.values()) > 0 and page.outside == []
    page.close()


def made_from_logs(page, business, purpose):
    """Open the path, take the sample logs of a business, and make the list of the date on the slider."""
    page.get_by_text(say("logs.title")).first.click()
    main = page.get_by_test_id("stMain")  # the sidebar has a business to choose as well
    choose(page, main.get_by_role("combobox", name=say("logs.business")), read_profile(business).recipe["title"])
    settled(page).get_by_text(say("logs.way_sample"), exact=True).click()
    page.get_by_role("button", name=say("logs.take_sample")).click()
    expect(page.get_by_text(say("logs.choose"))).to_be_visible()
    settled(page).get_by_role("button", name=say(f"logs.make_{purpose}")).click()
    expect(page.get_by_text("columns to learn from are in hand")).to_be_visible()
    settled(page)


def learnt(page, business):
    """Train quickly on the list in hand, and see it live."""
    page.get_by_text(say("training.more")).click()
    page.get_by_text(say("training.quick")).click()
    page.get_by_role("button", name=say("training.start"), exact=True).click()
    expect(page.get_by_text(f"{business} v1 is trained")).to_be_visible(timeout=240_000)
    expect(settled(page).get_by_text(say("training.is_live")).first).to_be_visible()
