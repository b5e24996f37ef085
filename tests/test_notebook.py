"""The Python interface: from a list to a measured campaign without a home or a database."""

import re

import numpy as np
import pandas as pd
import pytest

import churn
from churn import Workspace
from churn.errors import RequestRefused
from tests.trained import HISTORY, TODAY


@pytest.fixture(scope="module")
def model(telco_home):
    return churn.train(churn.read(telco_home / HISTORY), outcome="Churn", quick=True)


@pytest.fixture(scope="module")
def scores(model, telco_home):
    return model.score(str(telco_home / TODAY))


def test_a_list_is_read_from_a_path_bytes_or_a_data_frame_alike(telco_home):
    path = telco_home / TODAY
    by_path = churn.read(str(path))
    assert by_path.df.equals(churn.read(path.read_bytes()).df) and by_path.schema.key.name == "customerID"
    assert churn.read(by_path.df).df["tenure"].tolist() == by_path.df["tenure"].tolist()


def test_what_was_set_aside_is_a_table_with_line_and_reason():
    found = churn.read(b"customerID,tenure,MonthlyCharges\n1,2,3\n,,\n1,2,3,4,5,6\n2,3,4\n")
    assert list(found.rejected.columns) == ["line", "why", "cells"] and isinstance(found.issues, tuple)


def test_a_model_says_how_good_it_is_and_draws_it(model):
    assert model.report["summary"] and {"name", "roc_auc"} <= set(model.leaderboard.columns)
    assert all(hasattr(figure, "to_json") for figure in model.plots.values()) and model.plots


def test_the_numbers_are_those_of_the_workspace(model, scores, telco_home):
    ranked = Workspace(model.workspace.home).lists.score(telco_home / TODAY, model=model._version)
    assert scores.df.equals(ranked.scored.table.to_pandas()) and scores.summary.customers == len(scores.df)
    first = scores.top(5)
    assert len(first) == 5 and first["expected_gain"].is_monotonic_decreasing
    assert set(scores.filter(tiers=("High",))["tier"].astype(str)) == {"High"}


def test_one_customer_is_explained_and_changed_in_the_words_a_person_types(model, scores):
    key = scores.df["customerID"].iloc[0]
    customer = dict(churn.read(scores.ranked.reading.table.slice(0, 1).to_pandas()).df.iloc[0].dropna())
    assert scores.explain(key).explanation.probability == pytest.approx(model.explain(customer).explanation.probability)
    found = model.what_if(customer, {"Contract": "two year"})
    assert [step.column for step in found.steps] == ["Contract"]


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of shap itself, when it is loaded
def test_the_contributions_are_an_explanation_that_adds_up_to_the_margin(scores):
    found = scores.shap_values()
    margin = found.values.sum(axis=1) + found.base_values
    expected = scores.ranked.model.calibration.probability(margin)
    assert np.allclose(expected, scores.ranked.probability, atol=1e-5) and len(found.feature_names) == found.shape[1]


def test_a_plan_is_drawn_compared_saved_and_measured(scores, tmp_path):
    plan = scores.plan(budget=2_000, holdout=0.3, name="spring")
    curve, ways = plan.curve(), plan.compare()
    assert {"budget", "expected_gain"} <= set(curve.columns) and len(ways) > 2
    with pytest.raises(RequestRefused, match="never saved"):
        plan.measure(b"customerID,Churn\n1,Yes\n")
    plan = plan.save(tmp_path / "campaign.csv")
    assert len(pd.read_csv(tmp_path / "campaign.csv")) == len(plan.df)
    arms = plan.df[plan.df["arm"].isin(["treat", "holdout"])]
    outcomes = pd.DataFrame(
        {"customerID": arms["customerID"], "Churn": np.where(arms["arm"] == "holdout", "Yes", "No")}
    )
    lift = plan.measure(outcomes)
    assert lift.lift == pytest.approx(1.0, abs=0.2) and lift.low < lift.lift and lift.verdict


def test_a_list_is_held_against_the_model_and_nothing_is_kept(model, telco_home):
    found = model.check_drift(telco_home / TODAY)
    assert found.report.verdict in ("keep", "watch", "retrain")
    assert Workspace(model.workspace.home).monitor.history(model.model.name) == ()


def test_without_a_home_nothing_is_written_beside_the_code(model):
    assert re.search(r"churn-\w+$", str(model.workspace.home)) and model.workspace.home != Workspace().home
