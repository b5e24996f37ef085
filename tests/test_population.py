"""The population: bots, lookers and the long gone are left out, counted, and said."""

from datetime import date

import pytest

from churn.errors import ListRefused
from churn.features.build import summarise
from churn.features.recipe import parse_recipe

COLUMNS = {"key": "who", "time": "at", "kind": "kind"}
PAY = {"key": "who", "time": "paid", "expires": "until", "cancel": "cancel"}


def test_bots_lookers_and_the_long_gone_are_left_out(tmp_path):
    table = {"shape": "log", "columns": COLUMNS, "active": ["buy"], "busiest": 3, "duplicates": "keep"}
    recipe = parse_recipe({"title": "T", "rule": "inactivity", "alive": 15, "tables": {"events": table}})
    bot = "bot,2020-01-25,buy\n" * 4
    text = f"who,at,kind\na,2020-01-11,buy\nb,2020-01-10,buy\nb,2020-01-20,look\nc,2020-01-20,look\n{bot}"
    (tmp_path / "log.csv").write_text(text)
    done = summarise({"events": tmp_path / "log.csv"}, recipe, as_of=date(2020, 1, 26))
    assert done.table["customer"].to_pylist() == ["a"]
    assert [n.text for n in done.notices] == [
        "1 are likely no people, with more than 3 events in a day, and were left out.",
        "1 were seen but never active before the date and are not customers yet.",
        "1 were silent for more than 15 days already and count as gone.",
    ]


@pytest.mark.parametrize(("population", "kept"), [("current", ["a", "b"]), ("expiring", ["a"])])
def test_members_need_paid_time_left_and_may_have_to_decide_soon(tmp_path, population, kept):
    words = {"title": "T", "rule": "expiry", "population": population, "horizon": 10}
    recipe = parse_recipe(words | {"tables": {"pay": {"shape": "payments", "columns": PAY}}})
    rows = ["a,20200101,20200120,0", "b,20200101,20200121,0", "c,20200101,20200110,0"]
    (tmp_path / "pay.csv").write_text("\n".join(["who,paid,until,cancel", *rows, "z,20200112,20200130,0"]))
    done = summarise({"pay": tmp_path / "pay.csv"}, recipe, as_of=date(2020, 1, 11))
    assert done.table["customer"].to_pylist() == kept
    assert done.notices[0].text == "1 had no paid time left on the date and count as gone."


def test_nobody_left_is_refused(tmp_path):
    table = {"shape": "log", "columns": COLUMNS, "active": ["buy"]}
    recipe = parse_recipe({"title": "T", "rule": "inactivity", "tables": {"events": table}})
    (tmp_path / "log.csv").write_text("who,at,kind\na,2020-01-11,look\n")
    with pytest.raises(ListRefused, match="Nobody is a customer on that date"):
        summarise({"events": tmp_path / "log.csv"}, recipe, as_of=date(2020, 1, 12))
