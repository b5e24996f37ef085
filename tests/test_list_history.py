"""Lists beside the ones before: noted once, compared honestly, and the next step that fits."""

import pytest

from churn.money.amounts import Amounts
from churn.store.customers import ListRecord, lists_scored
from churn.workspace.list_history import Overview, TierCount, _told, next_step, record_summary, since_last
from churn.workspace.store import open_store
from tests.trained import TODAY

DOLLARS = Amounts("USD")
BASIS = "MonthlyCharges × 0.5 over 18 months, discounted 0.1 a year USD"


@pytest.fixture(scope="module")
def scored(telco_home):
    from churn import Workspace

    workspace = Workspace(telco_home)
    ranked = workspace.lists.score(telco_home / TODAY)
    return ranked, workspace.lists.overview(ranked)


def overview(customers, leavers, high=10):
    tiers = (TierCount("High", high, 5.0, None), TierCount("Medium", 0, 0.0, None), TierCount("Low", 0, 0.0, None))
    return Overview(customers, leavers, 0, 0, 1500.0, "USD", 4, 100.0, tiers, "18 months", worth_basis=BASIS)


def before(rows=1000, leavers=250.0, basis=BASIS):
    return ListRecord("aa", "telco", "v1", "2026-01-01", "old.csv", rows, leavers, 1000.0, {"High": 7}, basis)


def test_the_first_list_has_none_before_it_and_noting_it_twice_is_noting_it_once(home, scored):
    record_summary(home, *scored)
    record_summary(home, *scored)
    assert since_last(home, *scored, DOLLARS) is None


def test_a_difference_that_chance_could_make_is_called_one():
    assert _told(before(), overview(1000, 260.0), DOLLARS)[0] == (
        "26.0% are expected to leave; it was 25.0%. Chance alone could make that difference."
    )


def test_a_larger_difference_is_told_with_its_direction_and_in_money():
    assert _told(before(), overview(1200, 480.0), DOLLARS) == (
        "40.0% are expected to leave, more than the 25.0% before.",
        "It has 1,200 customers, 200 more than before.",
        "Value at risk over 18 months went from $1,000 to $1,500.",
        "Tier High holds 10 customers; it held 7.",
    )


def test_money_is_compared_only_where_both_lists_count_it_in_one_way():
    longer = _told(before(basis=BASIS.replace("18", "24")), overview(1200, 480.0), DOLLARS)
    assert longer[2:] == ("Tier High holds 10 customers; it held 7.",)


def test_a_list_kept_before_tiers_and_worth_meant_what_they_mean_is_compared_in_neither():
    said = _told(before(basis=None), overview(1200, 480.0), DOLLARS)
    assert len(said) == 2 and not [text for text in said if "at risk" in text or "Tier" in text]


def test_what_is_kept_of_a_list_says_how_its_worth_was_counted(home, scored):
    record_summary(home, *scored)
    with open_store(home) as book:
        (kept,) = lists_scored(book)
    assert kept.worth_basis == scored[1].worth_basis == BASIS


def test_the_next_step_is_a_campaign_until_one_was_exported(home, scored):
    assert next_step(home, *scored, DOLLARS).screen == "plan"
    nothing = overview(60, 3.0).__class__(**{**vars(scored[1]), "suggested": 0})
    assert next_step(home, scored[0], nothing, DOLLARS).title == "Check the offers"
