"""A scored list asked what moves it: the same numbers as scoring gives, in points, with outcomes where known."""

import numpy as np
import pytest

from churn import Workspace
from churn.errors import RequestRefused
from churn.scoring.reasons import typical_probability
from tests.trained import HISTORY, TODAY


@pytest.fixture(scope="module")
def known(telco_home):
    workspace = Workspace(telco_home)
    return workspace.lists.explore(workspace.lists.score(telco_home / HISTORY))


@pytest.fixture(scope="module")
def unknown(telco_home):
    workspace = Workspace(telco_home)
    return workspace.lists.explore(workspace.lists.score(telco_home / TODAY))


def test_who_left_is_known_only_where_the_list_says_so(known, unknown):
    assert (int(known.left.sum()), unknown.left) == (sum(known.ranked.reading.table["Churn"].to_pylist()), None)


def test_points_of_all_columns_lead_from_the_typical_risk_to_each_customers(known):
    whole = 100 * (known.ranked.probability - typical_probability(known.ranked.model))
    np.testing.assert_allclose(known.points.sum(axis=1), whole[:: known.step], atol=1e-9)


def test_the_overview_and_the_drivers_screen_name_the_same_drivers_with_the_same_shares(known, telco_home):
    hidden = {"gender", "SeniorCitizen"}
    shown = [
        (d.name, d.share) for d in Workspace(telco_home).lists.drivers(known.ranked) if d.name not in hidden and d.share
    ]
    assert [(d.name, d.share) for d in known.groups] == shown


def test_columns_that_only_add_up_do_not_seem_to_work_together(known):
    model = known.ranked.model
    tenure = model.encoder.names.index("tenure")
    even, own = known.even_points, known.points
    added = known.ranked.contributions[:: known.step].astype(float)
    np.testing.assert_allclose(even[:, tenure] * added[0, tenure], even[0, tenure] * added[:, tenure], rtol=1e-9)
    assert np.abs(even).mean() == pytest.approx(np.abs(own).mean(), rel=0.25)


def test_protected_columns_are_left_to_the_fairness_view(known):
    assert {"gender", "SeniorCitizen"} & {d.name for d in (*known.columns, *known.groups)} == set()
    assert {"gender", "SeniorCitizen"} & set(known.of_list()) == set()


@pytest.mark.parametrize("name", ["Contract", "tenure", "PaperlessBilling", "TotalCharges", "tier"])
def test_every_customer_is_in_at_most_one_group_and_nearly_all_in_one(known, name):
    groups = known._cut(name)
    together = np.sum(list(groups.values()), axis=0)
    assert together.max() == 1 and together.mean() > 0.99
    assert known.choices(name) == tuple(groups)


def test_a_group_that_is_not_there_is_refused_with_those_that_are(known):
    with pytest.raises(RequestRefused, match="no group 'Nobody'") as refused:
        known.contrast("Contract", "Nobody")
    assert "Two-year contract" in refused.value.fix


def test_curves_count_every_customer_of_their_group(known):
    apart = known.curves("tenure", "Contract")
    assert sum(c.customers for c in apart.values()) == known.curves("tenure")["all customers"].customers
    assert known.lasting["tenure"] == "months"


def test_without_outcomes_there_is_no_curve(unknown):
    with pytest.raises(RequestRefused, match="does not say who left"):
        unknown.curves("tenure")


def test_a_long_list_is_pictured_by_some_of_its_customers(known, monkeypatch, telco_home):
    from churn.workspace import exploring

    monkeypatch.setattr(exploring, "PICTURED", 100)
    asked = Workspace(telco_home).lists.explore(known.ranked)
    assert len(asked.matrix) <= 100 and asked.columns[0].name == known.columns[0].name
