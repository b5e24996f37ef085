"""What the database knows of one customer of one business, the latest first, and of nobody else."""

import pytest

from churn.store.campaigns import CampaignRecord, record_campaign
from churn.store.customers import CustomerEvent, ListRecord, history_of, record_list
from churn.store.database import open_engine, writing
from churn.store.tables import OUTCOMES


def member(key, arm):
    numbers = dict.fromkeys(("cost", "expected_gain", "worth", "gain_low", "gain_mid", "gain_high"), 1.0)
    words = {"planned_action": "mail", "action": "mail", "channel": "email", "tier": "High"}
    return {"key": key, "arm": arm, "probability": 0.7, "traits": {}, **numbers, **words}


@pytest.fixture
def book(home):
    engine = open_engine(home)
    for name, model, made in (("c1", "shop", "2026-01-05"), ("c2", "gym", "2026-02-01")):
        record = CampaignRecord(name, f"{made}T10:00:00", "general", model, "v1", "list", "l.csv", "id", "")
        record_campaign(engine, record, [member("ann", "treat"), member("ben", "holdout")])
    scored = ListRecord("list", "shop", "v2", "2026-01-04T09:00:00", "l.csv", 1, 1.0)
    record_list(engine, scored, [{"key": "ann", "tier": "High", "probability": 0.6, "features": {}}])
    with writing(engine) as connection:
        words = {"campaign": "c1", "key": "ann", "outcome": 0, "contacted": None, "accepted": None}
        connection.execute(OUTCOMES.insert().values(**words, came="2026-03-01T08:00:00"))
    yield engine
    engine.dispose()


def test_scores_campaigns_and_outcomes_of_this_business_the_latest_first(book):
    assert history_of(book, "ann", "shop") == (
        CustomerEvent("2026-03-01", "stayed", "c1"),
        CustomerEvent("2026-01-05", "treat", "c1", "mail", 0.7, "High"),
        CustomerEvent("2026-01-04", "scored", "shop v2", "", 0.6, "High"),
    )


def test_the_held_out_are_told_what_they_would_have_got(book):
    (found,) = history_of(book, "ben", "shop")
    assert (found.what, found.action) == ("holdout", "mail")


def test_the_same_key_at_another_business_is_another_customer(book):
    assert [h.where for h in history_of(book, "ann", "gym")] == ["c2"]


def test_a_stranger_has_no_history(book):
    assert history_of(book, "nobody", "shop") == ()
