"""The offer suggested to one customer is the one a list would suggest, whatever its rule looks at."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from churn import Workspace
from churn.money.playbook import Action, Playbook, exact_estimate
from churn.money.policies import build_suggester
from churn.money.rules import parse_rule
from churn.workspace.customer_fields import ParsedCustomer
from churn.workspace.prediction import OfferChooser, OfferResult
from tests.small_model import small_model
from tests.trained import rows_of


@pytest.fixture(scope="module")
def customers(telco_home):
    rows = csv.DictReader(rows_of(telco_home))
    return [c | {"colour": ("red", "blue", None)[n % 3]} for n, c in enumerate(rows)]


@pytest.fixture(scope="module")
def counterpart(telco_home, customers):
    return Workspace(telco_home).online.scorer(tuple(customers[0]))


@pytest.mark.parametrize(
    "rule",
    [
        "tier is High",
        "tier is not Low",
        "probability >= 0.3",
        "percentile between 20 and 80",
        "prediction is Yes",
        "value_at_risk > 200",
        "reason_1 is known and tenure >= 20",
        "customerID is known and colour is red",
        "not colour is red and tenure >= 10",
    ],
)
def test_a_rule_about_the_score_or_an_extra_field_holds_alone_as_it_does_in_a_list(customers, counterpart, rule):
    offer = Action("call", save=exact_estimate(0.5), rule=parse_rule(rule))
    alike = having(counterpart, Playbook((offer,)))
    assert list(alike.many(customers)) == [alike.single(c) for c in customers]
    assert {one.action for one in alike.many(customers)} == {"call", None}


def having(counterpart, playbook):
    """The same counterpart with other offers."""
    suggester = build_suggester(playbook, value="MonthlyCharges")
    return replace(counterpart, playbook=playbook, ranking=replace(counterpart.ranking, suggester=suggester))


def test_a_customer_of_a_list_without_a_value_column_is_offered_what_the_assumed_bill_pays_for():
    offering = OfferChooser(small_model(), Playbook((Action("call", save=exact_estimate(0.5)),), bill=30.0))
    judged, customer = OfferResult(np.array([0.5]), "Yes", "High", ()), ParsedCustomer({"plan": "monthly"})
    bills = [float(offering.question(customer, {}, judged, assumed=a)[0].bill[0]) for a in (True, False)]
    assert bills == [30.0, 0.0]
