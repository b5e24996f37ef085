"""A customer that stands twice in a list of shares is found, whatever its key, with never the whole list in memory."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from churn.errors import ListRefused
from churn.scoring import spark as share_keys
from churn.scoring.spark import note_keys, refuse_twice, split_files

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def noted(folder, keys, each=3):
    """The shares of a list with these keys, their numbers noted."""
    pq.write_table(pa.table({"id": pa.array(keys, pa.string())}), folder / "list.parquet", row_group_size=each)
    shares = split_files([folder / "list.parquet"])
    for share in shares:
        note_keys(share, "id", folder)
    return shares


@FEW
@given(st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=1, max_size=12), st.integers(1, 4))
def test_a_list_is_refused_just_when_a_key_is_there_twice(tmp_path, keys, each):
    shares, times = noted(tmp_path, keys, each), Counter(keys)
    if max(times.values()) == 1:
        refuse_twice(shares, "id", tmp_path)
        return
    with pytest.raises(ListRefused) as refused:
        refuse_twice(shares, "id", tmp_path)
    assert refused.value.message in {f"id {k!r} stands in the list {n} times." for k, n in times.items() if n > 1}


@pytest.mark.parametrize("at_once", [1, 2, 7, 1000])
def test_ranges_of_any_width_find_the_same(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(share_keys, "AT_ONCE", at_once)
    apart = noted(tmp_path, [f"C{n}" for n in range(40)])
    refuse_twice(apart, "id", tmp_path)
    with pytest.raises(ListRefused, match="'C17' stands in the list 2 times"):
        refuse_twice(noted(tmp_path, [f"C{n}" for n in (*range(40), 17)]), "id", tmp_path)


def test_a_missing_key_is_nobody_s_and_blanks_around_one_do_not_matter(tmp_path):
    refuse_twice(noted(tmp_path, ["A1", None, "", " ", None, "A2"]), "id", tmp_path)
    with pytest.raises(ListRefused, match="'A1' stands in the list 2 times"):
        refuse_twice(noted(tmp_path, ["A1", None, " A1 "]), "id", tmp_path)


def test_two_keys_that_have_one_number_are_two_customers(tmp_path, monkeypatch):
    one_number = lambda texts: np.full(len(texts), 7, np.uint64)  # noqa: E731
    for home in ("churn.intake.duplicates", "churn.scoring.spark"):
        monkeypatch.setattr(f"{home}.hash_values", one_number)
    refuse_twice(noted(tmp_path, ["A1", "A2", "A3", "A4"]), "id", tmp_path)


def test_a_share_noted_twice_counts_once(tmp_path):
    shares = noted(tmp_path, ["A1", "A2"])
    note_keys(shares[0], "id", tmp_path)
    refuse_twice(shares, "id", tmp_path)


def test_keys_that_are_numbers_are_read_as_everywhere(tmp_path):
    pq.write_table(pa.table({"id": [7, 8, 7]}), tmp_path / "list.parquet", row_group_size=2)
    shares = split_files([tmp_path / "list.parquet"])
    assert [note_keys(share, "id", tmp_path) for share in shares] == [2, 1]
    with pytest.raises(ListRefused, match="'7' stands in the list 2 times"):
        refuse_twice(shares, "id", tmp_path)
