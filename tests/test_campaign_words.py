"""Money in sentences, in the currency of the business."""

import pytest

from churn.campaigns.curves import BudgetCurve, BudgetPoint
from churn.campaigns.plan import Price
from churn.money.amounts import Amounts
from churn.money.policies import Policy
from churn.reports.campaign_words import curve_words, policies_words, price_words

EUROS = Amounts("EUR", "de-DE")


@pytest.mark.parametrize(
    ("kind", "price", "said"),
    [
        ("budget", 2.3, "The next 100,00\u00a0€ of budget brings about 230\u00a0€."),
        ("channel", 14.2, "One more phone slot is worth 14,20\u00a0€."),
        ("at most", 3.0, "Allowing one more customer with phone brings 3,00\u00a0€."),
        ("at least", 3.0, "The minimum for phone costs 3,00\u00a0€ for each of its last customers."),
        ("channel", 0.0, "More phone slots would bring nothing: that limit is not what holds the plan back."),
    ],
)
def test_a_price_says_what_one_more_brings(kind, price, said):
    assert price_words(Price("phone", kind, price), 5000.0, EUROS).replace("100\u00a0€", "100,00\u00a0€") == said


def test_a_curve_says_where_more_stops_paying():
    points = (BudgetPoint(0, 0, 0, 0, 0), BudgetPoint(100, 400, 400, 3, 95), BudgetPoint(200, 400.1, 401, 3, 96))
    assert curve_words(BudgetCurve(points, 5, 5), EUROS).startswith("A budget of 95,00\u00a0€ brings 400\u00a0€;")
    nothing = BudgetCurve((BudgetPoint(0, 0, 0, 0, 0),), 5, 5)
    assert curve_words(nothing, EUROS) == "No budget brings anything: no offer pays for itself"


def test_the_best_way_is_compared_with_the_next():
    ways = (Policy("ours", 1, 0, 500, 900), Policy("treat all", 2, 0, 300, 500), Policy("by risk", 1, 0, 400, 500))
    assert policies_words(ways, EUROS) == (
        "Choosing by expected gain brings 500\u00a0€; the next best way, by risk, 400\u00a0€"
    )
