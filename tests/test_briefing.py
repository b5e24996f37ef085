"""A brief is made of a scored list: numbers, the next step, groups and cautions, and no customer."""

from churn import Workspace
from churn.workspace.list_history import list_keys
from tests.trained import HISTORY, TODAY


def test_the_brief_stands_alone_and_names_nobody(own_telco):
    workspace = Workspace(own_telco)
    ranked = workspace.lists.score(own_telco / TODAY)
    page = workspace.lists.brief(ranked).decode()
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "") and "<script" not in page
    assert [key for key in list_keys(ranked) if key in page] == []
    assert "Next step: plan the campaign" in page and "Expected leavers" in page and HISTORY not in page
    assert "over 18 months" in page
