"""Who may enter is what the operator has set; a stranger, or a header that anybody could send, opens nothing."""

import pytest

from churn.errors import NotAllowed, NotSignedIn, RequestRefused
from churn.workspace.access import ANYBODY, THIS_MACHINE, AuthSettings, Principal, auth_settings

SET = {
    "CHURN_ADMINS": "Ann@example.com",
    "CHURN_ANALYSTS": "@example.com, bob@other.org",
    "CHURN_VIEWERS": "*",
    "CHURN_PROXY_HEADER": "X-Forwarded-Email",
    "CHURN_TRUSTED_PROXIES": "10.0.0.0/8",
}


def test_without_settings_this_machine_may_everything():
    entrance = auth_settings({})
    assert (entrance.asks_to_sign_in, entrance.nobody()) == (False, THIS_MACHINE)


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("ann@EXAMPLE.com", "admin"),
        ("carl@example.com", "analyst"),
        ("bob@other.org", "analyst"),
        ("eve@else.org", "viewer"),
        ("x@notexample.com", "viewer"),
    ],
)
def test_a_person_has_the_highest_role_their_address_is_given(address, role):
    assert auth_settings(SET).person(address) == Principal(address.lower(), role, "sign-in")


def test_a_stranger_is_refused_and_so_is_nobody():
    entrance = auth_settings({"CHURN_ADMINS": "ann@example.com"})
    with pytest.raises(NotAllowed, match=r"eve@else\.org is signed in but has no role here"):
        entrance.person("eve@else.org")
    with pytest.raises(NotSignedIn):
        entrance.person(" ")
    with pytest.raises(NotSignedIn):
        entrance.nobody()


def test_only_a_trusted_proxy_may_name_somebody():
    entrance = auth_settings(SET)
    assert entrance.behind_proxy("10.1.2.3", "ann@example.com") == Principal("ann@example.com", "admin", "proxy")
    assert entrance.behind_proxy("192.168.0.1", "ann@example.com") is None
    assert entrance.behind_proxy("10.1.2.3", "") is None
    assert auth_settings({}).behind_proxy("127.0.0.1", "ann@example.com") is None


def test_proxies_are_addresses_networks_or_names():
    entrance = AuthSettings(proxies=("::1", "10.0.0.0/8", "front", "no/net"))
    trusted = [entrance.trusts(peer) for peer in ("::1", "10.9.9.9", "front", "127.0.0.1", "elsewhere", "")]
    assert trusted == [True, True, True, False, False, False]


def test_hosts_and_rate_are_read():
    entrance = auth_settings({"CHURN_HOSTS": "churn.example.com", "CHURN_RATE": "2.5"})
    assert (entrance.hosts[-1], "localhost" in entrance.hosts, entrance.rate) == ("churn.example.com", True, 2.5)


@pytest.mark.parametrize("rate", ["fast", "-1", "nan", "inf"])
def test_a_rate_that_is_none_is_refused_by_name(rate):
    with pytest.raises(RequestRefused, match="CHURN_RATE"):
        auth_settings({"CHURN_RATE": rate})


def test_whoever_is_not_here_or_comes_once_a_key_exists_is_nobody():
    entrance = auth_settings({})
    for where in ({"here": False}, {"has_keys": True}, {"here": False, "has_keys": True}):
        with pytest.raises(NotSignedIn):
            entrance.nobody(**where)


def test_it_is_open_to_all_only_on_purpose():
    entrance = auth_settings({"CHURN_OPEN": "yes"})
    assert [entrance.nobody(here=h, has_keys=True) for h in (True, False)] == [THIS_MACHINE, ANYBODY]
    with pytest.raises(NotSignedIn):
        auth_settings({"CHURN_OPEN": "yes", "CHURN_ADMINS": "ann@example.com"}).nobody()
    with pytest.raises(RequestRefused, match="CHURN_OPEN"):
        auth_settings({"CHURN_OPEN": "maybe"})


ROLE = {"CHURN_ADMINS": "ann@example.com"}


@pytest.mark.parametrize(
    ("settings", "ways", "starts"),
    [
        ({}, {}, False),
        ({}, {"has_keys": True}, True),
        ({}, {"has_provider": True}, False),
        (ROLE, {}, False),
        (ROLE, {"has_provider": True}, True),
        ({**ROLE, "CHURN_PROXY_HEADER": "X-Email"}, {}, True),
        ({"CHURN_PROXY_HEADER": "X-Email"}, {}, False),
        ({"CHURN_OPEN": "yes"}, {}, True),
        ({"CHURN_OPEN": "yes", **ROLE}, {"has_provider": True}, False),
    ],
)
def test_a_start_for_others_without_a_way_to_sign_in_is_refused(settings, ways, starts):
    def starts_at(host):
        try:
            auth_settings(settings).refuse_without_sign_in(host, **{"has_keys": False, **ways})
        except RequestRefused as problem:
            assert "CHURN_OPEN" in f"{problem}"
            return False
        return True

    assert [starts_at(host) for host in ("0.0.0.0", "::", "192.168.1.5", "box.example.com")] == [starts] * 4
    assert starts_at("127.0.0.1") == starts_at("localhost") == ("CHURN_OPEN" not in settings or starts)


@pytest.mark.parametrize("address", ["evil@evil.com@example.com", "a@example.com,b@example.com", "ann", "@example.com"])
def test_an_address_is_one_address(address):
    with pytest.raises(NotSignedIn):
        auth_settings(SET).person(address)
