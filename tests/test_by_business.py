"""An older book, kept by ready-made business, opens as one kept by business, with nothing lost or passed on."""

import sqlite3

import pytest
import sqlalchemy as sa

from churn.store.campaigns import contacts_before, playbooks_of, suppressed_customers
from churn.store.database import looking, open_engine
from churn.store.migrations import STEPS
from churn.workspace.playbooks import active_playbook

OLD_TABLES = """
CREATE TABLE steps_done (step INTEGER PRIMARY KEY);
CREATE TABLE campaigns (campaign VARCHAR(64) PRIMARY KEY, made VARCHAR(64) NOT NULL, profile VARCHAR(64) NOT NULL,
  model VARCHAR(64) NOT NULL, version VARCHAR(64) NOT NULL, list VARCHAR(64) NOT NULL, source TEXT NOT NULL,
  keyed TEXT NOT NULL, asked TEXT NOT NULL, playbook TEXT NOT NULL, summary TEXT NOT NULL, seed BIGINT NOT NULL);
CREATE TABLE measured (campaign VARCHAR(64) PRIMARY KEY, first VARCHAR(32) NOT NULL, latest VARCHAR(32) NOT NULL,
  list TEXT NOT NULL, lift TEXT NOT NULL, learnt TEXT NOT NULL);
CREATE TABLE contacts (campaign VARCHAR(64) NOT NULL, key TEXT NOT NULL, profile TEXT NOT NULL, list TEXT NOT NULL,
  action TEXT NOT NULL, channel TEXT NOT NULL, date VARCHAR(10) NOT NULL, PRIMARY KEY (campaign, key));
CREATE TABLE playbooks (profile VARCHAR(64) NOT NULL, number INTEGER NOT NULL, made TEXT NOT NULL, how TEXT NOT NULL,
  why TEXT NOT NULL, playbook TEXT NOT NULL, PRIMARY KEY (profile, number));
CREATE TABLE left_alone (profile VARCHAR(64) NOT NULL, key TEXT NOT NULL, since VARCHAR(32) NOT NULL,
  why TEXT NOT NULL, PRIMARY KEY (profile, key));
CREATE TABLE lists (list VARCHAR(64) NOT NULL, model VARCHAR(64) NOT NULL, version VARCHAR(64) NOT NULL,
  scored TEXT NOT NULL, source TEXT NOT NULL, tiers TEXT NOT NULL, rows BIGINT NOT NULL, leavers DOUBLE PRECISION,
  value_at_risk DOUBLE PRECISION, PRIMARY KEY (list, model, version));
CREATE TABLE members (campaign VARCHAR(64) NOT NULL, key TEXT NOT NULL, arm TEXT NOT NULL, planned_action TEXT NOT NULL,
  action TEXT NOT NULL, channel TEXT NOT NULL, tier TEXT NOT NULL, cost DOUBLE PRECISION, probability DOUBLE PRECISION,
  expected_gain DOUBLE PRECISION, worth DOUBLE PRECISION, gain_low DOUBLE PRECISION, gain_mid DOUBLE PRECISION,
  gain_high DOUBLE PRECISION, traits TEXT NOT NULL, PRIMARY KEY (campaign, key));
CREATE INDEX left_alone_by_key ON left_alone (key);
"""
TEA = 'bill = 20.0\n\n[actions.tea]\ntitle = "Tea"\nchannel = "shop"\nsave = {save}\n'
BY_HAND = ("by hand", "Set by hand.")
STATEMENTS = {
    "campaigns": "INSERT INTO campaigns VALUES (?, ?, ?, ?, 'v1', 'list', 'l.csv', 'id', '{}', '', '{}', 0)",
    "measured": "INSERT INTO measured VALUES (?, '2026-02-01', '2026-02-01', 'back', '{\"lift\": 0.1}', '[]')",
    "contacts": "INSERT INTO contacts VALUES (?, ?, ?, 'list', 'tea', 'shop', '2026-01-05')",
    "playbooks": "INSERT INTO playbooks VALUES (?, ?, ?, ?, ?, ?)",
    "left_alone": "INSERT INTO left_alone VALUES (?, ?, '2026-01-01', 'calls')",
}


