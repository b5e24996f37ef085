"""A scored list is narrowed, ordered and added up once, here."""

import pytest

from churn import Desk
from tests.trained import TODAY


@pytest.fixture(scope="module")
def desk(telco_home):
    return Desk(telco_home)


@pytest.fixture(scope="module")
def ranked(desk, telco_home):
    return desk.score(telco_home / TODAY)


def column(ranked, name):
    return ranked.scored.table.column(name).to_pylist()


def short(desk, ranked, **asked):
    return desk.shortlist(ranked, desk.wanted(**asked))


def test_without_a_wish_everybody_is_there_and_adds_up(desk, ranked):
    found = short(desk, ranked)
    assert found.customers == 60
    assert found.leavers == pytest.approx(sum(column(ranked, "probability")))
    assert found.gain == pytest.approx(sum(g or 0 for g in column(ranked, "expected_gain")))


@pytest.mark.parametrize("upwards", [False, True])
def test_the_order_asked_for_is_kept_over_the_pages(desk, ranked, upwards):
    found = short(desk, ranked, by="probability", upwards=upwards)
    shown = [*found.page(1, 50)["probability"], *found.page(2, 50)["probability"]]
    assert shown == sorted(column(ranked, "probability"), reverse=not upwards)
    assert found.page(3, 50).empty


def test_tiers_are_lists_of_one_as_badges_want_them(desk, ranked):
    tiers = short(desk, ranked, tiers=("Low",)).page(1, 100)["tier"].tolist()
    assert tiers == [["Low"]] * column(ranked, "tier").count("Low")


def test_a_search_finds_a_key_whatever_its_case(desk, ranked):
    key = desk.keys(ranked)[7]
    assert short(desk, ranked, search=f" {key.lower()} ").page(1, 9).iloc[:, 0].tolist() == [key]


def test_an_action_asked_for_and_none_worth_it_are_told_apart(desk, ranked):
    actions = [a or "" for a in column(ranked, "action")]
    for action in desk.actions_in(ranked):
        assert short(desk, ranked, actions=(action,)).customers == actions.count(action) > 0


def test_the_words_of_a_column_narrow_the_list(desk, ranked):
    assert "Contract" in desk.columns_to_narrow(ranked)
    sizes = [short(desk, ranked, column="Contract", words=(w,)).customers for w in desk.words_of(ranked, "Contract")]
    assert sum(sizes) == 60
    assert sizes == sorted(sizes, reverse=True)


def test_at_least_so_much_value_at_risk(desk, ranked):
    values = sorted((v for v in column(ranked, "value_at_risk") if v is not None), reverse=True)
    assert short(desk, ranked, least=values[9]).customers == 10


def test_all_wishes_hold_together(desk, ranked):
    found = short(desk, ranked, tiers=("High",), search="no customer is called so")
    assert (found.customers, found.leavers, found.value_at_risk, found.gain) == (0, 0.0, None, 0.0)


def test_an_id_is_searched_for_and_not_chosen_from(desk, ranked):
    assert desk.words_of(ranked, "customerID") == () or len(desk.keys(ranked)) <= 60
