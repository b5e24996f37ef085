"""Places in TOML text, and values written as TOML."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from churn.money.playbook import find_line, toml_key, toml_value

TEXT = 'a = 1\n[b]\nc = { d = 2 }\n[b."x = y"]\n# note\ne = 3\n'


def test_a_key_is_found_on_its_line_or_its_table_is():
    places = [("a",), ("b",), ("b", "c"), ("b", "c", "d"), ("b", "x = y"), ("b", "x = y", "e"), ("b", "gone"), ("z",)]
    assert [find_line(TEXT, p) for p in places] == [1, 2, 3, 3, 4, 6, 2, None]


PLAIN = st.text() | st.booleans() | st.floats(-1e9, 1e9).map(lambda x: round(x, 6))


@given(st.recursive(PLAIN, st.lists, max_leaves=5))
def test_what_is_written_reads_back_the_same(value):
    assert tomllib.loads(f"v = {toml_value(value)}")["v"] == value


@given(st.text(min_size=1))
def test_any_key_can_be_written(key):
    assert tomllib.loads(f"{toml_key(key)} = 1") == {key: 1}
