"""Entries: money in whole cents, flags as 1 and 0, odd amounts as nothing, keys as they are."""

import pyarrow as pa
import pytest

from churn.errors import ListRefused
from churn.features.engines.urls import open_engine
from churn.features.logs import open_log, whole_parts, words, yes_or_no
from churn.features.recipe import parse_recipe


def values(expression_of, cells):
    import ibis

    column = ibis.memtable(pa.table({"c": pa.array(cells)})).c
    return ibis.duckdb.connect().to_pyarrow(expression_of(column).name("v").as_table())["v"].to_pylist()


def test_money_becomes_whole_cents_and_odd_amounts_nothing():
    cells = ["35.79", " 0.07", "1e2", "-3", "1,5", "nan", "inf", "1e300", "", None]
    assert values(lambda c: whole_parts(c, 100, 0, None), cells) == [3579, 7, 10000, *[None] * 7]
    assert values(lambda c: whole_parts(c, 100, None, None), [35.79, -0.07, float("nan"), float("inf")])[:2] == [
        3579,
        -7,
    ]


def test_flags_are_read_from_words_and_numbers():
    cells = ["1", "0", "Yes", " TRUE ", "no", "", None]
    assert values(yes_or_no, cells) == [1, 0, 1, 1, 0, 0, 0]
    assert values(lambda c: yes_or_no(c, keep_empty=True), [1, 0, None]) == [1, 0, None]
    assert values(yes_or_no, [True, False, None]) == [1, 0, 0]


def test_text_is_trimmed_where_asked_and_empty_cells_are_nothing():
    assert values(words, [" a ", "", "  ", None]) == ["a", None, None, None]
    assert values(lambda c: words(c, trim=False), [" a ", ""]) == [" a ", None]


def log_of(folder, text, **changes):
    columns = {"key": "who", "time": "at"}
    table = {"shape": "log", "columns": columns} | changes
    recipe = parse_recipe({"title": "T", "rule": "inactivity", "tables": {"events": table}})
    (folder / "log.csv").write_text(text)
    with open_engine("duckdb://?threads=1") as engine:
        log = open_log(engine, recipe.main, folder / "log.csv", named={}, clock=0, text_keys=False)
        rows = engine.rows(log.rows.order_by("key", "day"))
        return log, rows.to_pylist()


def test_days_are_counted_and_unusable_rows_set_aside(tmp_path):
    log, rows = log_of(tmp_path, "who,at\na,1980-01-03\nb,19800103\n,1980-01-04\na,x\nb,1980-01-05\nb\n")
    assert (log.days.tolist(), log.counts.tolist()) == ([3654, 3656], [2, 1])
    assert [(r["key"], r["day"], r["second"]) for r in rows] == [("a", 3654, 0), ("b", 3654, 0), ("b", 3656, 0)]
    assert [n.text for n in log.notices] == [
        "events: 1 rows without a customer were set aside.",
        "events: 1 rows whose time is not understood were set aside.",
        "events: 1 lines did not have the columns of the header and were set aside.",
    ]


def test_repeated_rows_count_once_unless_they_are_kept(tmp_path):
    text = "who,at\na,2020-01-01\na,2020-01-01\na,2020-01-01 00:00:01\n"
    log, rows = log_of(tmp_path, text)
    assert (len(rows), [n.count for n in log.notices], log.counts.tolist()) == (2, [1], [3])
    log, rows = log_of(tmp_path, text, duplicates="keep")
    assert (len(rows), log.notices) == (3, ())


def test_optional_parts_without_a_column_are_named(tmp_path):
    measures = {"cut": {"meaning": "Discount", "headings": ["rebate"], "optional": True}}
    log, _ = log_of(tmp_path, "who,at\na,2020-01-01\n", measures=measures)
    assert [n.text for n in log.notices] == [
        "events: there is no column for cut; the features made of it are left out."
    ]


def test_a_log_without_one_usable_row_is_refused(tmp_path):
    with pytest.raises(ListRefused, match="No row of 'events' has both a customer and a time"):
        log_of(tmp_path, "who,at\na,soon\n,2020-01-01\n")
