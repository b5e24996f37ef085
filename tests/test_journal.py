"""Campaigns in the database: written whole or not at all, arms that stand, contacts that count."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from churn.errors import NotFound, Unavailable
from churn.store import campaigns as journal
from churn.store.campaigns import (
    CampaignRecord,
    arms_given,
    campaign_called,
    campaigns,
    contacts_before,
    members_of,
    record_campaign,
)
from churn.store.database import AT_ONCE, open_engine
from tests.either_book import hang_up_on_others

pytestmark = pytest.mark.usefixtures("either_book")
ROOT = Path(__file__).resolve().parent.parent
MADE = "2026-03-01T10:00:00+00:00"
SPRING = CampaignRecord("spring", MADE, "general", "shoes", "v1", "list-1", "today.csv", "id", "x = 1")


def member(key, arm="treat", **more):
    numbers = dict.fromkeys(("cost", "probability", "expected_gain", "worth", "gain_low", "gain_mid", "gain_high"), 1.0)
    words = {"planned_action": "call", "action": "call", "channel": "phone", "tier": "High"}
    return {"key": key, "arm": arm, **words, **numbers, "traits": {"region": "Süd"}, "in_draw": 1, **more}


def test_a_campaign_is_given_back_as_it_was_written(home):
    book = open_engine()
    record = replace(SPRING, asked={"budget": 100.0}, summary={"treated": 1})
    assert record_campaign(book, record, [member("b"), member("a", "holdout")]) == {}
    assert campaigns(book) == (record,)
    assert members_of(book, "spring") == [
        {**member("a", "holdout"), "campaign": "spring"},
        {**member("b"), "campaign": "spring"},
    ]


def test_writing_the_same_campaign_twice_leaves_the_book_as_once(home):
    book = open_engine()
    for _ in range(2):
        record_campaign(book, SPRING, [member("a"), member("b", "holdout")])
    assert (len(campaigns(book)), arms_given(book, "spring")) == (1, {"a": "treat", "b": "holdout"})


def test_an_arm_that_was_given_once_stands_and_nothing_is_half_written(home):
    book = open_engine()
    record_campaign(book, SPRING, [member("a"), member("b", "holdout")])
    standing = record_campaign(book, replace(SPRING, source="later.csv"), [member("a", "holdout"), member("c")])
    assert standing == {"a": "treat", "b": "holdout"}
    assert (campaigns(book)[0].source, arms_given(book, "spring")) == ("today.csv", standing)


def test_only_the_treated_of_other_campaigns_and_lists_count_as_contacted(home):
    book = open_engine()
    record_campaign(book, SPRING, [member("a"), member("b", "holdout")])
    seen = [{"key": "a", "action": "call", "date": "2026-03-01"}]
    assert contacts_before(book, "shoes") == seen
    assert contacts_before(book, "hats") == contacts_before(book, "shoes", without="spring") == []
    assert contacts_before(book, "shoes", list_="list-1") == contacts_before(book, "shoes", since="2026-03-02") == []


def test_a_campaign_that_is_not_there_is_refused_with_those_that_are(home):
    book = open_engine()
    record_campaign(book, SPRING, [])
    with pytest.raises(NotFound, match=r"no campaign 'autumn'\. The latest are: spring"):
        campaign_called(book, "autumn")


def test_two_exports_at_once_end_with_one_arm_per_customer(home):
    def export(arm):
        book = open_engine()
        standing = record_campaign(book, SPRING, [member(str(k), arm) for k in range(300)])
        book.dispose()
        return standing

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(export, ["treat", "holdout"]))
    arms = arms_given(open_engine(), "spring")
    assert len(set(arms.values())) == 1 and len(arms) == 300
    assert sorted(told, key=len) == [{}, arms]


OTHER = """
import sys
from tests.test_journal import SPRING, member
from churn.store.campaigns import record_campaign
from churn.store.database import AT_ONCE
from churn.store.database import open_engine
book = open_engine()
for k in range(20):
    record_campaign(book, SPRING, [member(f"{sys.argv[1]}-{k}-{i}") for i in range(20)])
"""


def test_two_processes_at_once_lose_nothing(home):
    both = [subprocess.Popen([sys.executable, "-c", OTHER, name], cwd=ROOT) for name in ("one", "two")]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(arms_given(open_engine(), "spring")) == 2 * 20 * 20


KILLED = """
import os, signal
from tests.test_journal import SPRING, member
from churn.store import campaigns as journal, database as connections
def members():
    for k in range(20_000):
        if k == 12_000:
            os.kill(os.getpid(), signal.SIGKILL)
        yield member(str(k))
with connections.writing(connections.open_engine()) as connection:
    journal.merge_rows(connection, journal.MEMBERS, (journal._member("spring", m) for m in members()))
"""


def test_a_writer_killed_in_mid_write_leaves_nothing_half_written(home):
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    book = open_engine()
    assert arms_given(book, "spring") == {}
    assert record_campaign(book, SPRING, [member("a")]) == {}


@pytest.mark.parametrize("either_book", ["postgresql"], indirect=True)
def test_a_server_that_goes_away_in_mid_write_is_said_and_nothing_is_half_written(home, either_book):
    book = open_engine()

    def members():
        for k in range(2 * AT_ONCE):
            if k == AT_ONCE + 10:
                hang_up_on_others()
            yield member(str(k))

    with (
        pytest.raises(Unavailable, match="The database does not answer"),
        journal.writing(book) as connection,
    ):
        journal.merge_rows(connection, journal.MEMBERS, (journal._member("spring", m) for m in members()))
    assert arms_given(open_engine(), "spring") == {}
    assert record_campaign(book, SPRING, [member("a")]) == {}


def test_who_was_added_after_the_draw_stays_so_when_the_campaign_is_exported_again(home):
    book = open_engine()
    record_campaign(book, SPRING, [member("a", in_draw=0), member("b", "holdout")])
    record_campaign(book, SPRING, [member("a"), member("b", "holdout"), member("c")])
    assert {row["key"]: row["in_draw"] for row in members_of(book, "spring")} == {"a": 0, "b": 1, "c": 1}