def old_book(home, kind, rows):
    """A database as the program before kept it, six steps done, on SQLite or on PostgreSQL."""
    done = [(n,) for n in range(1, 7)]
    everything = {"steps_done": done, **rows}
    statements = {"steps_done": "INSERT INTO steps_done VALUES (?)", **STATEMENTS}
    if kind == "sqlite":
        (home / "data").mkdir()
        with sqlite3.connect(home / "data" / "book.db") as book:
            book.executescript(OLD_TABLES)
            for table, some in everything.items():
                book.executemany(statements[table], some)
        book.close()
        return
    import os

    engine = sa.create_engine(os.environ["CHURN_BOOK"])
    with engine.begin() as connection:
        for statement in OLD_TABLES.split(";"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        for table, some in everything.items():
            for row in some:
                connection.exec_driver_sql(statements[table].replace("?", "%s"), tuple(row))
    engine.dispose()


def learnt(campaigns, last):
    return "learnt", f"Learnt from {campaigns} measured campaign{'s' * (campaigns > 1)}, the last one {last}."


def test_contacts_go_to_the_model_of_their_campaign_and_a_key_of_another_does_not_rest(home, either_book):
    rows = {
        "campaigns": [("c1", "2026-01-05", "general", "shop"), ("c2", "2026-01-06", "general", "provider")],
        "contacts": [("c1", "17", "general"), ("c2", "18", "general")],
    }
    old_book(home, either_book, rows)
    book = open_engine(home)
    assert [c["key"] for c in contacts_before(book, "shop")] == ["17"]
    assert [c["key"] for c in contacts_before(book, "provider")] == ["18"]
    assert contacts_before(book, "general") == []


def test_what_was_learnt_goes_to_the_model_that_taught_it_and_what_was_set_stays_the_default(home, either_book):
    rows = {
        "campaigns": [("c1", "2026-01-05", "general", "shop"), ("c2", "2026-01-06", "general", "provider")],
        "measured": [("c1",), ("c2",)],
        "playbooks": [
            ("general", 1, "2026-01-01", *BY_HAND, TEA.format(save=0.1)),
            ("general", 2, "2026-02-01", *learnt(1, "c1"), TEA.format(save=0.5)),
        ],
    }
    old_book(home, either_book, rows)
    open_engine(home).dispose()
    shop, provider = (active_playbook(home, model, profile="general") for model in ("shop", "provider"))
    assert (shop.how, shop.version, shop.playbook.action("tea").save.mid) == ("learnt", 2, 0.5)
    assert (provider.how, provider.version, provider.playbook.action("tea").save.mid) == ("by hand", 1, 0.1)


def test_what_two_businesses_taught_together_counts_for_neither_and_is_not_thrown_away(home, either_book):
    rows = {
        "campaigns": [("c1", "2026-01-05", "general", "shop"), ("c2", "2026-01-06", "general", "provider")],
        "measured": [("c1",), ("c2",)],
        "playbooks": [("general", 1, "2026-02-01", *learnt(2, "c2"), TEA.format(save=0.5))],
    }
    old_book(home, either_book, rows)
    book = open_engine(home)
    assert len(playbooks_of(book, "profile:general")) == 1
    for model in ("", "shop", "provider"):
        assert active_playbook(home, model, profile="general").how == "shipped"


def test_a_playbook_of_a_single_business_goes_on_counting_for_it(home, either_book):
    rows = {
        "campaigns": [("c1", "2026-01-05", "telco", "telco"), ("c2", "2026-01-06", "telco", "telco")],
        "measured": [("c1",), ("c2",)],
        "playbooks": [
            ("telco", 1, "2026-01-01", *BY_HAND, TEA.format(save=0.1)),
            ("telco", 2, "2026-02-01", *learnt(2, "c2"), TEA.format(save=0.5)),
            ("telco", 3, "2026-03-01", *BY_HAND, TEA.format(save=0.2)),
        ],
    }
    old_book(home, either_book, rows)
    open_engine(home).dispose()
    force = active_playbook(home, "telco", profile="telco")
    assert (force.version, force.how, force.playbook.action("tea").save.mid) == (3, "by hand", 0.2)


def test_who_is_left_alone_stays_so_for_every_model_that_planned_in_the_profile_and_for_no_other(home, either_book):
    rows = {
        "campaigns": [
            ("c1", "2026-01-05", "general", "shop"),
            ("c2", "2026-01-06", "general", "provider"),
            ("c3", "2026-01-06", "telco", "telco"),
        ],
        "left_alone": [("general", "17"), ("telco", "18")],
    }
    old_book(home, either_book, rows)
    book = open_engine(home)
    found = {model: list(suppressed_customers(book, model)) for model in ("shop", "provider", "telco")}
    assert found == {"shop": ["17"], "provider": ["17"], "telco": ["18"]}


def test_where_only_one_model_ever_planned_every_experiment_was_about_its_customers(home, either_book):
    rows = {"campaigns": [("c1", "2026-01-05", "telco", "telco")], "left_alone": [("general", "17")]}
    old_book(home, either_book, rows)
    assert suppressed_customers(open_engine(home), "telco") == {"17": "calls"}


@pytest.mark.usefixtures("either_book")
def test_a_new_book_is_keyed_by_business_from_the_start(home):
    with looking(open_engine(home)) as connection:
        for table in ("contacts", "playbooks", "left_alone"):
            names = {column["name"] for column in sa.inspect(connection).get_columns(table)}
            assert "business" in names and "profile" not in names
        done = connection.exec_driver_sql("SELECT max(step) FROM steps_done").scalar()
    assert done == len(STEPS)
