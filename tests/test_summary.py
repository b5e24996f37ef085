"""The summary: hand-made logs give whole rows known by hand, and nothing after the date changes a bit of them."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from churn.errors import ChurnError, ListRefused, RequestRefused, Unavailable
from churn.features.build import summarise
from churn.features.engines.base import NOTE
from churn.features.engines.duckdb import DuckEngine
from churn.features.recipe import parse_recipe
from churn.profiles import read_profile
from churn.schema import schema_from

ENGINE = "duckdb://?threads=1"
LOG = {
    "shape": "log",
    "hours": True,
    "columns": {"key": "who", "time": "at", "kind": "kind", "session": "visit"},
    "measures": {
        "buys": {"meaning": "Purchases", "kinds": ["buy"], "make": ["total", "windows"]},
        "spend": {"meaning": "Spend", "headings": ["price"], "kinds": ["buy"], "exact": 100, "value": True},
    },
    "rates": {"price_paid": {"meaning": "Price", "of": ["spend"], "to": ["buys"], "unit": "money"}},
    "varieties": {"kind": {"meaning": "Kinds", "headings": ["kind"]}},
}
RECIPE = parse_recipe({"title": "T", "rule": "inactivity", "windows": [7, 30], "tables": {"events": LOG}})
EVENTS = """who,at,kind,visit,price
a,2020-03-01 08:00:00,look,s1,
a,2020-03-01 08:10:00,buy,s1,10.10
a,2020-03-08 23:00:00 UTC,look,s2,
a,2020-03-21T12:30:00Z,buy,s3,0.05
a,2020-03-21T12:30:00Z,buy,s3,0.05
a,2020-03-30 02:00:00,look,,
b,2020-03-31 23:59:59,look,s4,
b,2020-04-01 00:00:00,buy,s5,99
c,2020-04-02,buy,s6,5
a,2020-05-01,look,s7,
,2020-03-01,look,s8,
a,never,look,s9,
a,,look,s9,
"""
AS_OF = date(2020, 4, 1)


def events(folder, text=EVENTS, name="events.csv"):
    (folder / name).write_text(text)
    return {"events": folder / name}


def test_a_row_is_what_one_counts_by_hand(tmp_path):
    done = summarise(events(tmp_path), RECIPE, as_of=AS_OF, horizon=30, engine=ENGINE)
    assert [c.name for c in done.schema.columns] == done.table.column_names
    assert done.table.to_pylist()[0] == {
        "customer": "a",
        "as_of": AS_OF,
        "left": "left",
        "recency_days": 2.0,
        "tenure_days": 31.0,
        "gap_mean": 29 / 3,
        "gap_max": 13.0,
        "gap_std": (56 / 6) ** 0.5,
        "overdue": 6 / 29,
        "weekend_share": 0.75,
        "night_share": 0.2,
        "morning_share": 0.4,
        "afternoon_share": 0.2,
        "evening_share": 0.2,
        "active_days": 4.0,
        "active_days_7d": 1.0,
        "active_days_30d": 3.0,
        "active_days_pace": 30 / 21,
        "active_days_trend": 0.5,
        "buys": 2.0,
        "buys_7d": 0.0,
        "buys_30d": 1.0,
        "spend": 10.15,
        "spend_7d": 0.0,
        "spend_30d": 0.05,
        "spend_pace": 0.0,
        "spend_trend": (5 - 1010) / 1015,
        "monthly_value": 0.05,
        "price_paid": 5.075,
        "price_paid_7d": None,
        "price_paid_30d": 0.05,
        "sessions": 3.0,
        "sessions_7d": 0.0,
        "sessions_30d": 2.0,
        "sessions_pace": 0.0,
        "sessions_trend": 1 / 3,
        "session_events": 4 / 3,
        "session_minutes": 10 / 3,
        "kind_variety": 2.0,
        "kind_favourite_share": 0.6,
    }


def test_who_is_counted_and_what_was_set_aside_is_said(tmp_path):
    done = summarise(events(tmp_path), RECIPE, as_of=AS_OF, horizon=30, engine=ENGINE)
    assert (done.table["customer"].to_pylist(), done.table["left"].to_pylist()) == (["a", "b"], ["left", "stayed"])
    assert (done.rows, done.leavers, done.stayers) == (2, 1, 1)
    assert [n.text for n in done.notices] == [
        "events: 1 rows without a customer were set aside.",
        "events: 1 rows without a time were set aside.",
        "events: 1 rows whose time is not understood were set aside.",
        "events: 1 rows repeat an earlier one in every column used and were counted once.",
        "events: 1 entries before the date have no session and count in none.",
    ]


def test_nothing_on_or_after_the_date_changes_a_bit_of_the_features(tmp_path):
    before = summarise(events(tmp_path), RECIPE, as_of=AS_OF, engine=ENGINE).table
    lines = EVENTS.splitlines()
    past = [line for line in lines if "2020-04" not in line and "2020-05" not in line]
    future = ["a,2020-04-01 00:00:00,buy,s1,1e6", "b,2020-04-30,buy,s4,7", "z,2020-06-01,look,s1,"]
    for name, rows in {"deleted": past, "rewritten": past + future}.items():
        after = summarise(events(tmp_path, "\n".join(rows), f"{name}.csv"), RECIPE, as_of=AS_OF, engine=ENGINE)
        assert after.table.equals(before)


def test_entries_that_arrived_too_late_were_not_known(tmp_path):
    table = LOG | {"columns": LOG["columns"] | {"arrived": "seen"}}
    recipe = parse_recipe({"title": "T", "rule": "inactivity", "windows": [7, 30], "tables": {"events": table}})
    text = (
        "who,at,kind,visit,price,seen\na,20200301,buy,s,1,\na,20200302,buy,s,2,20200303\na,20200303,buy,s,4,20200401\n"
    )
    done = summarise(events(tmp_path, text), recipe, as_of=date(2020, 3, 4), engine=ENGINE)
    assert done.table["spend"].to_pylist() == [3.0]


def test_order_files_and_format_do_not_change_a_bit(tmp_path):
    whole = summarise(events(tmp_path), RECIPE, as_of=AS_OF, horizon=30, engine=ENGINE)
    head, *lines = EVENTS.splitlines()
    many = tmp_path / "many"
    many.mkdir()
    for i, line in enumerate(reversed(lines)):
        (many / f"{i:02}.csv").write_text(f"{head}\n{line}\n")
    several = summarise({"events": many}, RECIPE, as_of=AS_OF, horizon=30, engine="duckdb://?threads=2&memory=200MB")
    assert several.table.equals(whole.table)


def test_a_written_file_is_the_table_and_explains_itself(tmp_path):
    out = tmp_path / "out" / "table.parquet"
    done = summarise(events(tmp_path), RECIPE, as_of=AS_OF, horizon=30, engine=ENGINE, output=out)
    assert (done.table, done.whole.num_rows, done.leavers) == (None, 2, 1)
    assert schema_from(json.loads(pq.read_metadata(out).metadata[NOTE.encode()])["columns"]) == done.schema


def test_a_subscription_is_summed_up_from_its_three_tables(tmp_path):
    (tmp_path / "t.csv").write_text(
        "msno,payment_method_id,payment_plan_days,plan_list_price,actual_amount_paid,is_auto_renew,transaction_date,"
        "membership_expire_date,is_cancel\n"
        "a,41,30,149,100,1,20200101,20200131,0\na,41,30,149,149,1,20200130,20200301,0\n"
        "a,41,30,149,149,1,20200310,20200409,0\nb,38,90,447,447,0,20200115,20200414,0\n"
        "b,38,90,447,447,0,20200320,20200320,1\nb,38,30,149,0,0,20200601,20200701,0\n"
    )
    (tmp_path / "l.csv").write_text(
        "msno,date,num_25,num_50,num_75,num_985,num_100,num_unq,total_secs\n"
        "a,20200331,1,0,1,0,6,7,1500\na,20200301,0,0,0,0,2,2,600\na,20200302,0,0,0,0,2,2,-9e15\n"
    )
    (tmp_path / "m.csv").write_text("msno,city,bd,gender,registered_via,registration_init_time\na,5,0,,9,20190401\n")
    files = {"transactions": tmp_path / "t.csv", "logs": tmp_path / "l.csv", "members": tmp_path / "m.csv"}
    done = summarise(files, parse_recipe(read_profile("music").recipe), as_of=AS_OF, horizon=30, engine=ENGINE)
    row = done.table.to_pylist()[0]
    shown = (
        "customer left days_to_expiry auto_renewing cancelled plan_length last_discount payment_method renewals "
        "late_renewals renewal_lateness paid_total monthly_value "
        "listened_minutes_30d listened_minutes_90d completion age registered_days"
    )
    assert (done.rows, {name: row[name] for name in shown.split()}) == (1, {
        "customer": "a", "left": "left", "days_to_expiry": 8.0, "auto_renewing": True, "cancelled": False,
        "plan_length": 30.0, "last_discount": 0.0, "payment_method": "41", "renewals": 2.0, "late_renewals": 1.0,
        "renewal_lateness": 4.0, "paid_total": 398.0, "monthly_value": 149.0,
            "listened_minutes_30d": 25.0, "listened_minutes_90d": 35.0,
        "completion": 10 / 12, "age": None, "registered_days": 366.0,
    })  # fmt: skip


@pytest.mark.parametrize("name", ["music", "shop"])
def test_the_profile_knows_every_column_that_is_made(tmp_path, name):
    profile = read_profile(name)
    made = summarise(_all_columns(tmp_path, name), parse_recipe(profile.recipe), as_of=AS_OF, horizon=30, engine=ENGINE)
    # That an empty cell is an answer, not a gap, is the business's to say.
    plain = tuple(replace(c, may_be_empty=False) for c in profile.schema.columns)
    assert made.schema == replace(profile.schema, columns=plain)
    assert all(c.meaning and c.group for c in made.schema.features)


def _all_columns(folder, name):
    if name == "shop":
        text = "event_time,event_type,category_code,brand,price,user_id,user_session,discount\n"
        return events(folder, text + "20200301,buy,a,b,2,u,s,1\n20200601,buy,a,b,2,u,s,1\n")
    (folder / "t.csv").write_text(
        "msno,payment_method_id,payment_plan_days,plan_list_price,actual_amount_paid,is_auto_renew,transaction_date,"
        "membership_expire_date,is_cancel\na,41,30,149,149,1,20200310,20200409,0\nb,41,30,149,149,1,20200601,20200701,0\n"
    )
    (folder / "l.csv").write_text(
        "msno,date,num_25,num_50,num_75,num_985,num_100,num_unq,total_secs\na,20200331,1,0,1,0,6,7,1\n"
    )
    (folder / "m.csv").write_text("msno,city,bd,gender,registered_via,registration_init_time\na,5,0,,9,20190401\n")
    return {"transactions": folder / "t.csv", "logs": folder / "l.csv", "members": folder / "m.csv"}


@pytest.mark.parametrize("name", ["music", "shop"])
def test_the_same_definition_compiles_for_spark(tmp_path, monkeypatch, name):
    import ibis

    asked = []
    monkeypatch.setattr(DuckEngine, "kept", _noting(DuckEngine.kept, asked))
    monkeypatch.setattr(DuckEngine, "write", _noting(DuckEngine.write, asked))
    summarise(
        _all_columns(tmp_path, name), parse_recipe(read_profile(name).recipe), as_of=AS_OF, horizon=30, engine=ENGINE
    )
    assert len(asked) > 3
    assert all("SELECT" in ibis.to_sql(expression, dialect="databricks") for expression in asked)


def _noting(method, asked):
    def noted(self, expression, *rest, **more):
        asked.append(expression)
        return method(self, expression, *rest, **more)

    return noted


BAD = {
    "lies outside the data": {"as_of": date(2020, 3, 1)},
    "Choose a date from 2020-03-02 to 2020-05-02": {"as_of": date(2020, 5, 3)},
    "ends on 2020-05-01: labels would be wrong": {"horizon": 32},
    "horizon of 0 days": {"horizon": 0},
    "no table 'logs'": {"tables": {"logs": "x.csv"}},
    "table 'events' is missing": {"tables": {}},
    "There is no file": {"tables": {"events": "nowhere/*.csv"}},
    "engine 'oracle://' is not known": {"engine": "oracle://"},
}


@pytest.mark.parametrize("said", BAD)
def test_what_cannot_be_answered_is_refused_and_nothing_is_written(tmp_path, said):
    asked = {"tables": events(tmp_path), "as_of": AS_OF, "engine": ENGINE} | BAD[said]
    with pytest.raises((ListRefused, RequestRefused)) as refused:
        summarise(asked.pop("tables"), RECIPE, output=tmp_path / "out.parquet", **asked)
    assert said in str(refused.value)
    assert [p.name for p in tmp_path.iterdir()] == ["events.csv"]


def test_an_engine_that_runs_out_leaves_no_half_written_file(tmp_path):
    rows = (f"{i:06},{AS_OF - timedelta(days=1 + i % 90)},buy,s{i},{i}" for i in range(60_000))
    log = events(tmp_path, "\n".join(["who,at,kind,visit,price", *rows]))
    url = f"duckdb://?threads=1&memory=20MB&spill={tmp_path / 'spill'}&spill_limit=1MB"
    with pytest.raises(Unavailable) as refused:
        summarise(log, RECIPE, as_of=AS_OF, engine=url, output=tmp_path / "out.parquet")
    assert isinstance(refused.value, ChurnError) and "Nothing was written" in refused.value.fix
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["events.csv", "spill"]
