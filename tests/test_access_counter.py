"""The desk refuses what its who may not, and notes what was done, by whom, without a customer."""

import pytest

from churn import Desk
from churn.errors import NotAllowed, NotFound, NotSignedIn
from churn.workspace.access import THIS_MACHINE, Who
from churn.workspace.access_views import audit_json
from tests.campaigns import exported

VIEWER, ANALYST = (Who(f"{role}@example.com", role, "sign-in") for role in ("viewer", "analyst"))


def acts(home):
    """What was done since the home's model was trained."""
    done = [(e.who, e.act, e.what) for e in reversed(Desk(home).audit())]
    return [one for one in done if one[1:] != ("train", "telco@v1 went live")]


def test_a_desk_for_somebody_shares_the_open_models(telco_home):
    desk = Desk(telco_home)
    theirs = desk.working_for(VIEWER)
    assert (theirs.who, theirs.home) == (VIEWER, desk.home)
    assert theirs.model("telco") is desk.model("telco")


def test_what_one_may_not_is_refused_before_anything_is_done(own_telco):
    viewer, analyst = Desk(own_telco).working_for(VIEWER), Desk(own_telco).working_for(ANALYST)
    for refused in (
        lambda: viewer.train(own_telco / "nothing.csv"),
        lambda: viewer.export(None, None),
        lambda: viewer.measure(b"", "spring"),
        lambda: analyst.promote("telco", "v1", "because"),
        lambda: analyst.rollback("telco"),
        lambda: analyst.set_playbook("telco", None),
        lambda: analyst.forget("7590"),
        lambda: analyst.add_key("crm", "read"),
        lambda: analyst.revoke_key("crm"),
        analyst.api_keys,
        analyst.audit,
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert acts(own_telco) == []


def test_what_was_done_is_noted_with_who_and_what_failed_is_not(own_telco):
    admin = Desk(own_telco).working_for(Who("ann@example.com", "admin", "proxy"))
    admin.promote("telco", "v1", "tried")
    with pytest.raises(NotFound):
        admin.promote("telco", "v9", "not there")
    admin.forget("7590-VHVEG")
    assert acts(own_telco) == [
        ("ann@example.com", "promote", "telco@v1"),
        ("ann@example.com", "forget", "one customer"),
    ]


def test_a_campaign_is_noted_when_it_leaves_the_house(own_telco):
    planned = exported(own_telco)
    assert [what for _, act, what in acts(own_telco) if act == "export"] == [f"campaign {planned.campaign.name}"]


def test_keys_are_made_known_and_ended_at_the_desk(home):
    desk = Desk(home)
    row, key = desk.add_key("crm", "read")
    assert desk.key_holder(key) == Who("key crm", "viewer", "key")
    assert desk.api_keys() == (row,)
    desk.revoke_key("crm")
    assert [what for _, _, what in acts(home)] == [f"added {row.id} crm, scope read", f"revoked {row.id} crm"]
    assert list(audit_json(desk.audit())[0]) == ["at", "who", "role", "by", "act", "what"]


def test_people_sign_in_by_the_operators_settings(home, monkeypatch):
    assert Desk(home).nobody() == THIS_MACHINE
    monkeypatch.setenv("CHURN_ANALYSTS", "@example.com")
    assert Desk(home).signed_in("Ann@example.com") == Who("ann@example.com", "analyst", "sign-in")
    with pytest.raises(NotSignedIn):
        Desk(home).nobody()
