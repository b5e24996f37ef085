"""Members: columns that do not change by the day, with impossible values and future dates unknown."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from churn.features.build import summarise
from churn.features.recipe import parse_recipe

FIELDS = {
    "city": {"meaning": "City", "headings": ["city"]},
    "age": {"meaning": "Age", "headings": ["bd"], "kind": "number", "low": 10, "high": 100},
    "vip": {"meaning": "VIP", "headings": ["vip"], "kind": "flag"},
    "joined_days": {"meaning": "Days since joining", "headings": ["joined"], "kind": "date"},
    "mood": {"meaning": "Mood", "headings": ["mood"]},
}
TABLES = {
    "log": {"shape": "log", "columns": {"key": "who", "time": "at"}},
    "people": {"shape": "members", "optional": True, "columns": {"key": "id"}, "fields": FIELDS},
}
RECIPE = parse_recipe({"title": "T", "rule": "inactivity", "tables": TABLES})
SHOWN = ("customer", "city", "age", "vip", "joined_days")


def rows_of(folder, people):
    pq.write_table(pa.table({"who": [1, 2, 3, 4], "at": ["2020-01-09"] * 4}), folder / "log.parquet")
    done = summarise({"log": folder / "log.parquet", "people": people}, RECIPE, as_of=date(2020, 1, 10))
    assert "mood" not in done.table.column_names
    return [tuple(r[n] for n in SHOWN) for r in done.table.to_pylist()]


def test_columns_are_carried_over_and_odd_values_are_unknown(tmp_path):
    (tmp_path / "people.csv").write_text(
        "id,city,bd,vip,joined\n1, 13 ,25,yes,20191231\n2,,0,,20200110\n3,5,950,,soon\n3,4,30,yes,20200101\n,1,1,1,1\n"
    )
    assert rows_of(tmp_path, tmp_path / "people.csv") == [
        ("1", "13", 25.0, True, 10.0),
        ("2", None, None, None, None),
        ("3", "4", 30.0, True, 9.0),
        ("4", None, None, None, None),
    ]


def test_typed_columns_say_the_same(tmp_path):
    columns = {"id": [1], "city": [13], "bd": [25.0], "vip": [True], "joined": [date(2019, 12, 31)]}
    pq.write_table(pa.table(columns), tmp_path / "people.parquet")
    assert rows_of(tmp_path, tmp_path / "people.parquet")[0] == ("1", "13", 25.0, True, 10.0)
