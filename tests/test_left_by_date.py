"""A date of leaving beside, or instead of, an outcome column: who left by it is set aside, and it is said."""

import json
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn import Workspace
from churn.campaigns.limits import Order
from churn.errors import ListRefused, OpenQuestion
from churn.schema import Column, Schema
from churn.training.known_outcomes import LeavingDates, leaving_dates_in, who_left
from tests.small_model import small_model
from tests.trained import TODAY, rewritten, rows_of

AHEAD = (date.today() + timedelta(days=400)).isoformat()


def dated(home, heading="leave_date", day="2024-03-05", others="", name="dated.csv"):
    """Today's list without the outcome, with a day under this heading for every third customer."""
    head, *lines = rows_of(home, TODAY)
    rows = [f"{row},{day if i % 3 == 0 else others}" for i, row in enumerate(lines)]
    return rewritten(home / name, [f"{head},{heading}", *rows])


def said(result, kind="set_aside"):
    return [n.text for n in result.notices if n.kind == kind]


@pytest.mark.parametrize(
    ("heading", "day"),
    [
        ("leave_date", "2024-03-05"),
        ("churn_date", "2024-03-05 10:15:00"),
        ("Kündigungsdatum", "25.03.2024"),
        ("cancelled_on", "20240325"),
        ("date de résiliation", "25/03/2024"),
        ("Fecha de baja", "25/03/2024"),
        ("customer_left_on", "5 Mar 2024"),
        ("Kündigung", "25.03.2024"),
    ],
)
def test_who_left_by_a_filled_date_of_leaving_is_set_aside_with_the_number(own_telco, heading, day):
    ranked = Workspace(own_telco).lists.score(dated(own_telco, heading, day))
    assert (ranked.reading.rows, ranked.scored.table.num_rows) == (40, 40)
    assert len(found := said(ranked)) == 1
    assert found[0].startswith("20 customers who left already")


def test_a_date_of_leaving_that_can_be_read_two_ways_is_asked_about(own_telco):
    lists, path = Workspace(own_telco).lists, dated(own_telco, "Kündigungsdatum", "05.03.2024")
    with pytest.raises(OpenQuestion, match="Kündigungsdatum can be read two ways"):
        lists.score(path)
    assert lists.score(path, dates="day-first", as_of="2024-03-05").reading.rows == 40
    assert lists.score(path, dates="month-first", as_of="2024-03-05").reading.rows == 60


def test_the_rest_keep_the_scores_they_have_in_a_list_without_the_date(own_telco):
    workspace = Workspace(own_telco)
    whole = {r["customerID"]: r for r in workspace.lists.score(own_telco / TODAY).scored.table.to_pylist()}
    assert all(r == whole[r["customerID"]] for r in workspace.lists.score(dated(own_telco)).scored.table.to_pylist())


def test_a_day_still_to_come_means_still_a_customer_and_is_said(own_telco):
    ranked = Workspace(own_telco).lists.score(dated(own_telco, day=AHEAD))
    assert ranked.reading.rows == 60 and not said(ranked)
    assert any(
        t.startswith("20 customers leave on a day still to come (leave_date says so)") for t in said(ranked, "info")
    )


def test_the_day_of_the_list_decides_what_is_past(own_telco):
    lists, path = Workspace(own_telco).lists, dated(own_telco, day="2024-03-05")
    assert lists.score(path, as_of="2024-03-04").reading.rows == 60
    assert lists.score(path, as_of="2024-03-05").reading.rows == 40


def test_everybody_may_be_asked_for_and_the_leavers_are_still_counted(own_telco):
    ranked = Workspace(own_telco).lists.score(dated(own_telco), everybody=True)
    assert ranked.reading.rows == 60 and not said(ranked)
    assert any(t.startswith("20 customers who left already") for t in said(ranked, "info"))


def test_a_column_said_to_be_none_of_ours_sets_nobody_aside(own_telco):
    ranked = Workspace(own_telco).lists.score(dated(own_telco), mapping={"leave_date": ""})
    assert ranked.reading.rows == 60 and not said(ranked)


@pytest.mark.parametrize("heading", ["end_date", "contract_end", "Vertragsende"])
@pytest.mark.parametrize("others", ["", "2024-01-31", AHEAD])
def test_a_day_that_something_ended_sets_nobody_aside_and_is_asked_about(own_telco, heading, others):
    ranked = Workspace(own_telco).lists.score(dated(own_telco, heading, others=others))
    assert ranked.reading.rows == 60 and not said(ranked)
    asked = [n for n in ranked.notices if "Say which column says who left" in n.text]
    assert [n.column for n in asked] == [heading]
    assert asked[0].options == (f"map={heading}=Churn", f"map={heading}=")


def test_what_the_question_offers_answers_it(own_telco):
    lists, path = Workspace(own_telco).lists, dated(own_telco, "end_date")
    yes, no = lists.score(path, mapping={"end_date": "Churn"}), lists.score(path, mapping={"end_date": ""})
    assert (yes.reading.rows, no.reading.rows) == (40, 60)
    assert len(said(yes)) == 1 and not any("end_date" in n.text for n in no.scored.notices)


def test_an_end_still_to_come_for_everyone_is_no_question(own_telco):
    ranked = Workspace(own_telco).lists.score(dated(own_telco, "contract_end", AHEAD, AHEAD))
    assert ranked.reading.rows == 60 and not any("contract_end" in n.text for n in ranked.scored.notices)


def test_a_column_called_so_that_holds_no_dates_is_asked_about(own_telco):
    ranked = Workspace(own_telco).lists.score(dated(own_telco, "leave_date", "soon"))
    assert ranked.reading.rows == 60
    assert any("leave_date may say who left, but holds no dates" in n.text for n in ranked.notices)


