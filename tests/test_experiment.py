"""An experiment read off a checked table."""

import numpy as np
import pyarrow as pa
import pytest

from churn.campaigns.uplift import Experiment, experiment_uplift, rank_customers
from churn.errors import ChurnError
from churn.schema import Column, Schema
from tests.experiments import small_experiment

SCHEMA = Schema((*map(Column, "abc"), Column("offer", "category"), Column("left", "flag")))


def _table(customers=1500):
    matrix, treated, good, effect = small_experiment(customers)
    columns = {n: matrix[:, i].astype(float) for i, n in enumerate("abc")}
    offer = np.where(treated, "Call", "None").astype(object)
    offer[:30] = "Letter"
    return pa.table(columns | {"offer": pa.array(offer, pa.string()), "left": pa.array(good == 0)}), effect


def test_the_two_arms_and_the_outcome_are_read_from_their_words():
    table, effect = _table()
    found, rows = experiment_uplift(table, SCHEMA, Experiment("offer", "left", arm="call", bad=("true",)))
    assert rows.tolist() == list(range(30, 1500))
    assert np.corrcoef(found.uplift, effect[30:])[0, 1] > 0.7
    assert found.notices[-1].count == 30


def test_the_ranked_list_says_what_to_do_with_each_customer():
    table, _ = _table()
    found, rows = experiment_uplift(table, SCHEMA, Experiment("offer", "left", arm="call", bad=("true",)))
    ranked = rank_customers(found, [f"c{i}" for i in rows]).to_pandas()
    assert (len(ranked), ranked["uplift"].is_monotonic_decreasing) == (1470, True)
    assert (ranked["advice"].iloc[0], ranked["advice"].iloc[-1]) == ("contact", "leave alone")
    assert (ranked["advice"] == "leave alone").sum() == found.sleeping.sum()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Experiment("offer", "left", bad=("true",)), "several treatments.*call, letter"),
        (Experiment("offer", "left", control="nobody", bad=("true",)), "not clear.*call, letter, none"),
        (Experiment("offers", "left", bad=("true",)), "no column 'offers'"),
        (Experiment("offer", "left", arm="call"), "Which outcome is wanted is not said"),
        (Experiment("offer", "left", arm="call", good=("maybe",)), "left never holds maybe.*false, true"),
    ],
)
def test_what_is_not_clear_is_asked_for(asked, said):
    with pytest.raises(ChurnError, match=said):
        experiment_uplift(_table(100)[0], SCHEMA, asked)
