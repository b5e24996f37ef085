"""Without a schema the kinds and roles of a list are guessed from what most of its cells look like."""

import pytest

from churn.errors import RequestRefused
from churn.intake.guessing import assign_roles, best_profile, headings_known, measure_fit, profiles_known
from churn.intake.reader import read_list
from churn.profiles import read_profile
from churn.schema import Column, Schema

PROFILES = profiles_known(None)


def column_of(name, cells):
    reading = read_list(
        "\n".join([f"row mark,{name}", *(f"r{i}x,{c}" for i, c in enumerate(cells))]).encode(), profile="general"
    )
    return reading.schema.by_name[name]


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("seats", ["1", "2", "30"], "number"),
        ("share", ["12%", "5%", "7%"], "number"),
        ("zip code", ["50667", "53111", "10115"], "text"),
        ("branch", ["007", "012", "112"], "text"),
        ("product_id", ["44600062", "3900821", "17200506"], "text"),
        ("session", [f"{i:032x}" for i in range(9)], "text"),
        ("plan", ["Basic", "Pro", "Basic"], "category"),
        ("loyal", ["yes", "no", "yes"], "flag"),
        ("joined", ["2026-01-31", "2026-02-01", ""], "date"),
        ("nothing", ["", "", ""], "text"),
        ("tier", ["1", "2", "other"], "category"),
        ("grade", [str(i) for i in range(9)] + ["x"], "number"),
        ("loyal", ["yes"] * 9 + ["no"] * 9 + ["mabye"], "flag"),
        ("lines", ["0", "1", "2"], "number"),
    ],
)
def test_a_column_has_the_kind_most_of_its_cells_have(name, cells, kind):
    assert column_of(name, cells).kind == kind


def test_roles_come_from_common_headings():
    text = b"Kundennummer;Monatsbeitrag;Stichtag;churned;city\n1;5,5;31.01.2026;ja;Bonn\n2;6,5;31.01.2026;nein;Bonn\n"
    schema = read_list(text, profile="general").schema
    assert [(c.name, c.role) for c in schema.columns] == [
        ("Kundennummer", "key"),
        ("Monatsbeitrag", "value"),
        ("Stichtag", "date"),
        ("churned", "outcome"),
        ("city", "feature"),
    ]
    assert schema.outcome.positive == ("ja",)


def test_an_outcome_that_counts_who_stayed_is_turned_round_and_said():
    reading = read_list(b"id,renewed\n1,yes\n2,no\n3,yes\n", profile="general")
    assert reading.table["renewed"].to_pylist() == [False, True, False]
    assert "renewed was taken as the outcome; 'no' means that the customer left." in [n.text for n in reading.notices]


def test_the_first_column_of_different_ids_is_the_key_without_a_known_heading():
    assert read_list(b"ref,plan\nX1,a\nX2,b\nX3,a\n", profile="general").schema.key == Column("ref", "text", "key")


def test_the_business_whose_columns_a_list_has_is_found_in_any_order():
    names = list(read_profile("telco").schema.names)
    assert best_profile(names[::-1], PROFILES).name == "telco"
    assert best_profile([n.upper() for n in read_profile("bank").schema.names], PROFILES).name == "bank"
    assert best_profile(["id", "date"], PROFILES) is None


def test_a_business_fits_only_with_all_it_requires():
    schema = Schema((Column("a", required=True), Column("b"), Column("c"), Column("d", "text", "key")))
    assert measure_fit(["a", "B"], schema) == pytest.approx(2 / 3)
    assert measure_fit(["b", "c"], schema) == 0.0


def test_known_headings_are_those_of_every_business_and_role():
    known = headings_known(PROFILES)
    assert {"customerid", "kundennummer", "monthlycharges", "clientnum"} <= known
    assert "" not in known


def test_roles_given_by_a_person_replace_the_guess():
    schema = assign_roles(
        Schema((Column("a", "text", "key"), Column("b", "number", "value"), Column("c"))), {"value": "c"}
    )
    assert [c.role for c in schema.columns] == ["key", "feature", "value"]
    with pytest.raises(RequestRefused, match="no column 'x' for the key"):
        assign_roles(schema, {"key": "x"})


def test_an_edited_profile_is_not_read_stale(home):
    folder = home / "data" / "profiles" / "own"
    folder.mkdir(parents=True)
    for title in ("First", "Second"):
        (folder / "schema.toml").write_text(f'title = "{title}"\n')
        assert profiles_known(home)["own"].title == title
