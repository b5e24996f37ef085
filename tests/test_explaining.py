"""One customer is explained with the same numbers and the same words as in a list of a million."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.explain.explainer import build_explainer
from churn.explain.trees import Forest, Split, Tree
from churn.scoring.reasons import explain_customer, write_reason
from churn.scoring.score import Ranking
from churn.training.encoder import Encoder
from tests.small_model import BINS, ENCODER, THREE, VALUATION, WORDING, customers, small_model

MODEL = small_model()
ANN = THREE.to_pylist()[0]
PERSON = st.fixed_dictionaries(
    {
        "plan": st.sampled_from(["monthly", "yearly", "odd", None]),
        "spend": st.none() | st.floats(0, 200, width=16),
        "months": st.none() | st.integers(0, 90).map(float),
        "senior": st.sampled_from([True, False, None]),
    }
)


@settings(deadline=None)
@given(PERSON)
def test_one_customer_is_told_what_the_list_tells(person):
    one = explain_customer(MODEL, WORDING, person, valuation=VALUATION)
    row = (
        Ranking(MODEL, WORDING, valuation=VALUATION)
        .block(customers(**{name: [v] for name, v in person.items()}))
        .to_pylist()[0]
    )
    reasons = [*one.reasons(), None, None, None][:3]
    assert reasons == [row["reason_1"], row["reason_2"], row["reason_3"]]
    assert (one.probability, one.percentile, one.tier) == (row["probability"], row["percentile"], row["tier"])
    assert (one.prediction, one.value_at_risk) == (row["prediction"], row["value_at_risk"])


@settings(deadline=None)
@given(PERSON)
def test_base_and_contributions_are_the_score(person):
    one = explain_customer(MODEL, WORDING, person)
    margin = one.base + sum(one.contributions.values())
    assert 1 / (1 + math.exp(-margin)) == pytest.approx(one.probability, abs=1e-9)
    grouped = sum(r.log_odds for r in (*one.groups, *one.protected))
    assert grouped == pytest.approx(sum(one.contributions.values()), abs=1e-5)


def test_raising_and_lowering_are_apart_and_levers_are_told():
    one = explain_customer(MODEL, WORDING, ANN)
    assert [(r.group, r.lever, r.change) for r in one.raising] == [
        ("Tenure", "context", ""),
        ("Contract", "actionable", "a one-year offer"),
        ("Charges", "actionable", ""),
    ]
    assert one.lowering == ()
    assert (one.raising[0].label, [r.group for r in one.protected]) == ("Time as a customer", ["senior"])


def judging_by_plan(split, **changes):
    plan = Tree((split, None, None), (1, -1, -1), (2, -1, -1), (0, 1.0, -1.0), (8.0, 4.0, 4.0))
    return replace(small_model(**changes), explainer=build_explainer([(1.0, Forest((plan,), 4))], 4))


def offers_to(model, customer):
    one = explain_customer(model, WORDING, customer)
    row = Ranking(model, WORDING).block(customers(plan=[customer["plan"]])).to_pylist()[0]
    assert one.reasons(1) == (row["reason_1"],) == (one.raising[0].text,)
    return one.raising[0].change, "addresses" in row["reason_1"]


def test_no_offer_addresses_what_is_not_known():
    model = judging_by_plan(Split(1, members=frozenset({0}), missing_left=True))
    assert offers_to(model, {"plan": "monthly"}) == ("a one-year offer", True)
    assert offers_to(model, {"plan": None}) == ("", False)


def test_no_offer_addresses_a_service_that_does_not_apply():
    service = {"form": "service", "levels": ("x", "y", "monthly")}
    fields = tuple(replace(f, **service) if f.name == "plan" else f for f in ENCODER.fields)
    model = judging_by_plan(Split(1, members=frozenset({2})), encoder=Encoder(fields))
    assert offers_to(model, {"plan": "monthly"}) == ("", False)


def test_a_protected_column_is_among_the_reasons_only_when_asked_for():
    named = [r.group for r in explain_customer(MODEL, WORDING, ANN, protected=True).groups]
    assert ("senior" in named, "senior" in [r.group for r in explain_customer(MODEL, WORDING, ANN).groups]) == (
        True,
        False,
    )


def test_the_score_comes_with_what_became_of_customers_like_this_and_how_sure_it_is():
    sure, unsure = (explain_customer(MODEL, WORDING, {**ANN, "months": m}) for m in (1.0, 60.0))
    assert (sure.alike, sure.cannot_tell, unsure.cannot_tell) == (BINS[1], False, True)
    assert sure.likely[0] < sure.probability < sure.likely[1]


def test_what_is_unknown_or_new_is_said():
    notices = explain_customer(MODEL, WORDING, {"plan": "weekly", "months": 3}).notices
    assert [(n.kind, n.column, n.count) for n in notices] == [("warning", "plan", None), ("info", None, 2)]


def test_one_reason_alone_is_the_sentence_of_the_explanation():
    told = explain_customer(MODEL, WORDING, ANN)
    contract = next(r for r in told.groups if r.group == "Contract")
    column = MODEL.encoder.names.index("plan")
    assert write_reason(MODEL, WORDING, ANN, column=column, points=contract.points) == contract.text
