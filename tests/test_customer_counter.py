"""The counter's answers about one customer agree with each other."""

import numpy as np
import pytest

from churn import Workspace
from churn.workspace.customers import waterfall
from churn.workspace.list_history import list_keys
from tests.trained import TODAY


@pytest.fixture(scope="module")
def found(telco_home):
    workspace = Workspace(telco_home)
    ranked = workspace.lists.score(telco_home / TODAY)
    return workspace.customers.explain_in(ranked, list_keys(ranked)[0])


def test_the_waterfall_ends_at_the_score(telco_home, found):
    bars = waterfall(found).figure.data[0]
    start, *steps, end = bars.x
    np.testing.assert_allclose([start + sum(steps), end], [100 * found.explanation.probability] * 2, atol=0.1)


def test_a_group_of_several_columns_opens_into_them(telco_home, found):
    group = next(r for r in found.explanation.groups if len(r.columns) > 1)
    bars = Workspace(telco_home).customers.group_chart(found, group.group).figure.data[0]
    np.testing.assert_allclose(bars.x[-1], 100 * found.explanation.probability, atol=0.1)


def test_a_what_if_tells_the_changed_field_alone_and_all_of_what_it_does(telco_home, found):
    changed = {"Contract": "Two year" if found.customer["Contract"] != "Two year" else "Month-to-month"}
    compared = Workspace(telco_home).customers.compare(found.model, found.customer, changed)
    assert [(s.column, s.points) for s in compared.steps] == [("Contract", pytest.approx(compared.points))]
    assert list(compared.changes) == ["Contract"]


def test_columns_an_offer_can_change_have_its_name_and_the_business_its_currency(telco_home, found):
    workspace = Workspace(telco_home)
    assert workspace.customers.offer_names(found.model)["Contract"] == "a longer contract"
    assert workspace.currency_of(found.model) == "USD"
