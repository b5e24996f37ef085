"""Outcomes matched with their campaign, and lists that cannot be that."""

import pandas as pd
import pytest

from churn.campaigns.lift import match_outcomes, yes_or_no
from churn.errors import ListRefused

CAMPAIGN = pd.DataFrame({"id": list("abcdef"), "arm": ["treat"] * 4 + ["holdout"] * 2})
BACK = pd.DataFrame({"id": list("abcdef"), "left": ["no", "yes", "no", "no", "yes", "no"]})


def _matched(back, campaign=CAMPAIGN):
    return match_outcomes(campaign, back, key="id", outcome="left")


def test_every_customer_gets_the_outcome():
    found = _matched(BACK)
    assert found.table["left"].tolist() == [0, 1, 0, 0, 1, 0]
    assert (found.known, found.notices) == ({"treat": 4, "holdout": 2}, ())


def test_unknown_customers_do_not_count_and_are_said():
    found = _matched(pd.concat([BACK, pd.DataFrame({"id": ["x", "y"], "left": ["no", "no"]})]))
    assert (len(found.table), found.notices[0].count) == (6, 2)


def test_a_list_mostly_of_strangers_asks_whether_it_is_the_right_one():
    strangers = pd.DataFrame({"id": [f"x{i}" for i in range(7)], "left": ["no"] * 7})
    found = _matched(pd.concat([BACK, strangers]))
    assert (found.notices[0].kind, found.notices[0].count) == ("warning", 7)
    assert found.notices[0].text.endswith("is it the right campaign?")


def test_a_customer_twice_with_the_same_outcome_counts_once():
    found = _matched(pd.concat([BACK, BACK.head(1)]))
    assert (len(found.table), found.notices[0].count) == (6, 1)


def test_missing_outcomes_are_counted_per_arm():
    found = _matched(BACK.drop(index=[1, 4]))
    assert found.known == {"treat": 3, "holdout": 1}
    assert "25% of the treated, 50% of the held out" in found.notices[0].text


def test_contact_with_the_held_out_and_none_with_the_treated_are_said():
    found = _matched(BACK.assign(contacted=["yes", "no", "yes", "yes", "yes", "no"]))
    assert [(n.kind, n.count) for n in found.notices] == [("warning", 1), ("info", 1)]
    assert found.notices[0].text.startswith("1 of 2 held-out customers were contacted all the same")


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (BACK.rename(columns={"left": "gone"}), "no column 'left'.*They have: id, gone"),
        (BACK.assign(id=[f"z{i}" for i in range(6)]), "None of these customers are in this campaign"),
        (BACK.head(4), "outcomes of the treated customers only"),
        (BACK.tail(2), "outcomes of the held out customers only"),
        (BACK.head(0), "The list has no outcome"),
        (pd.concat([BACK, BACK.head(2).assign(left="yes")]), "1 customer has two different outcomes: a"),
        (BACK.assign(left="maybe"), "left holds 'maybe', which says neither left nor stayed"),
    ],
)
def test_a_list_that_cannot_be_these_outcomes_is_refused(back, said):
    with pytest.raises(ListRefused, match=said):
        _matched(back)


def test_yes_and_no_are_read_in_every_usual_form():
    words = pd.Series(["Yes", "n", "TRUE", "0", " 1 ", None, ""])
    assert yes_or_no(words, "x").tolist()[:5] == [1, 0, 1, 0, 1]
    assert yes_or_no(pd.Series([True, False]), "x").tolist() == yes_or_no(pd.Series([1.0, 0.0]), "x").tolist() == [1, 0]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (1, "2% of the held out left; their scores say 50%. If the time is not up yet, measure again when it is."),
        (20, ""),
    ],
)
def test_outcomes_that_came_too_soon_are_doubted(left, said):
    keys = [f"c{i}" for i in range(120)]
    campaign = pd.DataFrame({"id": keys, "arm": ["treat"] * 60 + ["holdout"] * 60, "probability": 0.5})
    back = pd.DataFrame({"id": keys, "left": [i >= 120 - left for i in range(120)]})
    assert [n.text for n in _matched(back, campaign).notices] == [said] * bool(said)


def test_far_more_leavers_than_the_scores_say_ask_for_the_word():
    keys = [f"c{i}" for i in range(120)]
    campaign = pd.DataFrame({"id": keys, "arm": ["treat", "holdout"] * 60, "probability": 0.1})
    (note,) = _matched(pd.DataFrame({"id": keys, "left": [i % 4 > 0 for i in range(120)]}), campaign).notices
    assert note.text.endswith("their scores say 10%. Make sure that the word taken for having left is right.")


def test_a_list_whose_outcomes_are_all_empty_is_refused():
    with pytest.raises(ListRefused, match="Nobody's outcome is known"):
        _matched(BACK.assign(left=None))
