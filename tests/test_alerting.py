"""An alert goes to the operator's address once, signed, without a customer; without an address nothing leaves."""

from dataclasses import replace

import pytest

from churn.errors import Unavailable
from churn.workspace.delivery import SECRET, Poster
from churn.workspace.monitoring import ALERTS, alert_words, send_alert, worth_an_alert
from tests.test_watch_log import ONE

REPORT = {"columns": [{"name": "tenure", "moved": True}, {"name": "bill", "moved": False}], "alarms": []}
ADVISED = replace(ONE, verdict="retrain", report=REPORT)


@pytest.fixture
def sent(monkeypatch):
    """What would have left the machine, with an address named by the operator."""
    parcels = []
    monkeypatch.setenv(ALERTS, "https://ops.example/hook")
    monkeypatch.setenv(SECRET, "a secret of many letters")
    monkeypatch.setattr(Poster, "send", lambda self, parcel: parcels.append(parcel))
    return parcels


def test_a_retrain_is_told_once(home, sent):
    first, second = send_alert(home, ADVISED), send_alert(home, replace(ADVISED, at="later"))
    assert len(sent) == 1 and b'"verdict": "retrain"' in sent[0].content
    assert (first[0].kind, first[0].text) == ("info", "Alert: 1 message arrived at https://ops.example.")
    assert "nothing was sent twice" in second[0].text


def test_only_a_retrain_or_faulty_data_is_worth_an_alert(home, sent):
    assert send_alert(home, replace(ONE, report=REPORT)) == () and sent == []
    assert worth_an_alert(replace(ONE, report={**REPORT, "alarms": [{"text": "Bill is empty."}]}))


def test_without_an_address_nothing_leaves(home, monkeypatch):
    monkeypatch.delenv(ALERTS, raising=False)
    assert send_alert(home, ADVISED) == ()


def test_an_alert_that_does_not_arrive_is_said_and_stops_nothing(home, sent, monkeypatch):
    def fails(self, parcel):
        raise Unavailable("https://ops.example could not be reached.", "See whether it is up, then send again.")

    monkeypatch.setattr(Poster, "send", fails)
    assert "The alert was not delivered: https://ops.example could not be reached." in send_alert(home, ADVISED)[0].text


def test_the_alert_says_what_moved():
    words = alert_words(ADVISED)
    assert (words["model"], words["moved"], words["faults"]) == ("telco@v1", ["tenure"], [])
