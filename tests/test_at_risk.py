"""Value at risk is the probability times the worth that every other number of money stands on."""

from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from churn.money.economics import Stakes, Valuation, worth
from churn.money.playbook import Action, Estimate, Playbook, exact_estimate
from churn.money.policies import build_suggester
from churn.scoring.reasons import explain_customer
from churn.scoring.score import Ranking
from tests.small_model import THREE, VALUATION, WORDING, customers, small_model


@cache
def model():
    return small_model()


PLAYBOOK = replace(VALUATION.playbook, bill=30.0)


def estimates(most):
    return st.lists(st.floats(0, most), min_size=3, max_size=3).map(lambda ends: Estimate(*sorted(ends)))


def actions():
    rates = {name: estimates(1.0) for name in ("save", "take_up", "wake_up", "bill_share")}
    return st.builds(
        Action, st.just("call"), contact=estimates(50), offer=estimates(500), bill_periods=st.floats(0, 24), **rates
    )


PLAYBOOKS = st.builds(
    Playbook,
    actions=st.lists(actions(), min_size=1, max_size=3).map(tuple),
    margin=estimates(1.0),
    periods=estimates(60),
    per_year=st.sampled_from([1, 4, 6, 12, 52, 365]),
    discount=st.floats(0, 0.5),
    bill=st.none() | st.floats(0, 1000),
)
PEOPLE = st.lists(
    st.tuples(st.floats(0, 1), st.one_of(st.just(float("nan")), st.floats(-100, 1e6))), min_size=1, max_size=20
)


@settings(deadline=None)
@given(PLAYBOOKS, PEOPLE, st.booleans())
def test_what_is_at_risk_is_never_less_than_what_an_offer_may_bring(playbook, people, listed):
    p, bill = (np.array(cells, float) for cells in zip(*people, strict=True))
    assume(listed or playbook.bill is not None)
    table = pa.table({"spend": bill} if listed else {"id": ["a"] * len(p)})
    at_risk = Valuation(playbook, "spend").at_risk_in(table, p).to_pylist()
    found = build_suggester(playbook, value="spend")(table, pa.table({"probability": p}))["expected_gain"].to_pylist()
    assert all(gain is None or risk >= gain for risk, gain in zip(at_risk, found, strict=True))


def test_value_at_risk_is_probability_times_worth_and_worth_counts_every_period_of_the_horizon():
    p, bill = np.array([0.5, 0.25]), np.array([40.0, 80.0])
    yearly = replace(PLAYBOOK, discount=0.1)
    assert Valuation(PLAYBOOK, "spend").at_risk(p, bill).tolist() == [0.5 * 40 * 0.5 * 18, 0.25 * 80 * 0.5 * 18]
    np.testing.assert_array_equal(Valuation(yearly, "spend").at_risk(p, bill), p * worth(Stakes(p, bill), yearly))
    assert (Valuation(yearly, "spend").at_risk(p, bill) < Valuation(PLAYBOOK, "spend").at_risk(p, bill)).all()


def test_a_list_without_a_value_column_counts_the_assumed_bill_and_says_so():
    ranking = Ranking(model(), WORDING, valuation=Valuation(PLAYBOOK, "spend"))
    bare = THREE.drop_columns(["spend"])
    found = ranking.scored(bare)
    p = found.table["probability"].to_numpy()
    np.testing.assert_array_equal(found.table["value_at_risk"].to_numpy(), p * (30.0 * 0.5 * 18))
    said = [n.text for n in found.notices if "assumed" in n.text]
    assert said == ["No value column: every customer is taken to pay $30 a period (assumed)."]
    assert not [n for n in ranking.scored(THREE).notices if "assumed" in n.text]


def test_a_customer_of_such_a_list_is_worth_the_same_when_looked_at_alone():
    valuation = Valuation(PLAYBOOK, "spend").of_list(["id", "plan"])
    one = explain_customer(model(), WORDING, {"plan": "monthly"}, valuation=valuation)
    row = Ranking(model(), WORDING, valuation=valuation).block(customers(plan=["monthly"])).to_pylist()[0]
    assert one.value_at_risk == row["value_at_risk"] == one.probability * (30.0 * 0.5 * 18)
    assert "assumed" in one.notices[-1].text


def test_what_is_not_known_of_a_customer_is_not_made_up():
    assert Ranking(model(), WORDING, valuation=VALUATION).scored(THREE).table["value_at_risk"].to_pylist()[2] is None
    assert explain_customer(model(), WORDING, {"plan": "monthly"}, valuation=VALUATION).value_at_risk is None
    assert Ranking(model(), WORDING).scored(THREE).table["value_at_risk"].null_count == 3


@pytest.mark.parametrize(
    ("per_year", "periods", "said"),
    [
        (12, 18, "18 months"),
        (1, 3, "3 years"),
        (1, 1, "1 year"),
        (52, 26, "26 weeks"),
        (6, 4, "8 months"),
        (4, 2, "2 quarters"),
        (12, 4.5, "4.5 months"),
    ],
)
def test_the_horizon_is_said_in_the_periods_of_the_business(per_year, periods, said):
    assert Playbook(per_year=per_year, periods=exact_estimate(periods)).horizon == said
