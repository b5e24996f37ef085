"""One customer's reasons as a picture: the finding as its title, nothing of the list acted upon."""

from churn import Desk
from churn.showing.customer_figures import reasons_chart
from tests.trained import TODAY


def test_the_chart_says_what_raises_the_risk_most(telco_home):
    ranked = Desk(telco_home).score(telco_home / TODAY)
    key = Desk(telco_home).customers(ranked, by="probability", most=1).iloc[0, 0]
    told = Desk(telco_home).explain_in(ranked, key).explanation
    chart = reasons_chart(told)
    assert chart.finding == f"{told.raising[0].label} raises this customer's risk most"
    assert max(chart.figure.data[0].x) == max(r.points for r in told.groups)
