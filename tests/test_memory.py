"""A column that a person confirmed once is not asked about again."""

import pytest

from churn import Workspace
from churn.errors import MissingColumns, UnsureColumns
from churn.samples.shipped import FOLDER


def misspelt(theirs="TechSuport", **also):
    """Forty telco customers whose export spells a heading its own way."""
    lines = (FOLDER / "telco_customers.csv").read_text().splitlines()[:41]
    for ours, heading in {"TechSupport": theirs, **also}.items():
        lines[0] = lines[0].replace(ours, heading)
    return "\n".join(lines).encode()


def doubtful(reading):
    return {m.theirs: m.ours for m in reading.doubtful}


def test_what_was_confirmed_for_a_layout_is_used_next_time(home):
    workspace = Workspace(home)
    first = workspace.lists.check(misspelt(), filename="a.csv")
    assert doubtful(first) == {"TechSuport": "TechSupport"}
    workspace.lists.remember_mapping(first.raw.column_names, doubtful(first))
    again = workspace.lists.check(misspelt(), filename="b.csv")
    assert (doubtful(again), "TechSupport" in again.table.column_names) == ({}, True)


def test_another_layout_is_asked_about(home):
    workspace = Workspace(home)
    first = workspace.lists.check(misspelt())
    workspace.lists.remember_mapping(first.raw.column_names, doubtful(first))
    assert doubtful(workspace.lists.check(misspelt(gender="sex"))) == {"TechSuport": "TechSupport"}


def test_a_list_without_doubt_opens_no_book(home):
    Workspace(home).lists.check(FOLDER / "telco_today.csv")
    assert not (home / "data" / "book.db").exists()


def test_a_needed_column_under_another_heading_waits_for_a_word_and_is_then_remembered(home):
    workspace, export = Workspace(home), misspelt("TechSupport", InternetService="InternetServce")
    with pytest.raises(UnsureColumns, match="InternetServce may be it") as waiting:
        workspace.lists.check(export, profile="telco")
    workspace.lists.remember_mapping(waiting.value.headings, {m.theirs: m.ours for m in waiting.value.matches})
    assert "InternetService" in workspace.lists.check(export, profile="telco").table.column_names


def test_a_column_named_with_a_flag_is_remembered_and_told(home):
    workspace, export = Workspace(home), misspelt("TechSupport", tenure="Laufzeit im Vertrag")
    with pytest.raises(MissingColumns) as missing:
        workspace.lists.check(export, profile="telco")
    assert (missing.value.missing, missing.value.free) == (("tenure",), ("Laufzeit im Vertrag",))
    workspace.lists.check(export, profile="telco", mapping={"laufzeit im vertrag": "tenure"})
    again = workspace.lists.check(export, profile="telco")
    assert "Laufzeit im Vertrag was read as tenure, as confirmed." in [n.text for n in again.notices]
