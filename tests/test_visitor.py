"""Who sits in front of a screen: this machine, a signed-in person, or whom a trusted proxy names."""

from types import SimpleNamespace

import pytest

from app.state import visitor
from churn import Desk
from churn.errors import NotAllowed, NotSignedIn
from tests.paging import opened, shown

ROLES = ("CHURN_ADMINS", "CHURN_ANALYSTS", "CHURN_VIEWERS", "CHURN_PROXY_HEADER", "CHURN_TRUSTED_PROXIES")
PROXY = {"CHURN_PROXY_HEADER": "X-Forwarded-Email", "CHURN_ANALYSTS": "@example.com"}


@pytest.fixture
def seen(monkeypatch, home):
    """Who is seen, given the operator's settings, the headers, the peer's address and what the provider says."""

    def ask(settings, headers=(), peer=None, user=(), provider=False):
        for name in ROLES:
            monkeypatch.setenv(name, settings.get(name, ""))
        context = SimpleNamespace(headers={k.lower(): v for k, v in dict(headers).items()}, ip_address=peer)
        monkeypatch.setattr(visitor, "st", SimpleNamespace(context=context, user=dict(user)))
        monkeypatch.setattr(visitor, "get_secrets_auth_section", lambda: {"client_id": "x"} if provider else {})
        return visitor.who_visits(Desk(home))

    return ask


def test_without_settings_it_is_this_machine_and_may_do_everything(seen):
    assert (seen({}).by, seen({}).role) == ("local", "admin")


def test_a_trusted_proxy_names_the_person(seen):
    who = seen(PROXY, headers={"X-Forwarded-Email": "Ann@Example.com"})
    assert (who.name, who.role, who.by) == ("ann@example.com", "analyst", "proxy")


def test_a_header_from_elsewhere_counts_for_nothing(seen):
    with pytest.raises(NotSignedIn):
        seen(PROXY, headers={"X-Forwarded-Email": "ann@example.com"}, peer="10.0.0.9")


def test_a_person_the_provider_vouches_for_has_the_role_of_the_settings(seen):
    user = {"is_logged_in": True, "email": "eve@example.com", "email_verified": True}
    assert seen({"CHURN_VIEWERS": "eve@example.com"}, user=user, provider=True).role == "viewer"


@pytest.mark.parametrize("more", [{"is_logged_in": False}, {"email_verified": False}, {"email": ""}])
def test_nobody_gets_in_by_an_address_that_nobody_vouches_for(seen, more):
    user = {"is_logged_in": True, "email": "eve@example.com", "email_verified": True, **more}
    with pytest.raises(NotSignedIn):
        seen({"CHURN_ADMINS": "*"}, user=user, provider=True)


def test_a_provider_without_roles_lets_nobody_in(seen):
    with pytest.raises(NotAllowed):
        seen({}, user={"is_logged_in": True, "email": "eve@example.com"}, provider=True)
    with pytest.raises(NotSignedIn):
        seen({}, provider=True)


def test_a_stranger_sees_how_to_sign_in_and_nothing_else(monkeypatch, telco_home):
    monkeypatch.setenv("CHURN_ADMINS", "ann@example.com")
    page = opened(monkeypatch, telco_home, sample="telco_today.csv")
    assert "Sign in" in shown(page) and list(page.metric) == [] and list(page.sidebar.selectbox) == []


def test_a_viewer_looks_and_brings_no_list(monkeypatch, telco_home):
    monkeypatch.setenv("CHURN_PROXY_HEADER", "X-Forwarded-Email")
    monkeypatch.setattr(visitor, "who_visits", lambda desk: desk.entrance.person("v@example.com", "proxy"))
    monkeypatch.setattr("app.state.session.who_visits", visitor.who_visits)
    monkeypatch.setenv("CHURN_VIEWERS", "v@example.com")
    page = opened(monkeypatch, telco_home)
    assert "v@example" in shown(page).replace("\\", "") and list(page.sidebar.selectbox) == []
    assert page.switch_page("screens/results.py").run().title[0].value == "Results"


def test_who_visits_is_looked_up_once_for_each_drawing(monkeypatch, telco_home):
    looked = []
    monkeypatch.setattr("app.state.session.who_visits", lambda desk: looked.append(1) or desk.nobody())
    page = opened(monkeypatch, telco_home)
    before = len(looked)
    page.run()
    assert len(looked) == before + 1
