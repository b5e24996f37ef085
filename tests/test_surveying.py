"""The first pass settles a list as a whole: damage to one byte never spreads in silence."""

import random

import pytest

from churn.errors import ChurnError, ListRefused
from churn.intake.grid import open_grid
from churn.intake.options import ReadRequest
from churn.intake.reader import read_list
from churn.intake.sources import CachedSource
from churn.intake.survey import survey_list
from churn.schema import Column, Schema

PLANS = ["Basic", "Pro", '"Team, big"']
GOOD = "id,city,plan,paid,active,joined,seats\n" + "".join(
    f"C{i:03d},{['Köln', 'Bonn', 'Zürich'][i % 3]},{PLANS[i % 3]},{i * 1.25 + 10:.2f},{['no', 'yes'][i % 2]},"
    f"2026-{i % 12 + 1:02d}-{i % 27 + 1:02d},{i % 9}\n"
    for i in range(40)
)
SCHEMA = Schema(
    (
        Column("id", "text", "key"),
        Column("city", "category"),
        Column("plan", "category", levels=("Basic", "Pro", "Team, big")),
        Column("paid", "number", "value", required=True),
        Column("active", "flag"),
        Column("joined", "date"),
        Column("seats", "number"),
    )
)


def cells_changed(before, after):
    """Which cells of which customer differ between two readings; a customer only one of them has counts as one."""
    old = {row["id"]: row for row in before.table.to_pylist()}
    new = {row.get("id"): row for row in after.table.to_pylist()}
    changed = {
        (key, name) for key in old.keys() & new.keys() for name, v in old[key].items() if new[key].get(name) != v
    }
    return changed | {(key, "id") for key in new.keys() - old.keys()}, len(old) - len(new)


@pytest.mark.parametrize("said", [{"schema": SCHEMA}, {"profile": "general"}], ids=["by schema", "by guess"])
def test_a_changed_byte_never_changes_another_cell_in_silence(said):
    content, chance = GOOD.encode(), random.Random(20261120)
    good = read_list(content, **said)
    header = GOOD.index("\n")
    refused = 0
    for _ in range(250):
        at, byte = chance.randrange(len(content)), chance.randrange(256)
        try:
            reading = read_list(content[:at] + bytes([byte]) + content[at + 1 :], **said)
        except ChurnError:
            refused += 1
            continue
        changed, lost = cells_changed(good, reading)
        customer = f"C{content[:at].count(10) - 1:03d}"
        if at > header:
            assert all(key == customer or name == "id" for key, name in changed), (at, byte)
        if reading.notices == good.notices and at > header:
            assert len(changed) <= 1 and lost == 0, (at, byte)
    assert refused < 50


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_list_cut_anywhere_loses_its_end_and_says_so(share):
    content = GOOD.encode()[: int(len(GOOD.encode()) * share)]
    reading = read_list(content, schema=SCHEMA)
    whole = read_list(GOOD.encode(), schema=SCHEMA)
    assert reading.table.equals(whole.table.slice(0, reading.rows))
    assert any("ends in the middle of this line" in s.why for s in reading.set_aside)


def test_a_required_column_that_is_not_there_is_refused_by_name():
    with pytest.raises(ListRefused) as caught:
        read_list(b"id,city\nA,Bonn\n", schema=SCHEMA)
    assert caught.value.message == "The list has no column paid, which is needed."
    assert "map=THEIRS=OURS" in caught.value.options


def test_several_required_columns_are_named_as_in_a_sentence():
    schema = Schema((*SCHEMA.columns, Column("town", "text", required=True)))
    with pytest.raises(ListRefused) as caught:
        read_list(b"id,city\nA,Bonn\n", schema=schema)
    assert caught.value.message == "The list has no columns paid and town, which are needed."
    assert caught.value.fix.startswith("Add them, or say which columns they are;")


def test_a_required_column_that_may_be_another_names_the_flag_to_confirm():
    with pytest.raises(ListRefused) as caught:
        read_list(b"id,piad\nA,5\nB,6\n", schema=Schema((Column("id", "text", "key"), Column("piads", required=True))))
    assert (caught.value.fix[:11], caught.value.options) == ("Confirm it,", ("map=piad=piads",))


def test_a_column_that_holds_something_else_is_refused_with_lines():
    with pytest.raises(ListRefused) as caught:
        read_list(b"id,paid\nA,red\nB,blue\nC,5\n", schema=SCHEMA.only(["id", "paid"]))
    assert caught.value.message == "paid should hold numbers, but 2 of 3 cells do not (line 2: 'red'; line 3: 'blue')."


def test_extra_columns_are_carried_along_and_listed():
    reading = read_list(b"id,paid,colour\nA,5,red\nB,6,blue\n", schema=SCHEMA.only(["id", "paid"]))
    assert reading.schema.by_name["colour"].role == "ignored"
    assert reading.table["colour"].to_pylist() == ["red", "blue"]
    assert [n.text for n in reading.notices] == ["1 column is not part of it and was ignored: colour."]


def test_an_extra_column_in_a_bad_state_is_no_reason_to_refuse():
    reading = read_list("id,paid,fee\nA,5,€1\nB,6,$2\n".encode(), schema=SCHEMA.only(["id", "paid"]))
    assert reading.table["fee"].to_pylist() == ["€1", "$2"]


def test_roles_drop_and_positive_are_applied_to_a_guess():
    text = b"ref,gone,fee,noise\nX1,left,5,1\nX2,stayed,6,2\nX3,stayed,7,3\n"
    said = {"roles": {"key": "ref", "outcome": "gone", "value": "fee"}, "positive": ("left",), "drop": ("noise",)}
    schema = read_list(text, profile="general", **said).schema
    assert [(c.name, c.role) for c in schema.columns] == [
        ("ref", "key"),
        ("gone", "outcome"),
        ("fee", "value"),
        ("noise", "ignored"),
    ]
    assert schema.outcome.positive == ("left",)


def test_a_survey_settles_everything_before_a_cell_is_changed():
    survey = survey_list(GOOD.encode(), "list.csv", ReadRequest(schema=SCHEMA))
    assert (survey.rows, survey.set_aside, survey.profile) == (40, (), "general")
    assert [p.column.name for p in survey.plans.values()] == list(SCHEMA.names)


def test_a_list_in_hand_is_taken_apart_once_for_two_readings_and_then_let_go(monkeypatch):
    taken = []
    monkeypatch.setattr("churn.intake.survey.open_grid", lambda *how: taken.append(how) or open_grid(*how))
    source = CachedSource(GOOD.encode())
    readings = [read_list(source, filename="list.csv", **said) for said in ({}, {"schema": SCHEMA}, {})]
    assert (len(taken), len(source.apart)) == (2, 1)
    assert readings[0].table.equals(readings[2].table)
    assert readings[1].table.equals(read_list(GOOD.encode(), filename="list.csv", schema=SCHEMA).table)


def test_a_list_in_hand_asked_about_under_another_name_or_sheet_is_taken_apart_anew():
    source = CachedSource(GOOD.encode())
    read_list(source, filename="list.csv")
    read_list(source, filename="other.csv")
    assert len(source.apart) == 2
