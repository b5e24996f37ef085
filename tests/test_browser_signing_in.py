"""Signing in with a provider in a real browser: whoever it vouches for has their role, and nobody else gets in."""

import re

import pytest
from playwright.sync_api import expect

from app.words import say
from tests.browsing import ROOT, free_port, running_app, settled
from tests.provider import CLIENT, SECRET, running_provider

pytestmark = pytest.mark.browser
ROLES = {"CHURN_ADMINS": "ann@example.com", "CHURN_ANALYSTS": "", "CHURN_VIEWERS": "@example.com"}


def secrets_of_the_readme(**ours):
    """What app/README.md tells an operator to write, with the addresses of this test."""
    text = re.search(r"```toml\n(\[auth\].*?)```", (ROOT / "app" / "README.md").read_text(), re.S)[1]
    for name, value in ours.items():
        text, many = re.subn(rf'^{name} = ".*"', f'{name} = "{value}"', text, flags=re.M)
        assert many == 1
    return text


@pytest.fixture(scope="module")
def signing_in(browser, telco_home, tmp_path_factory):
    """The address of a dashboard with a provider, and the provider."""
    account, port = tmp_path_factory.mktemp("account"), free_port()
    with running_provider() as provider, pytest.MonkeyPatch.context() as settings:
        for name, value in {"HOME": str(account), **ROLES}.items():
            settings.setenv(name, value)
        (account / ".streamlit").mkdir()
        (account / ".streamlit" / "secrets.toml").write_text(
            secrets_of_the_readme(
                redirect_uri=f"http://127.0.0.1:{port}/oauth2callback",
                client_id=CLIENT,
                client_secret=SECRET,
                server_metadata_url=f"{provider.address}/.well-known/openid-configuration",
            )
        )
        with running_app(telco_home, port=port) as address:
            yield address, provider


@pytest.fixture
def signed_in(browser, signing_in):
    """Open the dashboard as a stranger and sign in as somebody the provider knows; the page afterwards."""
    address, provider = signing_in
    context = browser.new_context()

    def sign_in(email, **more):
        provider.account = {"email": email, "email_verified": True, **more}
        page = context.new_page()
        page.goto(address)
        settled(page).get_by_role("button", name=say("sign_in.with_provider")).click()
        page.wait_for_url(f"{address}/")
        return settled(page)

    yield sign_in
    context.close()


@pytest.mark.parametrize(("email", "role"), [("Ann@example.com", "admin"), ("eve@example.com", "viewer")])
def test_whom_the_provider_vouches_for_has_their_role_until_they_sign_out(signed_in, signing_in, email, role):
    address, provider = signing_in
    page = signed_in(email)
    expect(page.get_by_text(f"{email.lower()} · {say(f'roles.{role}')}")).to_be_visible(timeout=30_000)
    expect(page.get_by_text(say("sidebar.list"), exact=True)).to_have_count(int(role == "admin"), timeout=30_000)
    page.get_by_role("button", name=say("sidebar.sign_out")).click()
    expect(page.get_by_role("button", name=say("sign_in.with_provider"))).to_be_visible(timeout=30_000)
    page.goto(f"{address}/plan")
    expect(settled(page).get_by_role("heading", name=say("sign_in.title"))).to_be_visible()
    assert provider.ended[-1] == CLIENT


STRANGERS = [{"email": "mallory@elsewhere.org"}, {"email": "ann@example.com", "email_verified": False}]


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_else_gets_in_and_they_can_sign_out_again(signed_in, who):
    page = signed_in(**who)
    expect(page.get_by_role("heading", name=say("sign_in.title"))).to_be_visible(timeout=30_000)
    expect(settled(page).get_by_test_id("stSidebarNav")).to_have_count(0)
    page.get_by_role("button", name=say("sidebar.sign_out")).click()
    expect(page.get_by_role("button", name=say("sidebar.sign_out"))).to_have_count(0, timeout=30_000)


def test_a_cookie_somebody_wrote_themselves_counts_for_nothing(browser, signing_in):
    address, _ = signing_in
    context = browser.new_context()
    forged = '{"email":"ann@example.com","is_logged_in":true}'
    context.add_cookies([{"name": "_streamlit_user", "value": forged, "url": address}])
    page = context.new_page()
    page.goto(address)
    expect(settled(page).get_by_role("button", name=say("sign_in.with_provider"))).to_be_visible()
    context.close()
