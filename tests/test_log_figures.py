"""The picture of what the logs cover."""

from churn.reports.campaign_charts import months_chart


def test_each_table_has_its_bars_and_the_finding_adds_them_up():
    made = months_chart({"payments": {"2026-01": 3, "2026-02": 4}, "logs": {"2026-02": 1200}})
    assert made.finding == "1,207 entries from 2026-01 to 2026-02"
    assert [(list(b.x), list(b.y)) for b in made.figure.data] == [
        (["2026-01", "2026-02"], [3, 4]),
        (["2026-02"], [1200]),
    ]
