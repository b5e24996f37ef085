"""The ledger: which dates the data can answer for, said in days one can check by hand."""

from datetime import date

import pytest

from churn.errors import ListRefused, RequestRefused
from churn.features.engines.urls import open_engine
from churn.features.ledger import open_ledger
from churn.features.recipe import parse_recipe

COLUMNS = {"key": "who", "time": "at"}
TABLES = {"events": {"shape": "log", "columns": COLUMNS}}
RECIPE = parse_recipe({"title": "T", "rule": "inactivity", "tables": TABLES})


def ledger_of(engine, folder, text="who,at\na,2020-01-01\na,2020-02-29\n", **changes):
    (folder / "log.csv").write_text(text)
    return open_ledger(engine, {"events": folder / "log.csv"}, RECIPE, **changes)


def test_dates_run_from_the_second_day_to_the_day_after_the_last(tmp_path):
    with open_engine() as engine:
        ledger = ledger_of(engine, tmp_path)
    assert (ledger.first, ledger.last, ledger.latest) == (date(2020, 1, 1), date(2020, 2, 29), date(2020, 3, 1))
    assert ledger.latest_known(30) == date(2020, 1, 31)
    assert ledger.parse_day(date(2020, 1, 31), 30) == ledger.parse_day(date(2020, 1, 31), None) == 18292
    for wrong, horizon in ((date(2020, 1, 1), None), (date(2020, 3, 2), None), (date(2020, 2, 1), 30)):
        with pytest.raises(RequestRefused):
            ledger.parse_day(wrong, horizon)


def test_a_log_known_to_be_complete_further_on_answers_for_more(tmp_path):
    with open_engine() as engine:
        ledger = ledger_of(engine, tmp_path, complete_to=date(2020, 3, 31))
    assert ledger.latest_known(30) == date(2020, 3, 2)


def test_a_column_can_be_named(tmp_path):
    with open_engine() as engine:
        ledger = ledger_of(engine, tmp_path, "Kunde,at\na,2020-01-01\n", named={"events": {"key": "Kunde"}})
    assert ledger.main.found == {"key": "Kunde", "time": "at"}


def test_tables_the_recipe_does_not_know_or_misses_are_refused(tmp_path):
    with open_engine() as engine:
        with pytest.raises(RequestRefused, match="The recipe has no table 'logs'"):
            open_ledger(engine, {"logs": tmp_path}, RECIPE)
        with pytest.raises(RequestRefused, match="The recipe has no table 'log'"):
            ledger_of(engine, tmp_path, named={"log": {}})
        with pytest.raises(ListRefused, match="The table 'events' is missing"):
            open_ledger(engine, {}, RECIPE)


def test_a_table_that_was_not_given_is_named_where_it_need_not_be(tmp_path):
    more = {**TABLES, "visits": {"shape": "log", "columns": COLUMNS, "optional": True}}
    recipe = parse_recipe({"title": "T", "rule": "inactivity", "tables": more})
    (tmp_path / "log.csv").write_text("who,at\na,2020-01-01\na,2020-02-29\n")
    with open_engine() as engine:
        told = open_ledger(engine, {"events": tmp_path / "log.csv"}, recipe, complete_to=date(2020, 3, 1)).notices
    assert [n.text for n in told] == ["The table 'visits' was not given; the features made of it are left out."]
