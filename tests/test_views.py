"""What the screens show of a scored list is counted once, here."""

import pytest

from churn import Desk
from tests.trained import TODAY


@pytest.fixture(scope="module")
def ranked(telco_home):
    return Desk(telco_home).score(telco_home / TODAY)


def test_tiers_add_up_to_the_list_and_leavers_to_the_probabilities(ranked, telco_home):
    found = Desk(telco_home).overview(ranked)
    p = ranked.scored.table.column("probability").to_pylist()
    assert sum(t.customers for t in found.tiers) == found.customers == 60
    assert found.leavers == pytest.approx(sum(p))
    assert found.low <= found.leavers <= found.high


def test_the_table_is_in_the_order_asked_for_and_no_longer(ranked, telco_home):
    found = Desk(telco_home).customers(ranked, by="probability", most=5)["probability"].tolist()
    assert found == sorted(ranked.scored.table.column("probability").to_pylist(), reverse=True)[:5]


def test_only_the_tiers_asked_for_are_shown(ranked, telco_home):
    assert set(Desk(telco_home).customers(ranked, tiers=["Low"])["tier"]) == {"Low"}


def test_a_search_finds_a_key_whatever_its_case(ranked, telco_home):
    desk = Desk(telco_home)
    key = desk.keys(ranked)[7]
    assert desk.customers(ranked, search=key.lower()).iloc[:, 0].tolist() == [key]


def test_segments_hold_every_customer_once(ranked, telco_home):
    assert sum(s.customers for s in Desk(telco_home).segments(ranked)) == 60


def test_the_words_of_an_outcome_are_counted_as_written(telco_home):
    desk = Desk(telco_home)
    assert set(desk.outcome_words(desk.check(telco_home / "history.csv"), "Churn")) == {"Yes", "No"}
