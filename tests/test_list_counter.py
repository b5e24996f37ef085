"""What a screen shows of a list is asked."""

from churn import Workspace
from churn.workspace.files import scored_list_file
from churn.workspace.list_history import ListFilter, filter_list
from tests.trained import TODAY


def test_a_business_is_called_by_its_title(home):
    assert Workspace(home).business_title("telco") != "telco"
    assert Workspace(home).business_title("no such business") == "no such business"


def test_only_the_customers_asked_for_are_taken_home(telco_home):
    workspace = Workspace(telco_home)
    ranked = workspace.lists.score(telco_home / TODAY)
    high = ListFilter(tiers=("High",))
    lines = scored_list_file(ranked, ".csv", high).decode().splitlines()
    assert len(lines) == filter_list(ranked, high).customers + 1


def test_the_first_customers_come_as_a_pandas_table(telco_home):
    workspace = Workspace(telco_home)
    ranked = workspace.lists.score(telco_home / TODAY)
    found = workspace.lists.top(ranked, by="probability", most=5)["probability"].tolist()
    assert found == sorted(ranked.scored.table.column("probability").to_pylist(), reverse=True)[:5]
