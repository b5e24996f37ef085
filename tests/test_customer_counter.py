"""The counter's answers about one customer agree with each other."""

import numpy as np
import pytest

from churn import Desk
from tests.trained import TODAY


@pytest.fixture(scope="module")
def found(telco_home):
    desk = Desk(telco_home)
    ranked = desk.score(telco_home / TODAY)
    return desk.explain_in(ranked, desk.keys(ranked)[0])


def test_the_waterfall_ends_at_the_score(telco_home, found):
    bars = Desk(telco_home).waterfall(found).figure.data[0]
    start, *steps, end = bars.x
    np.testing.assert_allclose([start + sum(steps), end], [100 * found.explanation.probability] * 2, atol=0.1)


def test_a_group_of_several_columns_opens_into_them(telco_home, found):
    group = next(r for r in found.explanation.groups if len(r.columns) > 1)
    bars = Desk(telco_home).waterfall_within(found, group.group).figure.data[0]
    np.testing.assert_allclose(bars.x[-1], 100 * found.explanation.probability, atol=0.1)


def test_a_what_if_tells_the_changed_field_alone_and_all_of_what_it_does(telco_home, found):
    changed = {"Contract": "Two year" if found.customer["Contract"] != "Two year" else "Month-to-month"}
    compared = Desk(telco_home).compare(found.model, found.customer, changed)
    assert [(s.column, s.points) for s in compared.steps] == [("Contract", pytest.approx(compared.points))]
    assert list(compared.changes) == ["Contract"]


def test_columns_an_offer_can_change_have_its_name_and_the_business_its_currency(telco_home, found):
    desk = Desk(telco_home)
    assert desk.offer_names(found.model)["Contract"] == "a longer contract"
    assert desk.currency(found.model) == "USD"
