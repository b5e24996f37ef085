"""Profiles are data: what the TOML says is what the business is."""

import pytest

from churn.errors import NotFound, RequestRefused
from churn.profiles import Profile, profile_names, read_profile
from churn.schema import Column, Schema

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
