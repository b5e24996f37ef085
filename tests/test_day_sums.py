"""Day sums: a log is added up by customer and day once, and every date's features are taken from that."""

from datetime import date

import pytest

from churn.features.definitions import Cut
from churn.features.engines.urls import open_engine
from churn.features.ledger import as_day, open_ledger
from churn.features.logs import active_days, known_days
from churn.features.recipe import parse_recipe

COLUMNS = {"key": "who", "time": "at", "kind": "kind"}
BUYS = {
    "buys": {"meaning": "Purchases", "kinds": ["buy"]},
    "spend": {"meaning": "Spend", "headings": ["price"], "kinds": ["buy"], "exact": 100},
}


def daily(folder, text, take, **changes):
    table = {"shape": "log", "hours": True, "columns": COLUMNS, "measures": BUYS} | changes
    recipe = parse_recipe({"title": "T", "rule": "inactivity", "tables": {"log": table}})
    (folder / "log.csv").write_text(text)
    with open_engine("duckdb://?threads=1") as engine:
        log = open_ledger(engine, {"log": folder / "log.csv"}, recipe).main
        rows = take(log)
        return engine.rows(rows.order_by("key", "day")).to_pylist()


DAY = as_day(date(2020, 2, 1))
TEXT = (
    "who,at,kind,price\na,2020-02-01 05:59:59,buy,0.10\na,2020-02-01 06:00:00,buy,0.20\na,2020-02-01 23:00:00,look,9\n"
    "a,2020-02-02,look,\nb,2020-02-02,buy,\n"
)


def test_a_day_is_one_row_with_whole_cents_and_counts(tmp_path):
    first, second, other = daily(tmp_path, TEXT, lambda log: log.daily)
    hours = {"night": 1, "morning": 1, "afternoon": 0, "evening": 1}
    assert first == {"key": "a", "day": DAY, "entries": 3, **hours, "buys": 2, "spend": 30, "active": 1}
    assert [(r["key"], r["entries"], r["buys"], r["spend"]) for r in (second, other)] == [
        ("a", 1, 0, 0),
        ("b", 1, 1, 0),
    ]


def test_only_the_recipes_kinds_make_a_day_active(tmp_path):
    found = daily(tmp_path, TEXT, active_days, active=["buy"])
    assert [(r["key"], r["day"]) for r in found] == [("a", DAY), ("b", DAY + 1)]


@pytest.mark.parametrize(("seen_by", "entries"), [(DAY + 1, [1]), (DAY + 3, [2, 1]), (DAY + 9, [3, 1])])
def test_late_entries_join_their_day_only_once_they_have_arrived(tmp_path, seen_by, entries):
    text = (
        "who,at,kind,price,seen\na,2020-02-01,buy,1,2020-02-01\na,2020-02-01,buy,2,2020-02-03\n"
        "a,2020-02-01,look,,2020-02-07\na,2020-02-02,look,,\n"
    )
    take = lambda log: known_days(log, Cut(seen_by, (7, 30)))  # noqa: E731
    found = daily(tmp_path, text, take, columns=COLUMNS | {"arrived": "seen"})
    assert [r["entries"] for r in found] == entries
