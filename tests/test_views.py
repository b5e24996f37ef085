"""What the screens show of a scored list is counted once, here."""

import pytest

from churn import Workspace
from churn.workspace.list_history import count_words
from tests.trained import TODAY


@pytest.fixture(scope="module")
def ranked(telco_home):
    return Workspace(telco_home).lists.score(telco_home / TODAY)


def test_tiers_add_up_to_the_list_and_leavers_to_the_probabilities(ranked, telco_home):
    found = Workspace(telco_home).lists.overview(ranked)
    p = ranked.scored.table.column("probability").to_pylist()
    assert sum(t.customers for t in found.tiers) == found.customers == 60
    assert found.leavers == pytest.approx(sum(p))
    assert found.low <= found.leavers <= found.high


def test_segments_hold_every_customer_once(ranked, telco_home):
    assert sum(s.customers for s in Workspace(telco_home).lists.segments(ranked)) == 60


def test_the_words_of_an_outcome_are_counted_as_written(telco_home):
    workspace = Workspace(telco_home)
    assert set(count_words(workspace.lists.check(telco_home / "history.csv"), "Churn")) == {"Yes", "No"}
