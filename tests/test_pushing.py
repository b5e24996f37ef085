"""A campaign goes to the CRM as its file says, shown first, and once."""

import json

import pytest

from churn import Workspace
from churn.campaigns.export import campaign_records, campaign_table
from churn.errors import RequestRefused
from churn.workspace import delivery as pushing
from churn.workspace.delivery import outline_push
from tests.campaigns import exported, planned_for
from tests.receiver import receiving

pytestmark = pytest.mark.usefixtures("either_book")


def customers_in(receiver):
    return [customer for _, body in receiver.got for customer in json.loads(body)["customers"]]


def test_the_rows_of_the_file_arrive_in_messages(own_telco, monkeypatch):
    monkeypatch.setattr(pushing, "AT_ONCE", 25)
    planned = exported(own_telco)
    with receiving(monkeypatch) as receiver:
        done = Workspace(own_telco).campaigns.push(planned)
    rows = campaign_records(campaign_table(planned.campaign))
    assert (done.sent, customers_in(receiver)) == (len(receiver.got), rows)
    heads = [{k: v for k, v in json.loads(body).items() if k != "customers"} for _, body in receiver.got]
    assert heads[-1] == {"kind": "campaign", "campaign": "spring", "message": len(heads), "messages": len(heads)}


def test_an_outline_says_what_would_be_sent_and_sends_nothing(own_telco, monkeypatch):
    planned = planned_for(own_telco)
    with receiving(monkeypatch) as receiver:
        told = outline_push(planned, columns=["customerID", "arm"])
    assert (receiver.got, told.messages, told.columns) == ([], 1, ("customerID", "arm"))
    assert told.first == planned.campaign.table[["customerID", "arm"]].iloc[0].to_dict()
    assert "Nothing was sent" in told.words and "hidden" not in told.words


def test_pushing_again_sends_nothing_and_other_columns_are_another_message(own_telco, monkeypatch):
    planned, workspace = exported(own_telco), Workspace(own_telco)
    with receiving(monkeypatch) as receiver:
        told = [
            workspace.campaigns.push(planned, None, columns).sent for columns in (None, None, ["customerID", "arm"])
        ]
    assert (told, len(receiver.got)) == ([1, 0, 1], 2)


def test_a_campaign_that_was_not_exported_is_not_sent(own_telco, monkeypatch):
    with (
        receiving(monkeypatch) as receiver,
        pytest.raises(RequestRefused, match="Export it first"),
    ):
        Workspace(own_telco).campaigns.push(planned_for(own_telco))
    assert receiver.got == []
