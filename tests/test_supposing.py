"""What if one thing were different: the score and the reasons before and after."""

from dataclasses import replace

import pytest

from churn.scoring.explaining import explanation
from churn.scoring.supposing import whatif
from tests.small_model import THREE, WORDING, small_model

MODEL = small_model()
ANN = THREE.to_pylist()[0]
LIMITED = replace(MODEL.encoder.fields[3], low=-40.0, high=140.0)


def test_before_and_after_are_the_customer_explained_twice():
    answer = whatif(MODEL, WORDING, ANN, {"plan": "yearly", "spend": "50"})
    assert answer.changes == {"plan": ("monthly", "yearly"), "spend": (70.35, 50.0)}
    assert answer.before == explanation(MODEL, WORDING, ANN)
    assert answer.after == explanation(MODEL, WORDING, {**ANN, "plan": "yearly", "spend": 50.0})
    assert answer.points == pytest.approx(100 * (answer.after.probability - answer.before.probability))


def test_only_the_changed_columns_move():
    moved = whatif(MODEL, WORDING, ANN, {"plan": "yearly"}).moved
    assert moved == {"months": 0.0, "plan": -2.0, "senior": 0.0, "spend": 0.0}


def test_a_column_that_no_offer_can_change_may_be_asked_about_but_is_told():
    notices = whatif(MODEL, WORDING, ANN, {"months": "24", "plan": "yearly"}).notices
    assert [(n.kind, n.column) for n in notices] == [("info", None), ("warning", "months")]
    assert "not shown to be its cause" in notices[0].text


def test_a_change_beyond_all_that_was_learnt_is_told():
    limited = replace(MODEL, encoder=replace(MODEL.encoder, fields=(*MODEL.encoder.fields[:3], LIMITED)))
    notices = whatif(limited, WORDING, ANN, {"spend": "9000"}).notices
    assert [n.text for n in notices][1:] == [
        "1 customer has a spend far outside the 20 to 80 learnt from; such scores are little more than a guess."
    ]


def test_nothing_changed_is_nothing_moved():
    assert whatif(MODEL, WORDING, ANN, {}).points == 0.0
