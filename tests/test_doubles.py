"""Entries that repeat another one in every column count once, however many or few of them there are."""

from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.features.engines.urls import open_engine
from churn.features.logs import MANY, drop_duplicates
from churn.features.sources import raw_table

ENTRY = st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 2), st.sampled_from([None, "x", "y"]))
SHAPE = pa.schema([("key", pa.string()), ("day", pa.int32()), ("second", pa.int64()), ("word", pa.string())])


def left(folder, entries):
    """What is left of some entries, and how many were left out."""
    path = folder / "log.parquet"
    pq.write_table(pa.Table.from_pylist([dict(zip(SHAPE.names, e, strict=True)) for e in entries], SHAPE), path)
    with open_engine("duckdb://?threads=1") as engine:
        rows, out = drop_duplicates(engine, raw_table(engine, path), len(entries))
        return Counter(tuple(r.values()) for r in engine.rows(rows).to_pylist()), out


@settings(max_examples=25, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=40))
def test_every_entry_is_left_once(tmp_path_factory, entries):
    assert left(tmp_path_factory.mktemp("log"), entries) == (Counter(set(entries)), len(entries) - len(set(entries)))


@pytest.mark.parametrize("crowd", [2, 40])
def test_a_few_in_one_second_are_told_from_doubles_as_many_are(tmp_path, crowd):
    alone = [("a", day, 0, None) for day in range(20)]
    same_second = [("b", 1, 1, None), ("b", 1, 1, "x")] * (crowd // 2)
    assert (crowd / (crowd + 20) > MANY) == (crowd == 40)
    assert left(tmp_path, alone + same_second) == (Counter({*alone, *same_second}), crowd - 2)
