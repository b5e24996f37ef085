"""What a screen shows of a list is asked at the counter."""

from churn import Desk
from tests.trained import TODAY


def test_a_business_is_called_by_its_title(home):
    assert Desk(home).business_title("telco") != "telco"
    assert Desk(home).business_title("no such business") == "no such business"


def test_only_the_customers_asked_for_are_taken_home(telco_home):
    desk = Desk(telco_home)
    ranked = desk.score(telco_home / TODAY)
    high = desk.wanted(tiers=("High",))
    lines = desk.scored_as(ranked, ".csv", high).decode().splitlines()
    assert len(lines) == desk.shortlist(ranked, high).customers + 1


def test_the_first_customers_come_as_a_pandas_table(telco_home):
    desk = Desk(telco_home)
    ranked = desk.score(telco_home / TODAY)
    found = desk.customers(ranked, by="probability", most=5)["probability"].tolist()
    assert found == sorted(ranked.scored.table.column("probability").to_pylist(), reverse=True)[:5]
