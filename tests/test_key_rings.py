"""A key is shown once, known by its hash, and counts until it is revoked, even while the database is away."""

import pytest

from churn.errors import NotSignedIn, RequestRefused, Unavailable
from churn.store.access import keep_key, revoke_key
from churn.store.database import open_engine
from churn.workspace import access as key_rings
from churn.workspace.access import ApiKeyStore, Principal, hashed, new_key


def kept(name="crm", scope="score"):
    row, key = new_key(name, scope, "ann")
    keep_key(open_engine(), row)
    return key


def test_what_is_kept_of_a_key_cannot_be_used_as_one():
    row, key = new_key(" crm  system ", "read", "ann")
    secret = key.split("_", 2)[2]
    assert (row.name, row.scope, row.hash, row.made_by) == ("crm system", "read", hashed(secret), "ann")
    assert len(secret) == 43 and secret not in repr(row)


@pytest.mark.parametrize(("name", "scope"), [("", "read"), ("x" * 65, "read"), ("a\x00", "read"), ("crm", "root")])
def test_a_key_needs_a_name_and_a_scope(name, scope):
    with pytest.raises(RequestRefused):
        new_key(name, scope, "ann")


def test_the_holder_of_a_key_has_the_role_of_its_scope(home):
    assert ApiKeyStore(home).holder(f" {kept()} ") == Principal("key crm", "analyst", "key")


def test_any_other_key_is_refused(home):
    key = kept()
    number = key.split("_")[1]
    wrong = ["", "hf", f"hf_{number}", f"hf_{number}_", key[:-1], key + "A", key.replace("hf", "xx"), "hf__", "é" * 50]
    ring = ApiKeyStore(home)
    for one in wrong:
        with pytest.raises(NotSignedIn):
            ring.holder(one)


def test_a_revoked_key_ends_within_two_seconds(home, monkeypatch):
    key, ring, clock = kept(), ApiKeyStore(home), [100.0]
    monkeypatch.setattr(key_rings.time, "monotonic", lambda: clock[0])
    ring.holder(key)
    revoke_key(open_engine(), "crm", "2026-03-02")
    clock[0] += key_rings.FRESH
    with pytest.raises(NotSignedIn):
        ring.holder(key)
    assert ring.empty


def test_keys_known_before_count_while_the_book_is_away(home, monkeypatch):
    def away(home):
        raise Unavailable("The database does not answer.")

    key, ring = kept(), ApiKeyStore(home)
    ring.look_up()
    monkeypatch.setattr(key_rings, "open_store", away)
    monkeypatch.setattr(key_rings, "FRESH", 0.0)
    assert ring.holder(key).name == "key crm"
    with pytest.raises(Unavailable):
        ApiKeyStore(home).holder(key)


def test_looking_for_keys_makes_no_book(home):
    assert ApiKeyStore(home).empty
    assert not (home / "data").exists()
