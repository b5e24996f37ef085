"""A business week by week: its lists by day, and whose risk rose since the list before and why."""

import csv
import io
from datetime import date

import numpy as np
import pytest

from churn import Workspace
from churn.scoring.reasons import build_groups, compute_column_points, sum_by_group
from churn.workspace.timeline import compare_lists
from tests.trained import rows_of


def changed(lines, changes, drop=(), add=()):
    """The list with cells changed by key, customers left out, and lines added."""
    rows = list(csv.DictReader(io.StringIO("\n".join(lines))))
    kept = [{**row, **changes.get(row["customerID"], {})} for row in rows if row["customerID"] not in drop]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows([*kept, *add])
    return text.getvalue().encode()


@pytest.fixture
def weeks(own_telco):
    """Two weeks of a business: one customer turned to a month-to-month contract, one left the list, one is new."""
    workspace, lines = Workspace(own_telco), rows_of(own_telco)
    rows = list(csv.DictReader(io.StringIO("\n".join(lines))))
    moved = next(r["customerID"] for r in rows if r["Contract"] == "Two year")
    gone = next(r["customerID"] for r in rows if r["customerID"] != moved)
    new = {**rows[5], "customerID": "NEW-1"}
    first = changed(lines, {})
    second = changed(lines, {moved: {"Contract": "Month-to-month"}}, drop={gone}, add=[new])
    business = workspace.business("telco")
    for content, day in ((first, date(2026, 11, 23)), (second, date(2026, 11, 30))):
        business.lists.keep(content, f"week {day}.csv", customers=60, day=day)
        workspace.lists.keep_summary(workspace.lists.score(content))
    return workspace, business, moved, second


def test_lists_stand_by_the_day_they_speak_of(weeks):
    _, business, _, _ = weeks
    points = business.timeline()
    assert [point.day for point in points] == ["2026-11-23", "2026-11-30"]
    assert all(0 <= point.low < point.share < point.high <= 1 for point in points)
    first = business.lists.all()[-1].list
    assert [point.day for point in business.timeline(until=first)] == ["2026-11-23"]


def test_a_list_that_is_not_kept_is_no_week(weeks):
    workspace, business, _, _ = weeks
    workspace.lists.keep_summary(workspace.lists.score(workspace.home / "history.csv"))
    assert len(business.timeline()) == 2


def test_who_got_worse_is_named_with_the_reason_then_and_now(weeks):
    workspace, business, moved, second = weeks
    found = business.lists.moves(workspace.lists.score(second))
    assert (found.day, found.new, found.gone) == ("2026-11-23", 1, 1)
    assert found.rose[0].key == moved and found.rose[0].now > found.rose[0].before
    assert found.rose[0].why.startswith("Contract: ")
    assert "59 customers are on both lists: the risk of 1 rose" in found.sentence and "1 is new" in found.sentence
    assert found.risen == 1 and found.fallen == 0 and found.fell == ()


def test_points_of_all_reasons_add_up_to_the_move(weeks):
    workspace, business, moved, second = weeks
    now, before = workspace.lists.score(second), business.lists.score(business.lists.all()[1].list)
    place, earlier = (
        [str(k) for k in scored.scored.table.column(0).to_pylist()].index(moved) for scored in (now, before)
    )
    groups = build_groups(now.model.schema, now.model.encoder)
    shift = sum(
        sign * sum_by_group(compute_column_points(now.model, scored.contributions[[row]]), groups).sum()
        for sign, scored, row in ((1, now, place), (-1, before, earlier))
    )
    move = next(m for m in compare_lists(workspace.home, now, before, "").rose if m.key == moved)
    assert shift == pytest.approx(move.points, abs=1e-6)


def test_the_first_list_has_nothing_before_it(weeks):
    workspace, business, _, _ = weeks
    first = business.lists.all()[-1]
    assert business.lists.moves(business.lists.score(first.list)) is None
    assert business.lists.moves(workspace.lists.score(workspace.home / "history.csv")) is None


def test_a_list_of_strangers_moved_nobody(own_telco):
    workspace, lines = Workspace(own_telco), rows_of(own_telco)
    one = workspace.lists.score("\n".join(lines[:31]).encode())
    other = workspace.lists.score("\n".join([lines[0], *lines[31:]]).encode())
    found = compare_lists(own_telco, one, other, "2026-11-23")
    assert (found.stayed_on, found.new, found.gone, found.rose, found.fell) == (0, 30, 30, (), ())
    assert np.isfinite(found.risen)
