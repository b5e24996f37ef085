"""One customer alone gets the very numbers a list gives, and a promotion counts without a restart."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn import Workspace
from churn.errors import RequestRefused
from tests.trained import HISTORY, TODAY, rows_of, twin_of


@pytest.fixture(scope="module")
def customers(telco_home):
    return list(csv.DictReader(rows_of(telco_home)))


@pytest.fixture(scope="module")
def counterpart(telco_home, customers):
    return Workspace(telco_home).online.scorer(tuple(customers[0]))


def as_listed(row):
    """What a scored list says of a customer, in the order of a Single's fields."""
    reasons = tuple(row[f"reason_{k}"] for k in (1, 2, 3) if row[f"reason_{k}"])
    before, after = ("customerID", "probability", "prediction", "tier"), ("action", "expected_gain")
    return (*(row[name] for name in before), reasons, *(row[name] for name in after))


def as_single(one):
    return (one.key, one.probability, one.status, one.tier, one.reasons, one.action, one.expected_gain)


def test_alone_or_many_the_numbers_are_the_lists_to_the_last_bit(telco_home, customers, counterpart):
    listed = Workspace(telco_home).lists.score(telco_home / TODAY).scored.table.to_pylist()
    assert [as_single(counterpart.single(c)) for c in customers] == [as_listed(row) for row in listed]
    assert list(counterpart.many(customers)) == [counterpart.single(c) for c in customers]


@settings(max_examples=25, deadline=None)
@given(place=st.integers(0, 59), kept=st.lists(st.booleans(), min_size=20, max_size=20))
def test_with_any_fields_missing_one_and_many_agree(customers, counterpart, place, kept):
    customer = customers[place]
    given = zip(customer, kept, strict=True)
    some = {name: customer[name] for name, sent in given if sent or name == "tenure"}
    assert next(iter(counterpart.many([some, customer]))) == counterpart.single(some)


def test_a_prediction_is_the_probability_against_the_models_threshold(customers, counterpart):
    threshold = counterpart.model.thresholds.chosen
    for one in map(counterpart.single, customers):
        assert one.leaves == (one.probability >= threshold) == (one.status == counterpart.model.leaves)


def test_a_field_that_cannot_be_read_is_refused_with_its_customer(customers, counterpart):
    with pytest.raises(RequestRefused, match="Customer 2: The value of tenure cannot be read"):
        counterpart.many([customers[0], customers[1] | {"tenure": "long"}])


def test_the_fields_choose_between_live_models_and_a_tie_is_refused(own_telco, customers):
    workspace = Workspace(own_telco)
    assert workspace.online.scorer(tuple(customers[0])).name == "telco@v1"
    twin_of(own_telco)
    with pytest.raises(RequestRefused, match="telco and twin alike"):
        Workspace(own_telco).online.scorer(tuple(customers[0]))
    assert Workspace(own_telco).online.scorer(("tenure",), model="twin").name == "twin@v1"


def test_a_scored_list_says_the_same_through_a_counterpart(telco_home, customers, counterpart):
    scored = Workspace(telco_home).lists.score(telco_home / HISTORY).scored.table.slice(0, 3)
    assert [as_single(one) for one in counterpart.of_scored(scored)] == [as_listed(r) for r in scored.to_pylist()]
