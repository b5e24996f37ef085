"""Activity: what a log says of each customer, checked by hand on real files and on logs of a few lines."""

from datetime import date

import pytest

from churn.features.build import summarise
from churn.features.recipe import parse_recipe
from churn.profiles import read_profile

GENERAL = parse_recipe(read_profile("general").recipe)
ENGINE = "duckdb://?threads=1"


def rows_of(done, names):
    return {r["customer"]: tuple(r[n] for n in names.split()) for r in done.table.to_pylist()}


@pytest.mark.real
def test_five_listeners_of_the_real_activity_days(real_file):
    log = {"events": real_file("kkbox_activity_days.csv.gz")}
    done = summarise(log, GENERAL, as_of=date(2017, 1, 1), horizon=30, engine=ENGINE)
    found = rows_of(done, "active_days recency_days tenure_days active_days_30d active_days_7d left")
    assert {k[:7]: v for k, v in found.items() if k[:7] in REAL_DAYS} == REAL_DAYS
    assert (done.rows, done.leavers, done.notices[0].count) == (163, 6, 34)


REAL_DAYS = {
    "+++hVY1": (46, 1, 46, 30, 7, "stayed"),
    "++FojTW": (529, 1, 731, 30, 7, "stayed"),
    "++VNRMQ": (178, 2, 727, 13, 3, "stayed"),
    "++jbV49": (459, 4, 727, 8, 1, "stayed"),
    "++sZDZR": (463, 5, 730, 11, 3, "stayed"),
}


@pytest.mark.real
def test_five_buyers_of_the_synthetic_transactions(real_file):
    log = {"events": real_file("transactions_synthetic.csv")}
    done = summarise(log, GENERAL, as_of=date(2014, 10, 1), horizon=60, engine=ENGINE)
    found = rows_of(done, "active_days recency_days tenure_days gap_mean gap_max active_days_90d left")
    assert {k: found.get(k) for k in BUYERS} == BUYERS
    assert (done.rows, done.leavers, done.stayers) == (3451, 3151, 300)
    assert done.window.proposed.days == 60


BUYERS = {
    "2": (7, 59, 201, 142 / 6, 42, 2, "left"),
    "5": (2, 83, 160, 77, 77, 1, "left"),
    "18": (2, 148, 157, 9, 9, 0, "left"),
    "1234": (3, 23, 82, 29.5, 41, 3, "left"),
    "20": (2, 7, 68, 61, 61, 2, "stayed"),
    "100": None,  # silent for 183 days: gone already
}


def summary_of(folder, text, **table):
    words = {"shape": "log", "columns": {"key": "who", "time": "at", "kind": "kind"}} | table
    recipe = parse_recipe({"title": "T", "rule": "inactivity", "windows": [7, 30], "tables": {"log": words}})
    (folder / "log.csv").write_text(text)
    return summarise(
        {"log": folder / "log.csv"}, recipe, as_of=date(2020, 3, 1), engine=ENGINE, complete_to=date(2020, 2, 29)
    )


def test_what_counts_as_active_is_the_recipes_choice(tmp_path):
    text = "who,at,kind\na,2020-02-01,buy\na,2020-02-10,look\na,2020-02-11,buy\na,2020-02-20,look\n"
    names = "recency_days seen_days gap_mean active_days"
    assert rows_of(summary_of(tmp_path, text, active=["buy"]), names) == {"a": (19, 10, 10, 2)}
    assert rows_of(summary_of(tmp_path, text), "recency_days gap_mean active_days") == {"a": (10, 19 / 3, 4)}


def test_a_bot_with_many_events_a_day_costs_one_row_a_day(tmp_path):
    text = "who,at,kind\n" + "a,2020-02-01,look\n" * 5000 + "a,2020-02-02,look\n"
    done = summary_of(tmp_path, text, duplicates="keep", measures={"n": {"meaning": "Events", "make": ["total"]}})
    assert rows_of(done, "active_days n gap_max") == {"a": (2, 5001, 1)}


def test_a_measure_can_add_columns_drop_odd_values_and_be_shown_in_another_unit(tmp_path):
    measure = {
        "meaning": "Minutes",
        "headings": ["x"],
        "add": ["y"],
        "low": 0,
        "high": 600,
        "divide": 60,
        "make": ["total"],
    }
    text = "who,at,kind,x,y\na,2020-02-01,k,60,60\na,2020-02-02,k,-9e15,30\na,2020-02-03,k,601,30\na,2020-02-04,k,,\n"
    assert rows_of(summary_of(tmp_path, text, measures={"minutes": measure}), "minutes") == {"a": (3,)}


def test_the_clock_moves_midnight_to_the_shops_own(tmp_path):
    (tmp_path / "log.csv").write_text("who,at\na,2020-02-28 23:30:00\na,2020-02-29 23:30:00\n")
    columns = {"key": "who", "time": "at"}
    words = {"title": "T", "rule": "inactivity", "clock": 1, "tables": {"log": {"shape": "log", "columns": columns}}}
    done = summarise({"log": tmp_path / "log.csv"}, parse_recipe(words), as_of=date(2020, 3, 1), engine=ENGINE)
    assert rows_of(done, "active_days recency_days") == {"a": (1, 1)}


def test_two_logs_of_one_recipe_need_a_prefix(tmp_path):
    columns = {"key": "who", "time": "at"}
    tables = {
        "log": {"shape": "log", "columns": columns},
        "calls": {"shape": "log", "columns": columns, "prefix": "call_"},
    }
    (tmp_path / "log.csv").write_text("who,at\na,2020-02-28\nb,2020-02-29\n")
    (tmp_path / "calls.csv").write_text("who,at\na,2020-02-01\n")
    files = {name: tmp_path / f"{name}.csv" for name in tables}
    recipe = parse_recipe({"title": "T", "rule": "inactivity", "tables": tables})
    done = summarise(files, recipe, as_of=date(2020, 3, 1), engine=ENGINE)
    assert rows_of(done, "recency_days call_recency_days call_active_days") == {"a": (2, 29, 1), "b": (1, None, 0)}
