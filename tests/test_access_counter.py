"""The workspace refuses what its who may not, and notes what was done, by whom, without a customer."""

import pytest

from churn import Workspace
from churn.errors import NotAllowed, NotFound, NotSignedIn
from churn.workspace.access import THIS_MACHINE, Principal, audit_json
from tests.campaigns import exported

VIEWER, ANALYST = (Principal(f"{role}@example.com", role, "sign-in") for role in ("viewer", "analyst"))


def acts(home):
    """What was done since the home's model was trained."""
    done = [(e.who, e.act, e.what) for e in reversed(Workspace(home).access.audit())]
    return [one for one in done if one[1:] != ("train", "telco@v1 went live")]


def test_a_workspace_for_somebody_shares_the_open_models(telco_home):
    workspace = Workspace(telco_home)
    theirs = workspace.as_user(VIEWER)
    assert (theirs.user, theirs.home) == (VIEWER, workspace.home)
    assert theirs.models.get("telco") is workspace.models.get("telco")


def test_what_one_may_not_is_refused_before_anything_is_done(own_telco):
    viewer, analyst = Workspace(own_telco).as_user(VIEWER), Workspace(own_telco).as_user(ANALYST)
    for refused in (
        lambda: viewer.models.train(own_telco / "nothing.csv"),
        lambda: viewer.campaigns.export(None, None),
        lambda: viewer.campaigns.measure(b"", "spring"),
        lambda: analyst.models.promote("telco", "v1", "because"),
        lambda: analyst.models.rollback("telco"),
        lambda: analyst.playbooks.set("telco", None),
        lambda: analyst.customers.forget("7590"),
        lambda: analyst.access.add_key("crm", "read"),
        lambda: analyst.access.revoke("crm"),
        analyst.access.api_keys,
        analyst.access.audit,
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert acts(own_telco) == []


def test_what_was_done_is_noted_with_who_and_what_failed_is_not(own_telco):
    admin = Workspace(own_telco).as_user(Principal("ann@example.com", "admin", "proxy"))
    admin.models.promote("telco", "v1", "tried")
    with pytest.raises(NotFound):
        admin.models.promote("telco", "v9", "not there")
    admin.customers.forget("7590-VHVEG")
    assert acts(own_telco) == [
        ("ann@example.com", "promote", "telco@v1"),
        ("ann@example.com", "forget", "one customer"),
    ]


def test_a_campaign_is_noted_when_it_leaves_the_house(own_telco):
    planned = exported(own_telco)
    assert [what for _, act, what in acts(own_telco) if act == "export"] == [f"campaign {planned.campaign.name}"]


def test_keys_are_made_known_and_ended_at_the_workspace(home):
    workspace = Workspace(home)
    row, key = workspace.access.add_key("crm", "read")
    assert workspace.access.key_holder(key) == Principal("key crm", "viewer", "key")
    assert workspace.access.api_keys() == (row,)
    workspace.access.revoke("crm")
    assert [what for _, _, what in acts(home)] == [f"added {row.id} crm, scope read", f"revoked {row.id} crm"]
    assert list(audit_json(workspace.access.audit())[0]) == ["at", "who", "role", "by", "act", "what"]


def test_people_sign_in_by_the_operators_settings(home, monkeypatch):
    assert Workspace(home).access.anonymous() == THIS_MACHINE
    monkeypatch.setenv("CHURN_ANALYSTS", "@example.com")
    assert Workspace(home).access.signed_in("Ann@example.com") == Principal("ann@example.com", "analyst", "sign-in")
    with pytest.raises(NotSignedIn):
        Workspace(home).access.anonymous()
