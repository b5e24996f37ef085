"""Lists are kept: all that were brought, across a reload, for the browser that brought them and for nobody else."""

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from app import session
from app.session import VISIT_COOKIE as COOKIE
from app.session import BrowserCookie
from app.sidebar import own_called
from churn import Workspace
from tests.paging import MAIN, metric, opened, shown
from tests.trained import TODAY

OTHER = b"customer_id,paid\nA1,5\nA2,6\n"


@pytest.fixture
def browser_of(monkeypatch):
    """Sit down at a browser by its number."""
    return lambda number: monkeypatch.setattr(session, "browser", lambda: number)


def reloaded(**address):
    """A new session, as a reload makes one."""
    page = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert list(page.exception) == []
    return page


def brought(page, *files):
    page.file_uploader[0].upload(files[0][0], files[0][1], "text/csv")
    for name, content in files[1:]:
        page.file_uploader[0].upload(name, content, "text/csv")
    page.run()
    assert list(page.exception) == []
    return page


def lists(page):
    return next(field for field in page.sidebar.selectbox if field.label == "List")


def keeping_none(home):
    """The business of a home keeps no list beyond the session."""
    Workspace(home).business("telco").change(keeps_lists=False)


def test_a_reload_finds_the_list_again_and_what_was_said_of_it(monkeypatch, own_telco, browser_of):
    browser_of("mine")
    page = brought(opened(monkeypatch, own_telco, "score"), (TODAY, (own_telco / TODAY).read_bytes()))
    number = page.query_params["list"]
    again = reloaded(list=number)
    again.switch_page("screens/overview.py").run()
    assert metric(again, "Customers") == "60" and again.query_params["list"] == number


def test_an_address_without_a_number_opens_the_latest_list(monkeypatch, own_telco, browser_of):
    browser_of("mine")
    page = brought(opened(monkeypatch, own_telco, "score"), (TODAY, (own_telco / TODAY).read_bytes()))
    assert lists(reloaded()).value == page.query_params["list"]


@pytest.mark.parametrize("number", ["", "somebody else's"])
def test_nobody_else_opens_a_list_that_is_not_kept_by_its_number(monkeypatch, own_telco, browser_of, number):
    keeping_none(own_telco)
    browser_of("mine")
    page = brought(opened(monkeypatch, own_telco, "score"), (TODAY, (own_telco / TODAY).read_bytes()))
    browser_of(number)
    again = reloaded(list=page.query_params["list"])
    again.switch_page("screens/score.py").run()
    assert "There is no list yet" in shown(again) and TODAY not in lists(again).options


def test_who_signs_in_at_the_same_browser_finds_nothing_of_the_one_before(monkeypatch, own_telco, browser_of):
    keeping_none(own_telco)
    browser_of("one")
    page = brought(opened(monkeypatch, own_telco, "score"), (TODAY, (own_telco / TODAY).read_bytes()))
    monkeypatch.setattr(session, "owner", lambda: "one sign-in another@example.com")
    assert TODAY not in lists(reloaded(list=page.query_params["list"])).options


def test_files_brought_one_after_the_other_are_all_kept_and_can_be_chosen(monkeypatch, own_telco):
    page = brought(opened(monkeypatch, own_telco, "score"), (TODAY, (own_telco / TODAY).read_bytes()))
    brought(page, ("other.csv", OTHER))
    assert lists(page).options[:2] == ["other.csv", TODAY] and metric(page, "Customers read") == "2"
    lists(page).select_index(1).run()
    assert metric(page, "Customers read") == "60"


def test_files_that_arrive_together_are_all_kept_the_last_in_hand(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "score")
    brought(page, (TODAY, (own_telco / TODAY).read_bytes()), ("other.csv", OTHER))
    assert lists(page).options[:2] == ["other.csv", TODAY] and metric(page, "Customers read") == "2"


def test_a_list_that_is_forgotten_leaves_the_others(monkeypatch, own_telco):
    page = brought(opened(monkeypatch, own_telco, "score"), (TODAY, (own_telco / TODAY).read_bytes()))
    brought(page, ("other.csv", OTHER))
    next(b for b in page.button if b.label.replace("\\", "") == "Forget other.csv").click().run()
    assert lists(page).options[0] == TODAY and "other.csv" not in lists(page).options
    assert metric(page, "Customers read") == "60"


