"""Profiles are data: what the TOML says is what the business is."""

import re

import pytest

from churn.errors import NotFound, RequestRefused
from churn.files import REPOSITORY
from churn.profiles import Profile, profile_names, read_profile
from churn.schema import Column, Schema, schema_from

SCHEMA = 'title = "Gyms"\ncurrency = "EUR"\n[columns.visits]\nunit = "count"\ndirection = -1\n'


def gym(home, text=SCHEMA):
    folder = home / "data" / "profiles" / "gym"
    folder.mkdir(parents=True)
    (folder / "schema.toml").write_text(text)
    return folder


def test_a_sixth_business_needs_a_folder_and_no_python(home):
    gym(home)
    expected = Profile("gym", "Gyms", currency="EUR", schema=Schema((Column("visits", unit="count", direction=-1),)))
    assert read_profile("gym", home) == expected
    assert "gym" in profile_names(home)


def test_an_unknown_profile_is_refused_with_those_that_exist(home):
    gym(home)
    with pytest.raises(NotFound, match="gym"):
        read_profile("spa", home)


def test_a_typing_error_in_a_profile_names_file_and_word(home):
    gym(home, '[columns.visits]\nkind = "numeric"\n')
    with pytest.raises(RequestRefused, match=r"schema\.toml: Column 'visits' has kind = 'numeric'"):
        read_profile("gym", home)


def test_a_profile_that_is_not_toml_names_the_line(home):
    gym(home, "title = \n")
    with pytest.raises(RequestRefused, match=r"not valid TOML.*line 1"):
        read_profile("gym", home)


def test_common_headings_by_role_are_handed_on_as_written(home):
    gym(home, '[roles]\nkey = ["member no"]\nvalue = ["fee"]\n')
    assert read_profile("gym", home) == Profile("gym", "gym", roles={"key": ["member no"], "value": ["fee"]})


LISTS = ("bank", "product", "telco")


@pytest.mark.parametrize("name", LISTS)
def test_a_shipped_business_has_one_key_one_outcome_one_value_and_a_group_for_every_feature(name):
    schema = read_profile(name).schema
    assert [len([c for c in schema.columns if c.role == role]) for role in ("key", "outcome", "value")] == [1, 1, 1]
    assert [c.name for c in schema.features if not (c.group and c.meaning)] == []
    assert set(schema.outcome.positive) <= {*schema.outcome.levels, "Yes", "True"}


@pytest.mark.parametrize("name", LISTS)
def test_no_heading_stands_for_two_columns_of_a_business(name):
    folded = [
        (re.sub(r"[\s_-]", "", heading).casefold(), column.name)
        for column in read_profile(name).schema.columns
        for heading in (column.name, *column.synonyms)
    ]
    assert len(dict(folded)) == len(set(folded))


@pytest.mark.parametrize("name", LISTS)
def test_every_phrase_belongs_to_a_column_a_level_or_a_group_that_exists(name):
    profile = read_profile(name)
    for column, words in profile.phrases["columns"].items():
        stated = profile.schema.by_name[column]
        levels = ("yes", "no") if stated.kind == "flag" else stated.levels
        assert set(words.get("levels", {})) <= set(levels), column
        assert "change" not in words or stated.lever == "actionable", column
    assert set(profile.phrases["groups"]) == {c.group for c in profile.schema.features}


@pytest.mark.parametrize("name", LISTS)
def test_every_feature_of_a_shipped_business_can_be_said(name):
    profile = read_profile(name)
    for column in profile.schema.features:
        words = profile.phrases["columns"][column.name]
        needed = {"yes", "no"} if column.kind == "flag" else set(column.levels) or {"any number"}
        assert "{value}" in words.get("says", "") or set(words.get("levels", {})) == needed, column.name
        assert words["label"] and words["missing"], column.name
        assert column.lever != "actionable" or words["change"], column.name


def test_no_common_heading_stands_for_two_roles():
    roles = read_profile("general").roles
    headings = [h.casefold() for role in ("key", "outcome", "outcome_kept", "value", "date") for h in roles[role]]
    assert sorted(headings) == sorted(set(headings))
    assert {w.casefold() for w in roles["left"]}.isdisjoint(w.casefold() for w in roles["stayed"])


@pytest.mark.parametrize("name", ("general", *LISTS))
def test_every_word_a_shipped_profile_uses_is_described(name):
    text = (REPOSITORY / "data" / "README.md").read_text(encoding="utf-8")
    phrases = read_profile(name).phrases
    spoken = {word for part in ("columns", "groups") for said in phrases.get(part, {}).values() for word in said}
    used = spoken | {word for column in read_profile(name).schema.as_json() for word in column if word != "name"}
    described = r"(?m)`[^`\n]*\b{}\b[^`\n]*`|^{} ="
    assert [word for word in sorted(used) if not re.search(described.format(word, word), text)] == []
    assert set(phrases) <= {"columns", "groups", "sentences", "kinds"}


def test_a_column_follows_one_that_is_there_to_levels_it_has():
    for name in profile_names():
        known = read_profile(name).schema.by_name
        for column in known.values():
            rule = column.follows
            if rule is not None:
                leader = known[rule.column]
                assert {rule.becomes, rule.otherwise} <= set(column.levels)
                assert leader.kind == "flag" or rule.level in leader.levels
    assert sum(c.follows is not None for c in read_profile("telco").schema.columns) == 7


def test_a_column_that_does_not_say_what_it_follows_is_refused():
    with pytest.raises(RequestRefused, match="does not say what it follows"):
        schema_from([{"name": "backup", "follows": {"column": "internet"}}])
    rule = {"column": "internet", "level": "No", "becomes": "No net", "otherwise": "No"}
    read = schema_from([{"name": "backup", "follows": rule}])
    assert schema_from(read.as_json()) == read
