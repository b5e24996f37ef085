"""Who is unlike anybody the model has learnt from is counted and told."""

from dataclasses import replace

import numpy as np

from churn.notices import Notice
from churn.scoring.reasons import explain_customer
from churn.scoring.score import Ranking
from churn.scoring.unfamiliar import Unfamiliar
from tests.small_model import ENCODER, THREE, WORDING, customers, small_model

LIMITED = replace(ENCODER, fields=(replace(ENCODER.fields[0], low=-46.0, high=95.0), *ENCODER.fields[1:]))
MODEL = small_model(encoder=LIMITED)
FAR = "far outside the 1 to 48 learnt from; such scores are little more than a guess."


def test_blocks_are_counted_together_and_many_are_a_warning():
    unfamiliar = Unfamiliar(MODEL)
    for months in ([1, 94.9, np.nan], [95, -46, 12]):
        unfamiliar.see(np.array([[m, 0, 0, 20] for m in months], np.float32))
    assert unfamiliar.notices == (Notice("warning", f"2 customers have a months {FAR}", "months", 2),)


def test_a_few_of_many_are_worth_a_word_only():
    unfamiliar = Unfamiliar(MODEL)
    unfamiliar.see(np.array([[m, 0, 0, 20] for m in [500 - 405, *range(1, 41)]], np.float32))
    assert unfamiliar.notices == (Notice("info", f"1 customer has a months {FAR}", "months", 1),)


def test_nobody_far_out_is_no_news():
    assert Ranking(MODEL, WORDING).scored(THREE.slice(0, 2)).notices == ()


def test_a_list_and_one_customer_say_the_same():
    far = customers(id=["a"], plan=["yearly"], spend=[20.0], months=[4000.0], senior=[False])
    (of_list,) = Ranking(MODEL, WORDING).scored(far).notices
    (of_one,) = explain_customer(MODEL, WORDING, far.to_pylist()[0]).notices
    assert of_list == of_one == Notice("warning", f"1 customer has a months {FAR}", "months", 1)


def test_ages_ask_whether_the_date_is_right():
    aged = replace(LIMITED, fields=(replace(LIMITED.fields[0], form="age"), *LIMITED.fields[1:]))
    unfamiliar = Unfamiliar(small_model(encoder=aged))
    unfamiliar.see(np.array([[95, 0, 0, 20]], np.float32))
    assert [n.text for n in unfamiliar.notices] == [
        "1 customer has a months far outside the 1 to 48 days back that were learnt from. Is the list's date right?"
    ]


def test_levels_never_seen_are_counted_together_over_blocks():
    unfamiliar = Unfamiliar(MODEL)
    for plans in ([0, 2, 2], [1, 2]):
        unfamiliar.see(np.array([[12, plan, 0, 20] for plan in plans], np.float32))
    assert unfamiliar.notices == (
        Notice("warning", "3 customers have a value of plan that the model has not seen.", "plan", 3),
    )


def test_money_far_above_all_that_was_learnt_is_said_to_count_as_the_largest():
    dear = replace(ENCODER, fields=(*ENCODER.fields[:3], replace(ENCODER.fields[3], low=-40.0, high=140.0)))
    unfamiliar = Unfamiliar(small_model(encoder=dear))
    unfamiliar.see(np.array([[12, 0, 0, 140], [12, 0, 0, 20]], np.float32))
    assert unfamiliar.notices[0].text.endswith("As money, what lies far above counts as the largest learnt from.")
    low = Unfamiliar(small_model(encoder=dear))
    low.see(np.array([[12, 0, 0, -40]], np.float32))
    assert "As money" not in low.notices[0].text