def test_a_scored_list_stays_with_its_business_and_opens_after_a_restart(monkeypatch, own_telco, browser_of):
    browser_of("mine")
    page = brought(opened(monkeypatch, own_telco, "score"), (TODAY, (own_telco / TODAY).read_bytes()))
    number = page.query_params["list"]
    st.cache_resource.clear()  # a restart: no session is left
    again = reloaded(list=number)
    again.switch_page("screens/overview.py").run()
    assert metric(again, "Customers") == "60"
    st.cache_resource.clear()
    browser_of("a colleague's")
    other = reloaded()
    (kept,) = Workspace(own_telco).business("telco").lists.all()
    place = lists(other).options.index(f"{TODAY} · {kept.day}")
    lists(other).select_index(place).run()
    other.switch_page("screens/overview.py").run()
    assert metric(other, "Customers") == "60"


def test_a_sample_and_a_list_without_a_model_are_not_kept(monkeypatch, own_telco):
    page = opened(monkeypatch, own_telco, "score", sample="telco_today.csv")
    brought(page, ("other.csv", OTHER))
    assert [b.lists.all() for b in Workspace(own_telco).businesses.all()] == [()]


def test_a_list_that_is_forgotten_goes_from_the_home_too(monkeypatch, own_telco):
    page = brought(opened(monkeypatch, own_telco, "score"), (TODAY, (own_telco / TODAY).read_bytes()))
    assert len(Workspace(own_telco).business("telco").lists.all()) == 1
    next(b for b in page.button if b.label.replace("\\", "") == f"Forget {TODAY}").click().run()
    assert Workspace(own_telco).business("telco").lists.all() == () and TODAY not in lists(page).options


def test_a_list_that_had_to_make_room_is_named(monkeypatch, own_telco):
    page = brought(opened(monkeypatch, own_telco, "score"), (TODAY, (own_telco / TODAY).read_bytes()))
    page.session_state["drawer"].drop(page.query_params["list"], for_others=True)
    page.switch_page("screens/overview.py").run()
    assert f"{TODAY} had to make room" in shown(page).replace("\\", "")


def test_a_list_dropped_on_the_first_screen_is_scored(monkeypatch, own_telco):
    page = brought(opened(monkeypatch, own_telco), (TODAY, (own_telco / TODAY).read_bytes()))
    assert page.title[0].value == "Score a list" and metric(page, "Customers read") == "60"


def test_lists_of_one_name_are_told_apart():
    own = {"c": "a.csv", "b": "b.csv", "a": "a.csv", "s": "sample.csv"}
    called = own_called(own, ["sample.csv"])
    assert called == {"c": "a.csv (2)", "b": "b.csv", "a": "a.csv (1)", "s": "sample.csv (yours)"}


def client():
    pages = Starlette(routes=[Route("/{path:path}", lambda request: HTMLResponse("page"))])
    return TestClient(BrowserCookie(pages))


PAGE = {"accept": "text/html"}


def test_a_browser_gets_its_cookie_with_the_first_page_and_keeps_it():
    browser = client()
    first, second = browser.get("/score", headers=PAGE), browser.get("/overview", headers=PAGE)
    given = first.headers["set-cookie"]
    assert "HttpOnly" in given and "SameSite=Strict" in given and "Max-Age" not in given and "Secure" not in given
    assert "set-cookie" not in second.headers and session.is_sound(browser.cookies[COOKIE])


def test_behind_https_the_cookie_is_for_https_alone():
    assert "Secure" in client().get("/", headers={**PAGE, "x-forwarded-proto": "https"}).headers["set-cookie"]


@pytest.mark.parametrize(
    ("path", "headers", "due"),
    [
        ("/", {**PAGE, "sec-fetch-site": "cross-site"}, False),  # the cookie was not sent, though there may be one
        ("/_stcore/host-config", {"sec-fetch-site": "same-origin"}, True),  # then the page itself tells
        ("/static/a.js", {"accept": "*/*"}, False),
        ("/", {**PAGE, "cookie": f"{COOKIE}=guessed"}, True),
    ],
)
def test_two_cookies_never_race(path, headers, due):
    assert ("set-cookie" in client().get(path, headers=headers).headers) == due


def test_no_two_browsers_get_one_number():
    given = {client().get("/", headers=PAGE).headers["set-cookie"] for _ in range(20)}
    assert len(given) == 20
