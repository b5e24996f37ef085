"""With outcomes, what became of customers stands against what their scores promised."""

from dataclasses import replace

import numpy as np
import pytest

from churn.errors import ListRefused
from churn.money.economics import Stakes
from churn.monitoring.performance import (
    FollowedList,
    auc_error,
    confirm_over_lists,
    follow_list,
    join_lists,
    measure_performance,
    vouched_ranges,
)
from tests.test_watch import MODEL, PLAYBOOK, a_list


def followed(rows=3000, seed=1, truth=lambda p: p):
    table = a_list(rows, seed)
    p = MODEL.probability(MODEL.encoder.matrix(table))
    left = (np.random.default_rng(seed + 500).random(rows) < truth(p)).astype(float)
    given = Stakes(p, table.column("bill").to_numpy().clip(0))
    return follow_list(f"list {seed}", given, left, playbook=PLAYBOOK, columns=table)


def test_twenty_lists_that_behave_as_scored_show_no_sign():
    assert [measure_performance(MODEL, followed(seed=seed)).signs for seed in range(20)] == [()] * 20


def test_outcomes_that_have_nothing_to_do_with_the_scores_show_every_sign_but_the_rate():
    found = measure_performance(MODEL, followed(truth=lambda p: np.full_like(p, p.mean())))
    assert found.signs == ("auc", "calibration", "profit")
    assert found.auc.value == pytest.approx(0.5, abs=0.05) and found.profit.value < 0.9 * found.profit.learnt


def test_more_leavers_than_scored_is_a_sign_of_its_own():
    found = measure_performance(MODEL, followed(truth=lambda p: np.clip(p * 1.5, 0, 1)))
    assert "rate" in found.signs and found.churn_rate.value > 1.3 * found.churn_rate.learnt


def test_profit_by_hand():
    given = Stakes(np.array([0.5, 0.5]), np.array([100.0, 100.0]))
    found = follow_list("two", given, np.array([1.0, 0.0]), playbook=PLAYBOOK)
    assert found.if_leaves.tolist() == [pytest.approx(0.3 * 600 - 2)] * 2
    assert found.if_stays.tolist() == [pytest.approx(-2)] * 2


def test_too_few_outcomes_are_refused_with_the_numbers():
    with pytest.raises(ListRefused, match=r"too few outcomes to judge the model \(40 known, 3 of them left\)"):
        measure_performance(MODEL, FollowedList("May", np.full(40, 0.1), np.repeat([1.0, 0.0], [3, 37])))


def test_outcomes_that_are_no_outcomes_are_refused():
    with pytest.raises(ListRefused, match="neither 0 nor 1"):
        follow_list("May", Stakes(np.array([0.5]), np.array([1.0])), np.array([2.0]))


def test_lists_together_count_every_customer_and_go_by_the_last_name():
    lists = [followed(600, seed) for seed in range(3)]
    found = measure_performance(MODEL, join_lists(lists))
    assert (found.name, found.customers) == ("list 2", 1800)
    assert found.leavers == int(sum(one.left.sum() for one in lists))


def by_chance(p):
    return np.full_like(p, p.mean())


@pytest.mark.parametrize(("truth", "signs"), [(lambda p: p, ()), (by_chance, ("auc", "calibration", "profit"))])
def test_two_bad_lists_count_on_only_where_the_newest_bears_them_out(truth, signs):
    newest = followed(seed=3, truth=truth)
    over = measure_performance(
        MODEL, join_lists([followed(seed=1, truth=by_chance), followed(seed=2, truth=by_chance), newest])
    )
    assert over.signs == ("auc", "calibration", "profit")
    assert confirm_over_lists(MODEL, over, newest) == replace(over, signs=signs)


def test_of_twenty_sound_lists_after_two_bad_ones_none_is_called_bad():
    bad = [followed(2000, seed, truth=by_chance) for seed in (1, 2)]
    for seed in range(3, 23):
        newest = followed(2000, seed)
        assert confirm_over_lists(MODEL, measure_performance(MODEL, join_lists([*bad, newest])), newest).signs == ()


def test_a_list_that_nobody_left_bears_out_whatever_was_said():
    over = measure_performance(MODEL, followed(truth=by_chance))
    assert confirm_over_lists(MODEL, over, FollowedList("May", np.full(9, 0.1), np.zeros(9))) is over


def test_the_report_card_says_from_where_on_it_no_longer_vouches():
    carded = replace(MODEL, report={"scores": {"roc_auc": {"mean": 0.85, "sd": 0.01}}})
    assert vouched_ranges(carded) == (0.85, pytest.approx(0.83))
    assert vouched_ranges(MODEL)[0] == vouched_ranges(MODEL)[1]


def test_the_error_of_an_auc_is_what_lists_show():
    random = np.random.default_rng(0)
    from churn.training.metrics import auc

    y = np.repeat([1.0, 0.0], [100, 300])
    drawn = [auc(y, random.normal(y, 1)) for _ in range(300)]
    assert auc_error(float(np.mean(drawn)), 100, 300) == pytest.approx(np.std(drawn), rel=0.15)


def test_the_performance_is_said_in_a_sentence_and_as_json():
    words = measure_performance(MODEL, followed()).as_json()
    assert {"list", "customers", "leavers", "auc", "calibration_slope", "churn_rate", "profit", "signs"} <= words.keys()
    assert "were expected; a leaver was scored above a stayer in " in words["why"]
