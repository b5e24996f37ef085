"""A scored list is narrowed, ordered and added up once, here."""

import pytest

from churn import Workspace
from churn.workspace.list_history import ListFilter, actions_in, filter_columns, filter_list, filter_values, list_keys
from tests.trained import TODAY


@pytest.fixture(scope="module")
def workspace(telco_home):
    return Workspace(telco_home)


@pytest.fixture(scope="module")
def ranked(workspace, telco_home):
    return workspace.lists.score(telco_home / TODAY)


def column(ranked, name):
    return ranked.scored.table.column(name).to_pylist()


def short(workspace, ranked, **asked):
    return filter_list(ranked, ListFilter(**asked))


def test_without_a_wish_everybody_is_there_and_adds_up(workspace, ranked):
    found = short(workspace, ranked)
    assert found.customers == 60
    assert found.leavers == pytest.approx(sum(column(ranked, "probability")))
    assert found.gain == pytest.approx(sum(g or 0 for g in column(ranked, "expected_gain")))


@pytest.mark.parametrize("upwards", [False, True])
def test_the_order_asked_for_is_kept_over_the_pages(workspace, ranked, upwards):
    found = short(workspace, ranked, by="probability", upwards=upwards)
    shown = [*found.page(1, 50)["probability"], *found.page(2, 50)["probability"]]
    assert shown == sorted(column(ranked, "probability"), reverse=not upwards)
    assert found.page(3, 50).empty


def test_tiers_are_lists_of_one_as_badges_want_them(workspace, ranked):
    tiers = short(workspace, ranked, tiers=("Low",)).page(1, 100)["tier"].tolist()
    assert tiers == [["Low"]] * column(ranked, "tier").count("Low")


def test_a_search_finds_a_key_whatever_its_case(workspace, ranked):
    key = list_keys(ranked)[7]
    assert short(workspace, ranked, search=f" {key.lower()} ").page(1, 9).iloc[:, 0].tolist() == [key]


def test_an_action_asked_for_and_none_worth_it_are_told_apart(workspace, ranked):
    actions = [a or "" for a in column(ranked, "action")]
    for action in actions_in(ranked):
        assert short(workspace, ranked, actions=(action,)).customers == actions.count(action) > 0


def test_the_words_of_a_column_narrow_the_list(workspace, ranked):
    assert "Contract" in filter_columns(ranked)
    sizes = [
        short(workspace, ranked, column="Contract", words=(w,)).customers for w in filter_values(ranked, "Contract")
    ]
    assert sum(sizes) == 60
    assert sizes == sorted(sizes, reverse=True)


def test_at_least_so_much_value_at_risk(workspace, ranked):
    values = sorted((v for v in column(ranked, "value_at_risk") if v is not None), reverse=True)
    assert short(workspace, ranked, least=values[9]).customers == 10


def test_all_wishes_hold_together(workspace, ranked):
    found = short(workspace, ranked, tiers=("High",), search="no customer is called so")
    assert (found.customers, found.leavers, found.value_at_risk, found.gain) == (0, 0.0, None, 0.0)


def test_an_id_is_searched_for_and_not_chosen_from(workspace, ranked):
    assert filter_values(ranked, "customerID") == () or len(list_keys(ranked)) <= 60
