"""Who sits in front of a screen: this machine, a signed-in person, or whom a trusted proxy names."""

from types import SimpleNamespace

import pytest

from app import session
from churn import Workspace
from churn.errors import NotAllowed, NotSignedIn
from churn.workspace.access import ANYBODY, COOKIE, SIGN_INS, THIS_MACHINE, Principal
from tests.paging import opened, shown

ROLES = ("CHURN_ADMINS", "CHURN_ANALYSTS", "CHURN_VIEWERS", "CHURN_PROXY_HEADER", "CHURN_TRUSTED_PROXIES", "CHURN_OPEN")
PROXY = {"CHURN_PROXY_HEADER": "X-Forwarded-Email", "CHURN_ANALYSTS": "@example.com"}


class Sent:
    """The headers of a socket as Streamlit hands them out."""

    def __init__(self, headers):
        self.pairs = [(k.lower(), v) for k, v in (headers.items() if isinstance(headers, dict) else headers)]

    def __iter__(self):
        return (name for name, _ in self.pairs)

    def get_all(self, name):
        return [v for k, v in self.pairs if k == name.lower()]


@pytest.fixture
def seen(monkeypatch, home):
    """Who is seen, given the operator's settings, the headers, the peer's address and what the provider says."""

    def ask(settings, headers=(), peer=None, user=(), provider=False, cookies=()):
        for name in ROLES:
            monkeypatch.setenv(name, settings.get(name, ""))
        context = SimpleNamespace(headers=Sent(headers), ip_address=peer, cookies=dict(cookies))
        monkeypatch.setattr(session, "st", SimpleNamespace(context=context, user=dict(user)))
        monkeypatch.setattr(session, "get_secrets_auth_section", lambda: {"client_id": "x"} if provider else {})
        return session.who_visits(Workspace(home))

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


@pytest.mark.parametrize("by", [{"peer": "10.9.9.2"}, {"headers": {"X-Forwarded-For": "10.9.9.2"}}])
def test_who_is_not_at_this_machine_signs_in(seen, by):
    with pytest.raises(NotSignedIn):
        seen({}, **by)
    assert seen({"CHURN_OPEN": "yes"}, **by) == ANYBODY


def test_once_there_is_a_key_this_machine_signs_in_too(seen, home):
    _, key = Workspace(home).access.add_key("me", "score")
    with pytest.raises(NotSignedIn):
        seen({})
    for word, who in ((key, Principal("key me", "analyst", "key")), (SIGN_INS.token, THIS_MACHINE)):
        mine, _ = SIGN_INS.begin(word, Workspace(home).access.key_store, here=True)
        assert seen({}, cookies={COOKIE: mine}) == who


def test_a_proxy_that_names_two_names_nobody(seen):
    both = [("X-Forwarded-Email", "ann@example.com"), ("X-Forwarded-Email", "eve@example.com")]
    for headers in (both, both[::-1]):
        with pytest.raises(NotSignedIn):
            seen(PROXY, headers=headers)


def test_a_stranger_sees_how_to_sign_in_and_nothing_else(monkeypatch, telco_home):
    monkeypatch.setenv("CHURN_ADMINS", "ann@example.com")
    page = opened(monkeypatch, telco_home, sample="telco_today.csv")
    assert "Sign in" in shown(page) and list(page.metric) == [] and list(page.sidebar.selectbox) == []


def test_a_viewer_looks_and_brings_no_list(monkeypatch, telco_home):
    monkeypatch.setenv("CHURN_PROXY_HEADER", "X-Forwarded-Email")
    monkeypatch.setattr(
        session, "who_visits", lambda workspace: workspace.access.settings.person("v@example.com", "proxy")
    )
    monkeypatch.setattr("app.session.who_visits", session.who_visits)
    monkeypatch.setenv("CHURN_VIEWERS", "v@example.com")
    page = opened(monkeypatch, telco_home)
    assert "v@example" in shown(page).replace("\\", "") and list(page.sidebar.selectbox) == []
    assert page.switch_page("screens/results.py").run().title[0].value == "Results"


def test_who_visits_is_looked_up_once_for_each_drawing(monkeypatch, telco_home):
    looked = []
    monkeypatch.setattr("app.session.who_visits", lambda workspace: looked.append(1) or workspace.access.anonymous())
    page = opened(monkeypatch, telco_home)
    before = len(looked)
    page.run()
    assert len(looked) == before + 1
