"""A customer who asks to be forgotten is in no table any more; old rows go after their time."""

from dataclasses import replace

import pytest

from churn.errors import RequestRefused
from churn.store.campaigns import (
    arms_given,
    campaigns,
    contacts_before,
    measured_so_far,
    outcomes_of,
    record_campaign,
    record_measurement,
)
from churn.store.customers import OF_CUSTOMERS, forget, forget_before, last_seen, lists_scored, record_list, sweep
from churn.store.database import open_engine
from churn.store.tables import METADATA
from tests.test_journal import SPRING, member
from tests.test_store_records import FOUND, MONDAY, came, seen

pytestmark = pytest.mark.usefixtures("either_book")


def full_book():
    book = open_engine()
    record_campaign(book, SPRING, [member("a"), member("b")])
    record_measurement(book, FOUND, [came("a", 1), came("b", 0)])
    record_list(book, MONDAY, [seen("a", 0.7), seen("b", 0.2)])
    return book


def everywhere(book, key):
    contacted = {c["key"] for c in contacts_before(book, "shoes")}
    back = {o["key"] for o in outcomes_of(book, "spring")}
    return (key in arms_given(book, "spring"), key in contacted, key in back, last_seen(book, key) is not None)


def test_one_customer_is_removed_everywhere_and_the_others_stay(home):
    book = full_book()
    assert forget(book, "a") == 4
    assert (everywhere(book, "a"), everywhere(book, "b")) == ((False,) * 4, (True,) * 4)
    assert forget(book, "a") == 0


def test_after_their_time_customers_go_and_sums_stay(home):
    book = full_book()
    record_campaign(book, replace(SPRING, campaign="summer", made="2026-07-01T00:00:00+00:00"), [member("c")])
    assert forget_before(book, "2026-06-01") == 2 + 2 + 2 + 2 + 1
    assert (everywhere(book, "a"), arms_given(book, "summer")) == ((False,) * 4, {"c": "treat"})
    assert (len(campaigns(book)), set(measured_so_far(book)), lists_scored(book)) == (2, {"spring"}, ())


def test_every_table_that_holds_customers_is_forgotten():
    holding = {name for name, table in METADATA.tables.items() if "key" in table.c}
    assert holding == {table.name for table in OF_CUSTOMERS}


def test_what_is_older_than_it_may_be_kept_goes_when_the_book_is_opened(home, monkeypatch):
    book = full_book()
    monkeypatch.setenv("CHURN_RETENTION_DAYS", "36500")
    assert sweep(book) == 0 and everywhere(book, "a") == (True,) * 4
    monkeypatch.setenv("CHURN_RETENTION_DAYS", "30")
    assert sweep(book) == 9
    assert (sweep(book), everywhere(book, "a")) == (0, (False,) * 4)
    record_campaign(book, replace(SPRING, campaign="old"), [member("late")])
    assert (sweep(book), arms_given(book, "old")) == (0, {"late": "treat"})


@pytest.mark.parametrize("told", ["0", "-3", "a year", "1.5", "²"])
def test_a_time_to_keep_that_is_no_number_of_days_is_refused(home, monkeypatch, told):
    monkeypatch.setenv("CHURN_RETENTION_DAYS", told)
    with pytest.raises(RequestRefused, match="number of days, 1 or more"):
        sweep(open_engine())
