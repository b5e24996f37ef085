"""Retrain takes harm on two lists in a row; one sign, a driver that moved or faulty data are watched."""

from dataclasses import replace

import numpy as np
import pytest

from churn.monitoring.drift import ColumnDrift, Distance
from churn.monitoring.performance import Likely, Performance, Profit
from churn.monitoring.quality import Alarm
from churn.monitoring.report import Evidence, advise
from churn.monitoring.scores import ScoreDrift, ScoreShape

SCORES = ScoreShape(5000, 0.27, (0.2, 0.5, 0.3), (0.5, 0.5))
CALM = ScoreDrift(SCORES, SCORES, Distance(), False, False, "")
ALARMED = ScoreDrift(SCORES, SCORES, Distance(psi=0.3), True, True, "")
STEADY = Profit(Likely(4.1, 4.0, 4.2, 4.2))
FALLEN = Profit(Likely(3.87, 3.7, 4.0, 4.21), fell=True, certain=True)
DRIVER = ColumnDrift("plan", True, 0.2, "", 0.4, True)
BYSTANDER = ColumnDrift("shoe", True, 0.2, "", 0.0, False)


def evidence(columns=(), alarms=(), score=CALM, profit=STEADY, performance=None, customers=5000):
    return Evidence(customers, tuple(columns), tuple(alarms), score, profit, performance)


def realised(*signs):
    number = Likely(0.8, 0.7, 0.9, 0.85)
    return Performance("May", 5000, 900, number, number, number, Likely(3.0, 2.9, 3.1, 4.0), signs)


def test_nothing_amiss_keeps_the_model_with_its_money():
    advice = advise(evidence(), currency="USD")
    assert advice.as_json() == {
        "do": "keep",
        "why": "Keep the model. Acting on this list is expected to bring $4,100 per 1,000 customers "
        "($4,000 to $4,200); when it learnt it was $4,200 (2.4% less), which is uncertain itself: chance explains the "
        "difference.",
        "signs": [],
        "lists_in_a_row": 0,
        "judged": True,
    }


def test_a_fall_of_profit_is_watched_once_and_retrained_twice():
    once = advise(evidence(profit=FALLEN))
    twice = advise(evidence(profit=FALLEN), earlier=(once.signs,))
    assert (once.verdict, once.row, twice.verdict, twice.row) == ("watch", 1, "retrain", 2)
    assert twice.why == (
        "Retrain: the expected profit fell by more than 5%, on 2 lists in a row. Acting on this list is expected to "
        "bring 3,870 per 1,000 customers (3,700 to 4,000); when it learnt it was 4,210 (8.1% less)."
    )


def test_a_calm_list_between_two_bad_ones_starts_the_count_again():
    assert advise(evidence(profit=FALLEN), earlier=(("scores",), ())).verdict == "watch"


def test_another_sign_on_the_next_list_counts_too():
    assert advise(evidence(score=ALARMED), earlier=(("auc",),)).verdict == "retrain"


def test_a_driver_that_moved_is_watched_and_a_bystander_is_not():
    assert [advise(evidence([c])).verdict for c in (DRIVER, BYSTANDER)] == ["watch", "keep"]
    assert advise(evidence([DRIVER])).why.startswith("Watch the next list: 1 column that drives the risk moved.")


@pytest.mark.parametrize("kind", ["schema", "blank", "unit", "constant"])
def test_no_model_is_trained_on_faulty_data(kind):
    broken = evidence([DRIVER], [Alarm(kind, "", "plan")], ALARMED, FALLEN)
    advice = advise(broken, earlier=(("scores",), ("scores",)))
    assert (advice.verdict, advice.signs) == ("watch", ())
    assert "the data has 1 fault: correct the data before training on it" in advice.why


def test_new_levels_are_a_fault_that_training_cures():
    fresh = evidence([DRIVER], [Alarm("unseen", "", "plan")], ALARMED)
    assert advise(fresh, earlier=(("scores",),)).verdict == "retrain"


@pytest.mark.parametrize(("kind", "said"), [("keys", "hardly a customer in common"), ("volume", "longer or shorter")])
def test_an_odd_list_is_no_fault_of_its_data(kind, said):
    why = advise(evidence(alarms=[Alarm(kind, "")])).why
    assert said in why and "fault" not in why


@pytest.mark.parametrize(("left", "said"), [(0.9, "far more"), (0.1, "far fewer")])
def test_a_share_of_leavers_that_is_off_is_said_with_its_side(left, said):
    told = replace(realised("rate"), churn_rate=Likely(left, left, left, 0.5))
    why = advise(evidence(performance=told)).why
    assert why.startswith(f"Watch the next list: {said} customers left than it said.")


def test_outcomes_count_even_where_this_list_is_short():
    advice = advise(evidence(customers=40, performance=realised("auc", "profit")), earlier=(("auc",),))
    assert advice.verdict == "retrain" and "Acting on the scores brought 3,000 per 1,000 customers" in advice.why


def test_a_short_list_gives_no_sign_and_says_so():
    advice = advise(evidence(profit=FALLEN, customers=1), earlier=(("scores",),))
    assert (advice.verdict, advice.judged) == ("keep", False)
    assert advice.why.startswith("Keep the model for now: 1 customer is too few")


def test_without_money_the_advice_still_has_its_reason():
    advice = advise(evidence([DRIVER], profit=Profit(None, np.array([]))))
    assert advice.why == "Watch the next list: 1 column that drives the risk moved."
