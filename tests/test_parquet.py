"""Parquet is read like any other list: cells as text first, then by what they mean."""

from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from churn.errors import ListRefused
from churn.intake.reader import read_list
from churn.intake.sources import Limits


def packed(**columns):
    out = pa.BufferOutputStream()
    parquet.write_table(pa.table(columns), out)
    return out.getvalue().to_pybytes()


def test_every_type_comes_through_as_what_it_means():
    content = packed(
        customer=["00123", "1E5"],
        number=[1234567890123456789, None],
        fee=[0.1, None],
        opted=[True, False],
        joined=[date(2026, 1, 31), None],
        seen=[datetime(2026, 1, 31, 10, 5), None],
        plan=pa.array(["a", "b"]).dictionary_encode(),
    )
    reading = read_list(content, filename="list.parquet", profile="general", roles={"key": "customer"})
    assert reading.table.to_pylist() == [
        {"customer": "00123", "number": "1234567890123456789", "fee": 0.1, "opted": True}
        | {"joined": date(2026, 1, 31), "seen": date(2026, 1, 31), "plan": "a"},
        {"customer": "1E5", "number": None, "fee": None, "opted": False, "joined": None, "seen": None, "plan": "b"},
    ]
    assert reading.lines.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (packed(id=["a"])[:-10], "list.parquet is not a sound Parquet file."),
        (b"PAR1" + b"\0" * 100, "list.parquet is not a sound Parquet file."),
        (packed(id=pa.array([], pa.string())), "list.parquet has columns but no customers."),
        (packed(id=["a"], tags=[["x"]]), "list.parquet has columns that hold lists: tags."),
    ],
)
def test_a_file_that_cannot_be_used_has_a_sentence(content, sentence):
    with pytest.raises(ListRefused) as caught:
        read_list(content, filename="list.parquet")
    assert caught.value.message == sentence


def test_the_row_limit_holds():
    with pytest.raises(ListRefused, match="more than 1 rows"):
        read_list(packed(id=["a", "b"]), filename="list.parquet", limits=Limits(rows=1))
