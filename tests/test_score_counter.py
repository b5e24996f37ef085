"""A customer of whom only the key is told."""

import pytest

from churn import Workspace
from churn.errors import NotFound, RequestRefused
from churn.workspace.prediction import only_key
from tests.campaigns import exported


def test_who_was_in_an_exported_campaign_can_be_scored_by_key(own_telco):
    planned, workspace = exported(own_telco), Workspace(own_telco)
    first = planned.campaign.table.iloc[0]
    one = workspace.online.score_by_key(first["customerID"])
    assert (one.key, one.model, one.probability) == (first["customerID"], "telco@v1", first["probability"])


def test_only_a_key_is_a_key_and_nothing_else():
    assert [only_key(fields) for fields in ({"key": 1}, {"key": 1, "tenure": 3}, {"tenure": 3}, {})] == [True] + [
        False
    ] * 3


def test_a_stranger_and_what_is_no_key_are_refused(telco_home):
    workspace = Workspace(telco_home)
    with pytest.raises(NotFound, match="Nothing is recorded"):
        workspace.online.score_by_key("stranger")
    with pytest.raises(RequestRefused, match="neither a text nor a number"):
        workspace.online.score_by_key([1])
