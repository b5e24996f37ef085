"""Roles and scopes are one ladder: who stands higher may do everything the ones below may."""

import getpass

import pytest

from churn.errors import NotAllowed, RequestRefused
from churn.workspace.access import ACTS, ROLES, SCOPES, THIS_MACHINE, Principal, local_user, role_of, scope_of


def test_each_step_of_the_ladder_may_more():
    may = {role: {act for act in ACTS if Principal("ann", role, "sign-in").may(act)} for role in ROLES}
    assert may["viewer"] == {"look"}
    assert may["analyst"] == {"look", "score", "plan", "export", "push", "measure", "train", "business"}
    assert may["admin"] == set(ACTS)


def test_what_one_may_not_is_refused_with_who_may():
    Principal("ann", "analyst", "sign-in").must("train")
    with pytest.raises(NotAllowed) as refused:
        Principal("ann", "analyst", "sign-in").must("promote")
    assert refused.value.message == "ann may not do this: it takes the role admin (keys: scope admin)."


def test_a_role_and_a_scope_are_two_words_for_one_step():
    assert [scope_of(role) for role in ROLES] == list(SCOPES)
    assert [role_of(scope) for scope in SCOPES] == list(ROLES)
    assert THIS_MACHINE.scope == "admin"
    with pytest.raises(RequestRefused, match="no scope"):
        role_of("root")


def test_a_job_of_the_dashboard_carries_the_name_of_who_started_it(monkeypatch):
    monkeypatch.setenv("CHURN_ASKED_BY", "ann@example.com")
    assert local_user() == Principal("ann@example.com", "admin", "terminal")
    monkeypatch.setenv("CHURN_ASKED_ROLE", "owner")
    assert local_user().role == "viewer"


def test_an_account_without_a_name_is_known_by_its_number(monkeypatch):
    def nameless():
        raise KeyError("uid not found")

    monkeypatch.delenv("CHURN_ASKED_BY", raising=False)
    monkeypatch.setattr(getpass, "getuser", nameless)
    assert local_user().name.startswith("account ")
