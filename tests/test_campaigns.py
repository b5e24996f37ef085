"""A scored list becomes a campaign that is kept and written together, and never draws anybody twice."""

import csv
from dataclasses import replace

import pandas as pd
import pytest

from churn import Workspace
from churn.campaigns.limits import Order
from churn.errors import ChurnError, Unavailable
from churn.store.campaigns import arms_given, campaigns, members_of
from churn.store.customers import last_seen, lists_scored
from churn.store.database import open_engine
from churn.workspace import campaigns as room
from tests.campaigns import exported, planned_for
from tests.trained import TODAY, rewritten, rows_of

pytestmark = pytest.mark.usefixtures("either_book")


def written(home, name="spring"):
    with (home / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_planning_writes_nothing(own_telco):
    planned = planned_for(own_telco)
    assert planned.campaign.treated > 0
    assert campaigns(open_engine(own_telco)) == ()


def test_the_file_and_the_book_say_the_same(own_telco):
    planned = exported(own_telco)
    rows, book = written(own_telco), open_engine(own_telco)
    assert {r["customerID"]: r["arm"] for r in rows} == arms_given(book, "spring")
    assert list(rows[0]) == list(planned.campaign.columns)
    assert sum(m["cost"] for m in members_of(book, "spring")) == pytest.approx(planned.campaign.spent)
    assert campaigns(book)[0].summary["treated"] == planned.campaign.treated


def test_the_list_and_what_was_last_seen_are_kept(own_telco):
    planned = exported(own_telco)
    book = open_engine(own_telco)
    first = planned.basis.ranked.reading.table.to_pylist()[0]
    seen = last_seen(book, first["customerID"], "telco")
    assert (lists_scored(book)[0].rows, seen.features["tenure"]) == (60, first["tenure"])
    assert seen.probability == planned.basis.ranked.scored.table["probability"][0].as_py()


def test_exporting_again_keeps_every_arm_even_with_other_customers_on_the_list(own_telco):
    exported(own_telco)
    before = arms_given(open_engine(own_telco), "spring")
    head, *rows = rows_of(own_telco)
    rewritten(own_telco / TODAY, [head, *rows[10:][::-1]])
    exported(own_telco, seed=7)
    after = arms_given(open_engine(own_telco), "spring")
    assert {key: after[key] for key in before} == before


def test_who_was_treated_rests_in_the_next_campaign_unless_told_otherwise(own_telco):
    exported(own_telco)
    workspace, rows = Workspace(own_telco), rows_of(own_telco)
    later = rewritten(own_telco / "later.csv", rows[:-1])
    ranked = workspace.lists.score(later)
    assert any("contacted recently" in n.text for n in workspace.campaigns.plan(ranked, Order()).notices)
    assert not any(
        "contacted recently" in n.text for n in workspace.campaigns.plan(ranked, Order(), rested=True).notices
    )


def test_planning_the_same_list_again_is_trying_out_and_not_contacting_again(own_telco):
    exported(own_telco)
    assert not any("contacted recently" in n.text for n in planned_for(own_telco, name="", budget=50.0).notices)


def test_arms_that_somebody_else_gave_in_the_meantime_stand(own_telco):
    mine, theirs = planned_for(own_telco), planned_for(own_telco, seed=5)
    workspace = Workspace(own_telco)
    workspace.campaigns.export(theirs, own_telco / "theirs.csv")
    done = workspace.campaigns.export(mine, own_telco / "mine.csv")
    arms = dict(zip(done.campaign.table["customerID"], done.campaign.table["arm"], strict=True))
    given = arms_given(open_engine(own_telco), "spring")
    assert {k: given[k] for k in arms} == arms


def test_a_book_that_goes_away_leaves_no_file_and_no_half_campaign(own_telco, monkeypatch):
    planned = planned_for(own_telco)

    def gone(*_):
        raise Unavailable("The database does not answer: connection lost.", "Try again.")

    with monkeypatch.context() as patched:
        patched.setattr(room, "record_campaign", gone)
        with pytest.raises(Unavailable, match="does not answer"):
            room.export(own_telco, planned, own_telco / "spring.csv")
    assert not (own_telco / "spring.csv").exists()
    assert campaigns(open_engine(own_telco)) == ()
    assert (
        Workspace(own_telco).campaigns.export(planned, own_telco / "spring.csv").campaign.treated
        == planned.campaign.treated
    )


@pytest.mark.parametrize(
    ("target", "columns", "said"),
    [("c.doc", None, "no ending that can be written"), ("c.csv", ["age"], "no column 'age'")],
)
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_kept(own_telco, target, columns, said):
    with pytest.raises(ChurnError, match=said):
        Workspace(own_telco).campaigns.export(planned_for(own_telco), own_telco / target, columns)
    assert campaigns(open_engine(own_telco)) == ()


def test_a_list_without_a_key_is_planned_by_row_with_a_warning(own_telco):
    head, *rows = rows_of(own_telco)
    keyless = [line.split(",", 1)[1] for line in (head, *rows)]
    ranked = Workspace(own_telco).lists.score(rewritten(own_telco / "keyless.csv", keyless))
    planned = Workspace(own_telco).campaigns.plan(ranked, Order())
    assert planned.basis.key == "row"
    assert any("no key" in n.text and n.kind == "warning" for n in planned.notices)


def test_a_weak_campaign_is_called_so_and_the_sentence_is_said_once(own_telco):
    planned = planned_for(own_telco)
    strong = replace(planned.campaign.detectable, smallest=0.01, chance=0.9)
    assert planned.weak and not replace(planned, campaign=replace(planned.campaign, detectable=strong)).weak
    assert planned.campaign.detectable.words not in {n.text for n in planned.beside}
    assert set(planned.notices) >= {*planned.beside, *planned.basis.ranked.notices}


def test_a_segment_is_called_as_a_person_reads_it():
    said = [room._in_words(pd.Series(cells)).tolist() for cells in ([2.0, None, 0.5], [True, False], ["a", None])]
    assert said == [["2", "missing", "0.5"], ["True", "False"], ["a", "missing"]]
