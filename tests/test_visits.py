"""Visits: exact sessions and varieties, checked by hand on the real excerpt of a shop's log."""

from datetime import date

import pytest

from churn.features.build import summarise
from churn.features.recipe import parse_recipe
from churn.profiles import read_profile

NAMES = (
    "views carts purchases spend cart_to_purchase sessions session_minutes category_variety brand_variety "
    "brand_favourite_share"
)
SHOPPERS = {
    "513840435": (24, 0, 0, 0, None, 1, 988 / 60, 1, 5, 8 / 24),
    "512742880": (24, 0, 0, 0, None, 3, 617 / 180, 2, 5, 18 / 23),
    "555110488": (4, 3, 3, 525.62, 1, 1, 485 / 60, 1, 1, 1),
    "515384420": (4, 5, 1, 1747.79, 0.2, 1, 198 / 60, 1, 1, 1),
    "517953667": (4, 0, 2, 213.65, None, 1, 256 / 60, 0, 0, None),
}


@pytest.mark.real
def test_five_shoppers_of_the_real_excerpt(real_file):
    recipe = parse_recipe(read_profile("shop").recipe)
    done = summarise({"events": real_file("rees46_events_sample.csv")}, recipe, as_of=date(2019, 10, 2))
    found = {r["customer"]: tuple(r[n] for n in NAMES.split()) for r in done.table.to_pylist()}
    assert {k: found[k] for k in SHOPPERS} == SHOPPERS
    assert (done.rows, done.notices[0].count) == (1755, 3)


def test_a_session_over_midnight_and_rows_without_one(tmp_path):
    (tmp_path / "log.csv").write_text(
        "who,at,visit\na,2020-01-01 23:50:00,s\na,2020-01-02 00:10:00,s\na,2020-01-05,\nb,2020-01-01,s\nc,2020-01-01,\n"
    )
    columns = {"key": "who", "time": "at", "session": "visit"}
    words = {
        "title": "T",
        "rule": "inactivity",
        "windows": [4, 10],
        "tables": {"log": {"shape": "log", "columns": columns}},
    }
    done = summarise({"log": tmp_path / "log.csv"}, parse_recipe(words), as_of=date(2020, 1, 6))
    names = ("customer", "sessions", "sessions_4d", "session_events", "session_minutes")
    assert [tuple(r[n] for n in names) for r in done.table.to_pylist()] == [
        ("a", 1, 1, 2, 20),
        ("b", 1, 0, 1, 0),
        ("c", 0, 0, None, None),
    ]
    assert done.notices[0].text == "log: 2 entries before the date have no session and count in none."
