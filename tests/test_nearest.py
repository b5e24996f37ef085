"""The nearest feasible changes: what an offer can do, never more, and never the wrong way."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.scoring.whatif import nearest_changes
from churn.scoring.wording import wording_for
from churn.training.encoder import Encoder
from tests.small_model import ENCODER, PHRASES, SCHEMA, THREE, WORDING, small_model

MODEL = small_model()
ANN = THREE.to_pylist()[0]


def changes_of(customer, model=MODEL, wording=WORDING, **options):
    return nearest_changes(model, wording, [customer], **options)[0]


def test_the_best_single_changes_and_their_pair_are_found():
    found = changes_of({**ANN, "senior": False, "spend": 60.0})
    assert [dict(c.changes) for c in found] == [
        {"plan": ("monthly", "yearly"), "spend": (60.0, 48.0)},
        {"plan": ("monthly", "yearly")},
        {"spend": (60.0, 48.0)},
    ]
    # The pair comes first because it is enough: -1 - 1 + 1.15 - 0.04 are log-odds of 29 %; 30 % counts as leaving.
    assert [c.enough for c in found] == [True, False, False]


def test_where_nothing_is_enough_single_changes_and_pairs_come_in_turn():
    found = changes_of({**ANN, "spend": 80.0})
    assert [(sorted(c.changes), c.enough) for c in found] == [
        (["plan"], False),
        (["plan", "spend"], False),
        (["spend"], False),
    ]


def test_the_fewest_changes_that_are_enough_come_first():
    found = changes_of({"plan": "monthly", "spend": 60.0, "months": 24.0})
    assert [(sorted(c.changes), c.enough) for c in found][:2] == [(["plan"], True), (["plan", "spend"], True)]
    assert found[0].probability == pytest.approx(model_probability({"plan": "yearly", "spend": 60.0, "months": 24.0}))
    assert found[0].text == "Contract: yearly: 41 points lower"


def model_probability(customer):
    return float(MODEL.probability(MODEL.encoder.row(customer)[None])[0])


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "plan": st.sampled_from(["monthly", "yearly", None]),
            "spend": st.none() | st.floats(0, 200, width=16),
            "months": st.integers(0, 90).map(float),
            "senior": st.booleans(),
        }
    )
)
def test_protected_and_immutable_columns_never_move_and_every_change_lowers_the_risk(customer):
    for change in changes_of(customer, most=99):
        assert set(change.changes) <= {"plan", "spend"}
        assert len(change.changes) <= 2
        assert change.probability < model_probability(customer)
        before, after = change.changes.get("spend", (1.0, 0.0))
        assert after < before
        then = {**customer, **{name: value for name, (_, value) in change.changes.items()}}
        assert model_probability(then) == pytest.approx(change.probability, abs=1e-12)


def test_a_profile_names_the_offers_that_exist():
    levers = {"levers": {"plan": {"to": []}, "spend": {"by": [-5, 5]}}}
    words = wording_for(SCHEMA, {**PHRASES, **levers}, currency="USD")
    assert [dict(c.changes) for c in changes_of(ANN, wording=words)] == [{"spend": (70.35, 65.35)}]


def test_a_service_that_does_not_apply_is_neither_given_nor_taken():
    fields = tuple(
        replace(f, form="service", levels=("No", "Yes", "No line")) if f.name == "plan" else f for f in ENCODER.fields
    )
    model = small_model(encoder=Encoder(fields))
    moves = [[c.changes["plan"] for c in changes_of({"plan": p}, model)] for p in ("No", "No line")]
    assert moves == [[("No", "Yes")], []]


def test_many_customers_get_what_each_would_get_alone():
    people = THREE.to_pylist()
    assert nearest_changes(MODEL, WORDING, people) == [changes_of(p) for p in people]
    assert nearest_changes(MODEL, WORDING, []) == []
