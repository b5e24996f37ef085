"""What leaves of a watched list holds no customer, and is whole or not there."""

from pathlib import Path

import pytest

from churn import Workspace
from churn.errors import RequestRefused
from churn.workspace.monitoring_views import page_for, refuse_other_endings, report_words
from tests.watched import a_list, two_moved


@pytest.mark.parametrize("pair", [("r.pdf", None), (None, "s.xlsx")])
def test_other_endings_are_refused_before_any_work(pair):
    with pytest.raises(RequestRefused, match="no ending that can be written"):
        refuse_other_endings(*(Path(p) if p else None for p in pair))


def test_the_report_names_its_list_and_no_customer(own_telco):
    path = a_list(own_telco, "today", rows=600)
    found = Workspace(own_telco).monitor.check(path)
    words = report_words(found)
    assert (words["list"], words["model"], words["verdict"]) == ("today.csv", "telco@v1", "keep")
    keys = [line.split(",")[0] for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    said = repr(words) + page_for(own_telco, found)
    assert len(keys) == 600 and not [k for k in keys if k in said]


def test_the_page_shows_the_lists_before(own_telco):
    assert "List after list" in page_for(own_telco, two_moved(own_telco)[1])
