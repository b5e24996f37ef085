"""The frame in a real browser: it opens, asks nothing of the network, and fits a phone."""

import pytest
from playwright.sync_api import expect

from tests.browsing import outside_requests

pytestmark = pytest.mark.browser


def opened(browser, address, path="/", **looks):
    page = browser.new_page(**looks)
    seen = outside_requests(page, address)
    page.goto(address + path)
    return page, seen


def test_the_first_screen_opens_and_no_request_leaves_the_machine(browser, app_address):
    page, seen = opened(browser, app_address)
    expect(page.get_by_role("heading", name="From a customer list to a retention campaign")).to_be_visible(
        timeout=30000
    )
    page.wait_for_load_state("networkidle")
    assert seen == []
    page.close()


def test_the_documentation_of_the_api_opens_offline(browser, app_address):
    page, seen = opened(browser, app_address, "/docs")
    expect(page.get_by_text("/health").first).to_be_visible(timeout=30000)
    assert seen == []
    page.close()


def test_a_phone_needs_no_sideways_scrolling(browser, app_address):
    page, _ = opened(browser, app_address, viewport={"width": 390, "height": 844})
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()


def test_beside_the_dashboard_wrong_api_calls_are_json(browser, app_address):
    request = browser.new_page().request
    wrong_method, unknown = request.post(f"{app_address}/health"), request.get(f"{app_address}/health/x")
    assert [(a.status, a.json()["error"]) for a in (wrong_method, unknown)] == [
        (405, "Method Not Allowed."),
        (404, "Not Found."),
    ]
