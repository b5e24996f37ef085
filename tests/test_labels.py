"""Labels by hand: the KKBox rule case by case, and silence within a horizon."""

from datetime import date

import pytest

from churn.features.engines.urls import open_engine
from churn.features.labels import find_departed, find_returned
from churn.features.ledger import as_day, open_ledger
from churn.features.recipe import parse_recipe

PAY = {"key": "who", "time": "paid", "expires": "until", "cancel": "cancel"}
MUSIC = parse_recipe({"title": "T", "rule": "expiry", "tables": {"pay": {"shape": "payments", "columns": PAY}}})
BUY = {"key": "who", "time": "at", "kind": "kind"}
SHOP = parse_recipe(
    {"title": "T", "rule": "inactivity", "tables": {"log": {"shape": "log", "active": ["buy"], "columns": BUY}}}
)


def keys(recipe, path, label):
    with open_engine("duckdb://?threads=1") as engine:
        ledger = open_ledger(engine, {recipe.main.name: path}, recipe)
        return sorted(engine.rows(label(ledger.main))["key"].to_pylist())


# Everybody has paid until 2020-03-10; the horizon is March, the grace 30 days: the last good day is 2020-04-09.
FIRST = "20200210,20200310,0"
CASES = {
    "never renews": ([], True),
    "renews on the day of the end": (["20200310,20200409,0"], False),
    "gap of exactly 30 days": (["20200409,20200509,0"], False),
    "gap of 31 days": (["20200410,20200510,0"], True),
    "early renewal": (["20200301,20200410,0"], False),
    "auto-renewal ahead of the horizon": (["20200228,20200409,0"], False),
    "cancel alone moves the end but is not leaving": (["20200305,20200310,1", "20200320,20200420,0"], False),
    "cancel, then nothing": (["20200305,20200305,1"], True),
    "cancel then renew on the same day": (["20200305,20200305,1", "20200305,20200410,0"], False),
    "end moved back, renewal 31 days after the new end": (["20200305,20200305,1", "20200405,20200505,0"], True),
    "end moved back, renewal 30 days after the new end": (["20200305,20200305,1", "20200404,20200504,0"], False),
    "end moved back beyond the horizon's start": (["20200310,20200201,1"], True),
    "renewal that gives nothing is no renewal": (["20200320,20200320,0"], True),
    "cancel after the end is no renewal": (["20200401,20200310,1"], True),
    "renewed, then cancelled within the horizon": (["20200305,20200410,0", "20200325,20200325,1"], True),
    "renewed into April, cancelled in April": (["20200305,20200410,0", "20200402,20200402,1"], False),
}


def test_the_contract_rule_case_by_case(tmp_path):
    rows = [f"{name.replace(',', '')},{row}" for name, (later, _) in CASES.items() for row in (FIRST, *later)]
    (tmp_path / "pay.csv").write_text("\n".join(["who,paid,until,cancel", *rows]))
    start = as_day(date(2020, 3, 1))
    gone = keys(MUSIC, tmp_path / "pay.csv", lambda log: find_departed(log, start, 31, 30))
    assert gone == sorted(name.replace(",", "") for name, (_, left) in CASES.items() if left)


def test_the_order_of_the_files_rows_does_not_matter(tmp_path):
    rows = [f"{i};{row}" for i, (later, _) in enumerate(CASES.values()) for row in (FIRST, *later)]
    start, found = as_day(date(2020, 3, 1)), []
    for order in (rows, rows[::-1], sorted(rows, key=hash)):
        (tmp_path / "pay.csv").write_text("\n".join(["who;paid;until;cancel", *(r.replace(",", ";") for r in order)]))
        found.append(keys(MUSIC, tmp_path / "pay.csv", lambda log: find_departed(log, start, 31, 30)))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(("horizon", "back"), [(10, ["b"]), (11, ["b", "c"])])
def test_only_activity_inside_the_horizon_counts(tmp_path, horizon, back):
    rows = [
        "a,2020-01-09,buy",
        "b,2020-01-10,buy",
        "c,2020-01-20 00:00:00,buy",
        "d,2020-01-12,look",
        "e,2020-02-20,buy",
    ]
    (tmp_path / "log.csv").write_text("\n".join(["who,at,kind", *rows]))
    assert keys(SHOP, tmp_path / "log.csv", lambda log: find_returned(log, as_day(date(2020, 1, 10)), horizon)) == back