def test_where_a_day_stands_for_everyone_the_list_is_refused_and_nothing_written(own_telco, line):
    path = dated(own_telco, others="2023-01-02")
    for words in (["score", path, "-o", own_telco / "out.csv"], ["plan", path, "-o", own_telco / "plan.csv"]):
        code, told = line(*words, "--home", own_telco)
        assert (code, "everyone in this list left already" in told) == (2, True)
    assert not (own_telco / "out.csv").exists() and not (own_telco / "plan.csv").exists()
    with pytest.raises(ListRefused, match="leave_date says of all 60 customers that they left"):
        Workspace(own_telco).lists.score(path)


def test_an_outcome_that_is_known_counts_before_the_date(own_telco):
    head, *lines = rows_of(own_telco, TODAY)
    cells = [("Yes", ""), ("No", "2024-03-05"), ("", "2024-03-05")]
    rows = [f"{row},{','.join(cells[i % 3])}" for i, row in enumerate(lines)]
    ranked = Workspace(own_telco).lists.score(rewritten(own_telco / "both.csv", [f"{head},Churn,leave_date", *rows]))
    assert [r["customerID"] for r in ranked.reading.table.to_pylist()] == [
        line.split(",")[0] for i, line in enumerate(lines) if i % 3 == 1
    ]


def test_the_latest_of_two_dates_counts(own_telco):
    head, *lines = rows_of(own_telco, TODAY)
    rows = [f"{row},2024-03-05,{AHEAD if i % 3 else ''}" for i, row in enumerate(lines)]
    path = rewritten(own_telco / "two.csv", [f"{head},Kündigungsdatum,leave_date", *rows])
    ranked = Workspace(own_telco).lists.score(path)
    assert ranked.reading.rows == 40
    assert "leave_date and Kündigungsdatum" in said(ranked)[0] or "Kündigungsdatum and leave_date" in said(ranked)[0]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("streamed", [0, 32 << 20])
def test_a_file_of_scores_has_only_those_who_are_still_there(own_telco, line, monkeypatch, ending, streamed):
    monkeypatch.setattr("churn.workspace.lists.STREAMED", streamed)
    out, path = own_telco / f"out.{ending}", dated(own_telco)
    code, told = line("score", path, "-o", out, "--home", own_telco)
    assert (code, told["rows"], told["left"], sum(told["tiers"].values())) == (0, 40, 20, 40)
    assert any(n["text"].startswith("20 customers who left already") for n in told["notices"])
    code, told = line("score", path, "-o", out, "--everybody", "--home", own_telco)
    assert (code, told["rows"], told["left"]) == (0, 60, 0)


def test_no_plan_speaks_of_a_customer_who_left(own_telco):
    workspace = Workspace(own_telco)
    planned = workspace.campaigns.plan(workspace.lists.score(dated(own_telco)), Order(name="spring"))
    left = {row.split(",")[0].strip('"') for row in rows_of(own_telco, "dated.csv") if row.endswith("2024-03-05")}
    assert len(left) == 20 and not left & set(planned.campaign.table[planned.basis.key])
    assert any("20 customers who left already" in n.text for n in planned.notices)


def test_over_http_a_plan_leaves_them_out_and_a_batch_counts_them(telco_api, telco_home):
    content = dated(telco_home, name="sent3.csv").read_bytes()
    file = {"file": ("sent3.csv", content, "text/csv")}
    answer = telco_api.post("/campaign", files=file, params={"keep": "false"}).json()
    left = {row.split(",")[0].strip('"') for row in rows_of(telco_home, "sent3.csv") if row.endswith("2024-03-05")}
    assert any(n["text"].startswith("20 customers who left already") for n in answer["notices"])
    assert not any(key in json.dumps(answer["customers"]) for key in left)
    batch = telco_api.post("/predict/batch", files=file).json()
    assert len(batch["predictions"]) == 60
    assert any(n["text"].startswith("20 customers who left already") for n in batch["notices"])


def test_what_the_model_learns_from_never_says_who_left():
    schema = Schema((Column("id", "text", "key"), Column("exit date", "date"), Column("state", "flag", "outcome")))
    listed = Schema((*schema.columns, Column("quit date", "date", "ignored"), Column("end", "date", "ignored")))
    assert leaving_dates_in(listed, small_model(schema=schema)) == LeavingDates(("quit date",), ("end",))


@given(st.lists(st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2040, 1, 1))), min_size=1, max_size=30))
def test_everyone_has_left_will_leave_or_has_no_day(days):
    schema = Schema((Column("id", "text", "key"), Column("state", "category", "outcome", positive=("Left",))))
    model = small_model(schema=schema, leaves="Left", stays="Stays")
    today = date(2020, 6, 1)
    found = who_left(model, pa.table({"quit": pa.array(days, pa.date32())}), LeavingDates(("quit",)), today)
    assert found.left.tolist() == [d is not None and d <= today for d in days]
    none = sum(d is None for d in days)
    assert found.counts["left"] + found.counts["announced"] + none == found.counts["rows"] == len(days)
    assert found.counts["by_date"] == np.count_nonzero(found.left)


def test_the_written_scores_are_those_of_the_list_in_memory(own_telco):
    workspace, path = Workspace(own_telco), dated(own_telco)
    workspace.lists.score_file(path, own_telco / "out.csv")
    kept = workspace.lists.score(path).scored.table["customerID"].to_pylist()
    assert pc.read_csv(own_telco / "out.csv")["customerID"].to_pylist() == kept
