"""The day a customer left can be the outcome: empty means stayed, a day after the list's own has not come yet."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn import Workspace
from churn.errors import ListRefused
from churn.schema import Column, Schema
from churn.training.outcome import left_by, outcome_of
from churn.workspace.models import guess_outcome, outcome_candidates, read_labels
from tests.trained import rewritten

TODAY = date(2026, 6, 30)


def list_of(path, column="churn_date", rows=300, snapshot=None, today=False):
    """Customers who leave where they seldom visit; the day of leaving is empty for who stayed."""
    random = np.random.default_rng(3)
    head = f"id,visits,spend,{column}" + (",snapshot_date" if snapshot else "")
    lines = []
    for i in range(rows):
        visits = int(random.integers(0, 20))
        left = random.random() < (0.75 if visits < 7 else 0.15)
        day = (date(2026, 1, 1) + timedelta(days=i % 150)).isoformat() if left and not today else ""
        lines.append(f"c{i},{visits},{random.integers(10, 99)},{day}" + (f",{snapshot}" if snapshot else ""))
    return rewritten(path, [head, *lines])


def dated(days, own=None):
    columns = {"left_on": pa.array(days, pa.date32())}
    if own is not None:
        columns["as_of"] = pa.array(own, pa.date32())
    return pa.table(columns)


SCHEMA = Schema((Column("left_on", "date"), Column("as_of", "date", "date")))


def test_empty_stayed_a_day_left_and_a_later_day_has_not_come_yet():
    own = [date(2026, 3, 1)] * 4
    days = [None, date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]
    found = outcome_of(dated(days, own), SCHEMA)
    assert (found.column, found.labels.tolist(), found.leaves, found.stays) == (
        "left_on",
        [0, 1, 1, 0],
        "left",
        "stayed",
    )
    assert [n.text for n in found.notices] == [
        "A day in left_on counts as left (2), an empty cell as stayed (1).",
        "1 days in left_on lie after the list's own day, so those customers count as staying.",
    ]


def test_without_a_day_of_its_own_the_list_is_as_of_today():
    days = [None, TODAY, TODAY + timedelta(days=1)]
    assert left_by(dated(days), "left_on", None, TODAY).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("day", "said"), [(None, "empty or later .*everyone stayed"), (date(2026, 1, 1), "everyone left")]
)
def test_where_all_or_none_left_it_is_said(day, said):
    with pytest.raises(ListRefused, match=said):
        outcome_of(dated([day] * 5), SCHEMA)


@pytest.mark.parametrize(
    "name", ["churn_date", "left_on", "cancelled_at", "Exit Date", "termination date", "date_of_leaving"]
)
def test_a_column_that_is_plainly_the_day_of_leaving_is_found(name):
    table = dated([None, date(2026, 1, 1)]).rename_columns([name])
    assert outcome_of(table, Schema((Column(name, "date"),))).column == name


@pytest.mark.parametrize("name", ["birthday", "signup_date", "last_login_at"])
def test_another_day_is_not_taken_for_it(name):
    table = dated([None, date(2026, 1, 1)]).rename_columns([name])
    with pytest.raises(Exception, match="No column says who left"):
        outcome_of(table, Schema((Column(name, "date"),)))


@given(st.lists(st.one_of(st.none(), st.integers(-40, 40)), min_size=1, max_size=40))
def test_whoever_left_by_a_day_has_left_by_every_later_day(offsets):
    table = dated([None if n is None else TODAY + timedelta(days=n) for n in offsets])
    before, after = (left_by(table, "left_on", None, TODAY + timedelta(days=n)) for n in (0, 10))
    assert (before <= after).all()
    assert before.tolist() == [n is not None and n <= 0 for n in offsets]


def test_from_a_file_it_is_learnt_from_scored_with_watched_and_retrained(home, line):
    path = list_of(home / "members.csv")
    code, told = line("train", path, "--quick", "--home", home)
    assert (code, told["model"], told["promoted"]) == (0, "members", True)
    assert any("A day in churn_date counts as left" in n["text"] for n in told["notices"])
    code, told = line("score", path, "-o", home / "out.csv", "--home", home)
    lines = path.read_text().splitlines()[1:]
    left = sum(not row.endswith(",") for row in lines)
    assert (code, told["rows"], told["left"]) == (0, 300 - left, left)
    code, told = line("drift", path, "--home", home)
    assert code in (0, 3)
    code, told = line("retrain", path, "--quick", "--home", home)
    assert (code, told["model"], told["trained"]) == (0, "members", True)


def test_todays_list_in_which_nobody_left_yet_is_scored_whole(home):
    Workspace(home).models.train(list_of(home / "members.csv"), quick=True)
    ranked = Workspace(home).lists.score(list_of(home / "today.csv", rows=40, today=True))
    assert ranked.reading.rows == 40
    assert any("churn_date is empty for all 40 customers." in n.text for n in ranked.notices)


def test_the_outcomes_of_a_campaign_may_come_back_as_days_of_leaving(home):
    workspace = Workspace(home)
    workspace.models.train(list_of(home / "members.csv"), quick=True)
    from churn.campaigns.limits import Order

    planned = workspace.campaigns.plan(
        workspace.lists.score(list_of(home / "today.csv", rows=200, today=True)), Order(name="may", holdout=0.5)
    )
    workspace.campaigns.export(planned, home / "may.csv")
    table = planned.campaign.table
    rows = [
        f"{key},{'2026-06-02' if arm == 'holdout' and i % 2 else ''}"
        for i, (key, arm) in enumerate(zip(table["id"], table["arm"], strict=True))
        if arm in ("treat", "holdout")
    ]
    found = workspace.campaigns.measure("\n".join(["id,churn_date", *rows, ""]).encode(), "may", filename="back.csv")
    assert found.lift.lift is not None and found.lift.lift > 0


def test_on_screen_the_column_is_offered_with_its_two_words(home):
    workspace = Workspace(home)
    reading = workspace.lists.check(list_of(home / "members.csv"))
    assert outcome_candidates(reading)[0] == "churn_date" == guess_outcome(reading)
    labels = read_labels(reading, "churn_date")
    assert (list(labels.words), labels.leaving, labels.enough) == (["a day", "empty"], ("a day",), True)


def test_a_column_that_says_the_same_of_all_is_offered_with_the_sentence_and_not_left_out(home):
    path = rewritten(home / "all.csv", ["id,gender,Churn", *(f"c{i},{'mf'[i % 2]},Yes" for i in range(200))])
    workspace = Workspace(home)
    reading = workspace.lists.check(path)
    assert outcome_candidates(reading)[0] == "Churn" == guess_outcome(reading)
    labels = read_labels(reading, "Churn")
    assert (labels.known.customers, labels.known.left, labels.enough) == (200, 200, False)
    assert labels.why == "Churn is Yes for all 200 customers: everyone left."
