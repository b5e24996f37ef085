"""Cut-offs: several dates make one training table, each row true for its own date, and filling silence is compared."""

from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from churn.errors import RequestRefused
from churn.features.build import fill_effect, summarise, training_dates, training_table
from churn.features.recipe import parse_recipe

LOG = {"shape": "log", "columns": {"key": "who", "time": "at"}}
RECIPE = parse_recipe({"title": "T", "rule": "inactivity", "windows": [7, 30], "tables": {"log": LOG}})
START = date(2020, 1, 1)


def written(folder, rows):
    (folder / "log.csv").write_text("\n".join(["who,at", *rows]))
    return {"log": folder / "log.csv"}


def test_dates_go_back_in_steps():
    assert training_dates(date(2020, 3, 1), dates=3, step=30) == (date(2020, 3, 1), date(2020, 1, 31), date(2020, 1, 1))
    with pytest.raises(RequestRefused):
        training_dates(START, dates=0, step=30)


def test_each_part_is_the_summary_of_its_date(tmp_path):
    tables = written(
        tmp_path, [f"{who},{START + timedelta(days=d)}" for who, d in zip("abacadae", range(0, 80, 10), strict=True)]
    )
    done = training_table(tables, RECIPE, horizon=20, dates=3, step=15, output=tmp_path / "train.parquet")
    parts = [
        summarise(tables, RECIPE, as_of=d, horizon=20) for d in training_dates(date(2020, 2, 21), dates=3, step=15)
    ]
    assert pq.read_table(tmp_path / "train.parquet").to_pylist() == [r for p in parts for r in p.table.to_pylist()]
    assert (done.leavers, done.rows) == (sum(p.leavers for p in parts), sum(p.rows for p in parts))


def test_dates_before_the_data_are_left_out_and_said(tmp_path):
    tables = written(tmp_path, [f"a,{START + timedelta(days=d)}" for d in range(40)])
    done = training_table(tables, RECIPE, horizon=20, dates=4, step=15)
    assert sorted({str(d) for d in done.table["as_of"].to_pylist()}) == ["2020-01-06", "2020-01-21"]
    assert done.notices[-1].text == "2 earlier dates lie before the data and were left out."


def test_lost_days_within_the_horizon_are_warned_of(tmp_path):
    rows = [f"u{u},{START + timedelta(days=d)}" for u in range(30) for d in range(30) if d not in (22, 23)]
    done = summarise(written(tmp_path, rows), RECIPE, as_of=START + timedelta(days=20), horizon=10)
    said = "The whole log was silent on 2 days of the horizon: leavers may be counted too high."
    assert [n.text for n in done.notices] == [said]


def test_filling_lost_days_shows_what_it_changes(tmp_path):
    lost = {10, 11, 12}
    rows = [f"u{u},{START + timedelta(days=d)}" for u in range(30) for d in range(30) if d not in lost]
    rows += [f"once,{START + timedelta(days=8)}"]
    plain, filled, effect = fill_effect(written(tmp_path, rows), RECIPE, as_of=START + timedelta(days=20), horizon=10)
    assert "silent on 3 days (2020-01-11 to 2020-01-13)" in plain.notices[-1].text
    assert (effect.days, effect.customers, effect.touched) == (3, 31, 30)
    assert effect.changed["gap_max"] == effect.changed["active_days"] == 30
    assert (effect.leavers_before, effect.leavers_after) == (1, 1)
    assert {r["customer"]: r["active_days"] for r in filled.table.to_pylist()}["u7"] == 20
