"""An outcome belongs to the last list a customer was on before it was told."""

from dataclasses import replace

import pytest

from churn.store.customers import forget, forget_before
from churn.store.database import open_engine, writing
from churn.store.monitoring import (
    campaign_outcomes,
    contacted_since,
    customers_of,
    keys_of_list,
    record_customers,
    record_watch,
    tell_outcomes,
)
from churn.store.tables import CAMPAIGNS, CONTACTS, MEMBERS, OUTCOMES
from tests.test_watch_log import ONE

TWO = replace(ONE, list="b" * 64, at="2026-02-28T10:00:00+00:00")


def rows(*keys):
    nothing = dict.fromkeys(("challenger", "if_leaves", "if_stays", "served", "outcome"))
    return [{"key": key, "probability": 0.3, **nothing} for key in keys]


@pytest.fixture
def book(home):
    engine = open_engine()
    for record, keys in ((ONE, ("ann", "ben")), (TWO, ("ben", "cid"))):
        record_watch(engine, record)
        record_customers(engine, record, rows(*keys))
    return engine


def outcomes(book, record):
    return {row["key"]: row["outcome"] for row in customers_of(book, record)}


def test_each_outcome_goes_to_the_last_list_with_the_customer(book):
    told = tell_outcomes(book, (ONE, TWO), {"ann": 1, "ben": 0, "dot": 1})
    assert (outcomes(book, ONE), outcomes(book, TWO)) == ({"ann": 1, "ben": None}, {"ben": 0, "cid": None})
    assert (told.customers, told.otherwise, [r.list for r in told.lists]) == (2, (), [ONE.list, TWO.list])


def test_who_was_told_otherwise_before_is_named_and_the_latest_counts(book):
    tell_outcomes(book, (ONE, TWO), {"ben": 0})
    assert tell_outcomes(book, (ONE, TWO), {"ben": 1}).otherwise == ("ben",)
    assert outcomes(book, TWO)["ben"] == 1
    assert tell_outcomes(book, (ONE, TWO), {"ben": 1}).lists == ()


def test_watching_a_list_again_replaces_its_customers(book):
    record_customers(book, ONE, rows("ann"))
    assert keys_of_list(book, ONE) == ["ann"]


def test_a_forgotten_customer_is_on_no_list(book):
    assert forget(book, "ben") == 2
    assert [*outcomes(book, ONE), *outcomes(book, TWO)] == ["ann", "cid"]


def test_what_is_too_old_goes_and_the_log_stays(book):
    forget_before(book, "2026-02-01")
    assert (keys_of_list(book, ONE), keys_of_list(book, TWO)) == ([], ["ben", "cid"])


def test_only_those_held_out_of_a_campaign_tell_of_the_model(book):
    words = dict.fromkeys(("profile", "version", "list", "source", "keyed", "asked", "playbook", "summary", "made"), "")
    member = {"campaign": "c", "planned_action": "", "action": "", "channel": "", "tier": "", "traits": "{}"}
    with writing(book) as connection:
        connection.execute(CAMPAIGNS.insert().values(campaign="c", model="telco", seed=0, **words))
        for key, arm in (("ann", "treat"), ("ben", "holdout")):
            connection.execute(MEMBERS.insert().values(**member, key=key, arm=arm))
            connection.execute(OUTCOMES.insert().values(campaign="c", key=key, outcome=1, came="2026-03-01"))
    assert campaign_outcomes(book, "telco") == {"ben": 1}
    assert campaign_outcomes(book, "bank") == {}


def test_who_was_contacted_lately_is_known(book):
    with writing(book) as connection:
        for key, day in (("ann", "2026-01-01"), ("ben", "2026-02-01")):
            told = {"campaign": key, "key": key, "business": "telco", "date": day}
            connection.execute(CONTACTS.insert().values(**told, list="", action="", channel=""))
    assert contacted_since(book, "telco", "2026-01-15") == {"ben"}
