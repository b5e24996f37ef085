"""What if one thing were different: the score and the reasons before and after."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.errors import RequestRefused
from churn.explain.explainer import Linear, build_explainer
from churn.schema import Column, Follows, Schema
from churn.scoring.reasons import explain_customer
from churn.scoring.whatif import compare_changes
from churn.training.encoder import Field
from churn.training.model import build_reference
from tests.small_model import SCHEMA, THREE, WORDING, small_model

MODEL = small_model()
ANN = THREE.to_pylist()[0]
LIMITED = replace(MODEL.encoder.fields[3], low=-40.0, high=140.0)


def test_before_and_after_are_the_customer_explained_twice():
    answer = compare_changes(MODEL, WORDING, ANN, {"plan": "yearly", "spend": "50"})
    assert answer.changes == {"plan": ("monthly", "yearly"), "spend": (70.35, 50.0)}
    assert answer.before == explain_customer(MODEL, WORDING, ANN)
    assert answer.after == explain_customer(MODEL, WORDING, {**ANN, "plan": "yearly", "spend": 50.0})
    assert answer.points == pytest.approx(100 * (answer.after.probability - answer.before.probability))


def test_only_the_changed_columns_move():
    moved = compare_changes(MODEL, WORDING, ANN, {"plan": "yearly"}).moved
    assert moved == {"months": 0.0, "plan": -2.0, "senior": 0.0, "spend": 0.0}


def test_a_column_that_no_offer_can_change_may_be_asked_about_but_is_told():
    notices = compare_changes(MODEL, WORDING, ANN, {"months": "24", "plan": "yearly"}).notices
    assert [(n.kind, n.column) for n in notices] == [("info", None), ("warning", "months")]
    assert "not shown to be its cause" in notices[0].text


def test_a_change_beyond_all_that_was_learnt_is_told():
    limited = replace(MODEL, encoder=replace(MODEL.encoder, fields=(*MODEL.encoder.fields[:3], LIMITED)))
    notices = compare_changes(limited, WORDING, ANN, {"spend": "9000"}).notices
    assert [n.text for n in notices][1:] == [
        "1 customer has a spend far outside the 20 to 80 learnt from; such scores are little more than a guess. "
        "As money, what lies far above counts as the largest learnt from."
    ]


def test_nothing_changed_is_nothing_moved():
    assert compare_changes(MODEL, WORDING, ANN, {}).points == 0.0


SERVICES = Column("backup", "category", levels=("No", "Yes", "No net"), follows=Follows("plan", "none", "No net", "No"))


def with_services():
    """The small model with a fifth column that goes with the plan: without one there is no backup either."""
    columns = tuple(replace(c, levels=("monthly", "yearly", "none")) if c.name == "plan" else c for c in SCHEMA.columns)
    plan = replace(MODEL.encoder.fields[1], levels=("monthly", "yearly", "none"))
    backup = Field("backup", "service", ("No", "Yes", "No net"))
    encoder = replace(MODEL.encoder, fields=(MODEL.encoder.fields[0], plan, *MODEL.encoder.fields[2:], backup))
    flat = (np.zeros(2), np.zeros(2), np.zeros(2), np.zeros(2), np.zeros(2))
    line = Linear(-1.0, np.array([-0.05, -0.4, 0.5, 0.02, 0.7]), np.array([24.0, 0.0, 0.0, 50.0, 0.0]), flat)
    parts = {"schema": Schema((*columns, SERVICES)), "encoder": encoder, "explainer": build_explainer([(1.0, line)], 5)}
    rows = np.array([[m, p, 0, s, b] for m in (1, 48) for p in (0, 1) for s in (20, 80) for b in (0, 1)], np.float32)
    reference = build_reference(encoder, rows, parts["explainer"].probability(rows))
    return small_model(**parts, reference=reference)


VALUES = {
    "plan": st.sampled_from(["monthly", "yearly", "none"]),
    "spend": st.floats(0, 500),
    "months": st.floats(0, 200),
    "senior": st.booleans(),
}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(list(VALUES)), unique=True, min_size=1), st.data())
def test_what_each_changed_field_does_adds_up_in_the_order_given(names, data):
    model = with_services()
    changes = {name: data.draw(VALUES[name]) for name in names}
    answer = compare_changes(model, WORDING, {**ANN, "backup": "Yes"}, changes)
    assert sum(s.points for s in answer.steps) == pytest.approx(answer.points, abs=1e-9)
    assert [s.column for s in answer.steps] == [n for n in names if changes[n] != ANN[n]]
    assert all(old != new for old, new in answer.changes.values())


def test_each_step_is_the_score_after_it_less_the_score_before_it():
    one, two = compare_changes(MODEL, WORDING, ANN, {"plan": "yearly", "spend": 50.0}).steps
    first = explain_customer(MODEL, WORDING, {**ANN, "plan": "yearly"}).probability
    last = explain_customer(MODEL, WORDING, {**ANN, "plan": "yearly", "spend": 50.0}).probability
    now = explain_customer(MODEL, WORDING, ANN).probability
    assert [one.points, two.points] == pytest.approx([100 * (first - now), 100 * (last - first)])
    assert (one.text, two.text) == ("Contract: yearly", "Pays $50 a month")
    turned = compare_changes(MODEL, WORDING, ANN, {"spend": 50.0, "plan": "yearly"}).steps
    assert [s.column for s in turned] == ["spend", "plan"] and turned[1].points != pytest.approx(one.points)


def test_a_field_that_stays_as_it_is_is_not_listed():
    answer = compare_changes(MODEL, WORDING, ANN, {"plan": "Monthly", "spend": "50"})
    assert (list(answer.changes), [s.column for s in answer.steps]) == (["spend"], ["spend"])
    nothing = compare_changes(MODEL, WORDING, ANN, {"plan": "Monthly"})
    assert (nothing.points, nothing.changes, nothing.steps) == (0.0, {}, ())
    assert nothing.notices[1].text == "Nothing changes: these values are what the customer has already."


def test_a_column_follows_the_one_it_goes_with_and_is_listed_as_changed():
    model, customer = with_services(), {**ANN, "backup": "Yes"}
    gone = compare_changes(model, WORDING, customer, {"plan": "none"})
    assert gone.changes == {"plan": ("monthly", "none"), "backup": ("Yes", "No net")}
    assert [(s.column, s.follows) for s in gone.steps] == [("plan", {"backup": ("Yes", "No net")})]
    back = compare_changes(model, WORDING, {**customer, "plan": "none", "backup": "No net"}, {"plan": "yearly"})
    assert back.changes["backup"] == ("No net", "No")
    other = compare_changes(model, WORDING, customer, {"plan": "yearly"})
    assert list(other.changes) == ["plan"]


def test_a_column_given_beside_the_one_it_goes_with_counts_in_whatever_order():
    model, without = with_services(), {**ANN, "plan": "none", "backup": "No net"}
    for changes in ({"plan": "yearly", "backup": "yes"}, {"backup": "yes", "plan": "yearly"}):
        assert compare_changes(model, WORDING, without, changes).changes["backup"] == ("No net", "Yes")


@pytest.mark.parametrize(
    ("customer", "changes"),
    [
        ({"plan": "none", "backup": "No net"}, {"backup": "Yes"}),
        ({"plan": "monthly", "backup": "Yes"}, {"backup": "No net"}),
        ({"plan": "monthly", "backup": "Yes"}, {"plan": "none", "backup": "Yes"}),
    ],
)
def test_what_cannot_be_together_is_refused(customer, changes):
    with pytest.raises(RequestRefused, match=r"backup cannot be .* while plan is") as refused:
        compare_changes(with_services(), WORDING, {**ANN, **customer}, changes)
    assert refused.value.fix == "Change plan as well."
