"""The history in pictures: expected beside found, list after list."""

from churn.reports.monitoring_charts import history_charts, profit_chart, rank_chart, rate_chart, spread_chart

LIKELY = {"value": 0.25, "low": 0.2, "high": 0.3, "learnt": 0.26}


def one(at="2026-01-31", size=0.0, *, profit=True, **realised):
    estimate = {"churn_rate": LIKELY, "auc": {**LIKELY, "value": 0.8}} | ({"profit": LIKELY} if profit else {})
    report = {"estimate": estimate, "score": {"size": size}, "currency": "EUR"}
    return {"at": at, "source": "x/customers_january.csv", "report": report, "realised": realised}


def test_what_left_stands_beside_what_was_expected():
    chart = rate_chart([one(churn_rate={"value": 0.31, "low": 0.3, "high": 0.32}), one()])
    assert chart.finding == ("25.0% expected to leave on the last list; 31.0% left on the last one with outcomes")
    assert [t.name for t in chart.figure.data] == ["When it learnt", "Expected to leave", "Left"]
    assert chart.figure.layout.xaxis.ticktext[0] == "2026-01-31 customers_janu"


def test_without_outcomes_only_the_expectation_is_drawn():
    chart = rank_chart([one()])
    assert [t.name for t in chart.figure.data] == ["When it learnt", "Expected"]


def test_profit_is_per_thousand_customers_in_the_money_of_the_business():
    assert profit_chart([one()]).finding == "The last list is expected to bring €250 per 1,000 customers"
    assert profit_chart([one(profit=False)]) is None


def test_lists_far_from_the_learnt_scores_are_counted():
    assert spread_chart([one(size=0.3), one()]).finding == "The scores of 1 of 2 lists lie far from the learnt ones"


def test_the_name_of_the_latest_list_ends_at_its_list_so_that_it_is_never_cut_off():
    axis = rate_chart([one(), one()]).figure.layout.xaxis
    assert axis.tickangle < 0 and len(axis.ticktext) == len(axis.tickvals) == 2


def test_a_long_history_names_some_lists_only():
    ticks = history_charts([one() for _ in range(40)])[0].figure.layout.xaxis.ticktext
    assert 5 < sum(bool(name) for name in ticks) <= 12
    assert history_charts([]) == []
