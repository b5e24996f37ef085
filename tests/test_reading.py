"""A whole list: real files to the last row, and one table whatever a list is written like."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.intake.reader import read_list, write_clean, write_set_aside
from churn.schema import Column, Schema
from tests.messy import LIST, told
from tests.messy.exports import CASES

SCHEMA = Schema(
    (
        Column("customerID", "text", "key"),
        Column("city", "category"),
        Column("paid", "number", "value", required=True),
        Column("active", "flag"),
        Column("joined", "date"),
    )
)
ROWS = [
    [
        f"C{i:03d}",
        ["Köln", "Bonn", "Zürich, See"][i % 3],
        f"{i * 1250.25:.2f}",
        ["yes", "no"][i % 2],
        f"{i % 28 + 1:02d}/05/2026",
    ]
    for i in range(30)
]
NAMES = list(SCHEMA.names)

REAL = {
    "telco_customer_churn.csv": (7043, "telco", "customerID", "MonthlyCharges", "Churn", 0),
    "bank_churners.csv": (10127, "bank", "CLIENTNUM", "Total_Trans_Amt", "Attrition_Flag", 2),
    "product_usage_users.csv": (5000, "product", "user_id", "total_revenue", "churned", 0),
}
ROLES = {"key": "*", "ignored": "~", "value": "$", "date": "@", "outcome": "!", "feature": ""}
OTHERS = {
    "hillstrom_email.csv.gz": (
        64000,
        "recency number|history_segment category|history number|mens flag|womens flag|zip_code category|newbie flag"
        "|channel category|segment category|visit flag|conversion flag|spend number$",
    ),
    "kkbox_activity_days.csv.gz": (50000, "msno text*|date date@"),
    "rees46_events_sample.csv": (
        5019,
        "event_time date|event_type category|product_id text~|category_id text~|category_code category|brand text~"
        "|price number$|user_id text*|user_session text~",
    ),
    "transactions_synthetic.csv": (15273, "date date@|id text*"),
}


def written(names, rows, *, delimiter=",", quoting=csv.QUOTE_MINIMAL, codec="utf-8"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows([names, *rows])
    return text.getvalue().encode(codec)


def table_of(content):
    return read_list(content, schema=SCHEMA, dates="day-first").table


GOOD = table_of(written(NAMES, ROWS))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_another_program_exported_becomes_exactly_what_it_must(case):
    assert told(case) == case


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_a_real_list_is_read_to_the_last_row_as_its_own_business(real_file, name):
    rows, profile, key, value, outcome, extra = REAL[name]
    reading = read_list(real_file(name))
    schema = reading.schema
    assert (reading.rows, reading.set_aside, reading.profile) == (rows, (), profile)
    assert (schema.key.name, schema.value.name, schema.outcome.name) == (key, value, outcome)
    assert sum(c.role == "ignored" for c in schema.columns) == extra
    assert reading.table.column(key).to_pylist() == reading.raw.column(key).to_pylist()
    assert not any(n.kind == "warning" for n in reading.notices)


@pytest.mark.real
@pytest.mark.parametrize("name", OTHERS)
def test_a_real_file_of_no_known_business_is_understood_all_the_same(real_file, name):
    reading = read_list(real_file(name))
    columns = "|".join(f"{c.name} {c.kind}{ROLES[c.role]}" for c in reading.schema.columns)
    assert (reading.rows, columns) == OTHERS[name]
    assert (reading.set_aside, reading.profile) == ((), "general")


@pytest.mark.real
def test_blank_total_charges_are_not_yet_billed(real_file):
    reading = read_list(real_file("telco_customer_churn.csv"))
    zero = [
        t
        for t, c in zip(reading.table["tenure"].to_pylist(), reading.table["TotalCharges"].to_pylist(), strict=True)
        if not c
    ]
    assert zero == [0.0] * 11
    assert "11 cells of TotalCharges were read as '0': 11 blank." in [n.text for n in reading.notices]
    assert sum(reading.table["Churn"].to_pylist()) == 1869


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(5)), st.randoms(use_true_random=False))
def test_shuffling_columns_and_rows_changes_nothing_but_the_order(order, chance):
    rows = ROWS[:]
    chance.shuffle(rows)
    table = table_of(written([NAMES[j] for j in order], [[r[j] for j in order] for r in rows]))
    assert table.sort_by("customerID").equals(GOOD)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([str.upper, str.lower, str.title, lambda n: f" {n}\u00a0", lambda n: n.replace("ID", " id")]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"]),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
)
def test_writing_a_list_another_way_changes_nothing(rename, codec, delimiter, quoting, comma):
    rows = [
        [*r[:2], f"{float(r[2]):,.2f}".translate(str.maketrans(",.", ".,")) if comma else r[2], *r[3:]] for r in ROWS
    ]
    content = written(list(map(rename, NAMES)), rows, delimiter=delimiter, quoting=quoting, codec=codec)
    assert table_of(content).equals(GOOD)


def test_a_reading_tells_every_door_the_same():
    answer = read_list(f"{LIST}A4,5\n".encode(), profile="general").as_json()
    assert {k: answer[k] for k in ("rows", "set_aside", "columns", "profile", "matches")} == {
        "rows": 3,
        "set_aside": [{"line": 5, "why": "it has 2 values for 3 columns"}],
        "columns": [
            {"name": "id", "kind": "text", "role": "key"},
            {"name": "tenure", "kind": "number", "role": "feature"},
            {"name": "paid", "kind": "number", "role": "feature"},
        ],
        "profile": "general",
        "matches": [],
    }
    assert answer["notices"][0]["kind"] == "set_aside"


def test_the_clean_list_is_the_text_as_read_and_runs_no_formula(tmp_path):
    text = 'id,name,paid\n00123,"=cmd|x",-5.20\nB2,@SUM(A1),"1,234.50"\nB3,"x\ny",\n'
    write_clean(read_list(text.encode(), profile="general"), tmp_path / "clean.csv")
    with (tmp_path / "clean.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["id", "name", "paid"],
        ["00123", "'=cmd|x", "-5.20"],
        ["B2", "'@SUM(A1)", "1,234.50"],
        ["B3", "x\ny", ""],
    ]


def test_the_clean_list_reads_back_as_the_same_table(tmp_path):
    first = read_list(written(NAMES, ROWS, delimiter=";"), schema=SCHEMA, dates="day-first")
    write_clean(first, tmp_path / "clean.csv")
    assert read_list(tmp_path / "clean.csv", schema=SCHEMA, dates="day-first").table.equals(first.table)


def test_rows_set_aside_can_be_taken_away_with_line_and_reason(tmp_path):
    reading = read_list(f"{LIST}=A4,5\n".encode(), profile="general")
    write_set_aside(reading.set_aside, tmp_path / "rejects.csv")
    assert (
        tmp_path / "rejects.csv"
    ).read_text() == "line,why,value 1,value 2\n5,it has 2 values for 3 columns,'=A4,5\n"
