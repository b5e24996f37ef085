"""The counter asks who wants it: a viewer may look at a list, but not make it count, nor retrain."""

import pytest

from churn import Workspace
from churn.errors import NotAllowed
from churn.reports.monitoring_charts import drift_charts
from churn.workspace.access import Principal
from churn.workspace.monitoring_views import history_charts
from tests.watched import a_list


@pytest.fixture
def viewer(own_telco):
    return Workspace(own_telco).as_user(Principal("vera", "viewer", "proxy"))


def test_a_viewer_looks_without_keeping(viewer):
    path = a_list(viewer.home, "today", rows=600)
    assert viewer.monitor.check(path, keep=False).report.verdict == "keep"
    with pytest.raises(NotAllowed):
        viewer.monitor.check(path)
    with pytest.raises(NotAllowed):
        viewer.monitor.retrain(path, said={})


def test_the_pictures_of_a_list_and_of_the_history_have_their_findings(own_telco):
    workspace = Workspace(own_telco)
    found = workspace.monitor.check(a_list(own_telco, "today"))
    assert [c.name for c in drift_charts(found.record.report)] == ["moved", "scores", "worth", "parts"]
    history = history_charts(workspace.monitor.history("telco"))
    assert [c.name for c in history] == ["rate-history", "rank-history", "profit-history", "spread-history"]
    assert workspace.monitor.page(found).startswith(b"<!doctype html>")
