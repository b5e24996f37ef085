"""The drift page opens from a disk, runs nothing, and says first what to do."""

from churn.reports.pages import monitoring_page
from tests.test_watch import PLAYBOOK, a_list, watched


def test_the_advice_comes_first_and_nothing_on_the_page_acts():
    report = watched(a_list(2000, 2, bill=lambda b: b * 1.2), playbook=PLAYBOOK).whole()
    page = monitoring_page(report, source="<b>march</b>.csv", at="2026-03-31T10:00:00+00:00")
    assert page.index("Watch the next list") < page.index("What moved") < page.index("Every column")
    assert "&lt;b&gt;march" in page and "<b>" not in page and "<script" not in page


def test_a_list_without_faults_or_moves_says_so():
    page = monitoring_page(watched(a_list(3000, 1)).whole(), source="march.csv", at="2026-03-31T10:00:00+00:00")
    assert "No fault was found in the data." in page and "No column moved beyond chance." in page
