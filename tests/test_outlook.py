"""The outlook: the slider's counts are those that summarise finds, for every date, without asking the engine again."""

from datetime import date, timedelta

import pytest

from churn.errors import ListRefused
from churn.features.build import summarise
from churn.features.labels import Counts, preview_outcomes
from churn.features.recipe import parse_recipe

LOG = {"shape": "log", "columns": {"key": "who", "time": "at"}}
SHOP = parse_recipe({"title": "T", "rule": "inactivity", "alive": 12, "tables": {"log": LOG}})
PAY = {"shape": "payments", "columns": {"key": "who", "time": "paid", "expires": "until", "cancel": "cancel"}}
MUSIC = parse_recipe({"title": "T", "rule": "expiry", "population": "expiring", "grace": 5, "tables": {"pay": PAY}})


def shop_log(folder):
    days = {"a": (1, 3, 9, 20, 31), "b": (2, 4), "c": (10, 11, 12, 29), "d": (25,)}
    rows = [f"{who},2020-01-{day:02}" for who, all_days in days.items() for day in all_days]
    (folder / "log.csv").write_text("\n".join(["who,at", *rows]))
    return {"log": folder / "log.csv"}


def music_log(folder):
    rows = ["a,20200101,20200111,0", "a,20200111,20200121,0", "a,20200115,20200115,1", "b,20200102,20200131,0"]
    rows += ["c,20200103,20200112,0", "c,20200117,20200127,0", "d,20200104,20200110,0", "z,20200228,20200310,0"]
    (folder / "pay.csv").write_text("\n".join(["who,paid,until,cancel", *rows]))
    return {"pay": folder / "pay.csv"}


@pytest.mark.parametrize(("recipe", "files", "last"), [(SHOP, shop_log, 25), (MUSIC, music_log, 24)])
def test_counts_are_those_of_the_summary_for_every_date(tmp_path, recipe, files, last):
    tables, horizon = files(tmp_path), 7
    seen = preview_outcomes(tables, recipe)
    for day in (3, 12, 16, last):
        as_of = date(2020, 1, day)
        try:
            done = summarise(tables, recipe, as_of=as_of, horizon=horizon)
            expected = Counts(done.rows, done.leavers, done.stayers)
        except ListRefused:
            expected = Counts(0, 0, 0)
        assert (day, seen.counts(as_of, horizon)) == (day, expected)


def test_range_and_months_are_told(tmp_path):
    seen = preview_outcomes(shop_log(tmp_path), SHOP)
    assert (seen.first, seen.last, seen.months) == (date(2020, 1, 1), date(2020, 1, 31), {"log": {"2020-01": 12}})
    assert seen.dates() == (date(2020, 1, 2), date(2020, 2, 1))
    assert seen.dates(7) == (date(2020, 1, 2), date(2020, 1, 25))


def test_outcomes_that_are_not_certain_yet_are_not_counted(tmp_path):
    seen = preview_outcomes(shop_log(tmp_path), SHOP)
    late = seen.dates(7)[1] + timedelta(days=1)
    assert seen.counts(late, 7) == Counts(2, None, None)
