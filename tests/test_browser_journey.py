"""The analyst's journey in a real browser: a messy export becomes ranked customers with reasons."""

import pytest
from playwright.sync_api import expect

from churn.samples.shipped import FOLDER
from tests.browsing import outside_requests, running_app

pytestmark = pytest.mark.browser
PATIENCE = 60_000


@pytest.fixture(scope="module")
def address(browser, telco_home):
    with running_app(telco_home) as found:
        yield found


def test_a_messy_export_is_read_ranked_and_one_customer_explained(browser, address):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    outside = outside_requests(page, address)
    page.goto(f"{address}/score")
    page.locator("input[type=file]").set_input_files(FOLDER / "telco_messy.csv")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("599", timeout=PATIENCE)
    expect(page.get_by_text("Who to look at first")).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download all 599 customers").click()
    assert len(taken.value.path().read_text().splitlines()) == 600
    page.get_by_role("link", name="One customer").click()
    page.get_by_role("combobox").first.click()
    page.get_by_role("option").first.click()
    expect(page.get_by_text("Raises the risk", exact=True)).to_be_visible(timeout=PATIENCE)
    assert outside == []
    page.close()


def test_a_link_to_a_sample_customer_opens_it(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/customer?sample=telco_today.csv&customer=9520-SBSZF")
    expect(page.get_by_text("not shown to be its cause")).to_be_visible(timeout=PATIENCE)
    page.close()
