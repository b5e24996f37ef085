"""Sources: a file, a folder or a pattern, CSV or Parquet, with whatever header and delimiter."""

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn.features.engines.urls import open_engine
from churn.features.sources import raw_table, source_files


def rows(source):
    with open_engine() as engine:
        table = raw_table(engine, source)
        return sorted(engine.rows(table).to_pylist(), key=str)


def test_a_folder_a_pattern_and_a_path_name_files_in_order(tmp_path):
    for name in ("b.csv", "a.csv", "note.md"):
        (tmp_path / name).write_text("x\n1\n")
    both = (tmp_path / "a.csv", tmp_path / "b.csv")
    assert source_files(tmp_path) == source_files(str(tmp_path / "*.csv")) == both
    assert source_files(tmp_path / "a.csv") == both[:1]


def test_delimiter_quotes_and_zip_are_understood(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress('\ufeffid;name\n1;"a;""b"""\n2;\n'.encode()))
    assert rows(tmp_path / "a.csv.gz") == [{"id": "1", "name": 'a;"b"'}, {"id": "2", "name": None}]


def test_files_with_different_headers_are_put_together_by_name(tmp_path):
    (tmp_path / "a.csv").write_text("id,x\n1,2\n")
    (tmp_path / "b.csv").write_text("y,id\n3,4\n")
    (tmp_path / "c.csv").write_text("")
    assert rows(tmp_path) == [{"id": "1", "x": "2", "y": None}, {"id": "4", "x": None, "y": "3"}]


def test_a_thousand_small_files_are_one_log(tmp_path):
    for i in range(1000):
        (tmp_path / f"{i:04}.csv").write_text(f"id,n\n{i % 7},{i}\n")
    assert sorted(int(r["n"]) for r in rows(tmp_path)) == list(range(1000))


def test_parquet_columns_keep_their_types(tmp_path):
    pq.write_table(pa.table({"id": [1], "x": [2.5]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"id": [3]}), tmp_path / "b.parquet")
    assert rows(tmp_path) == [{"id": 1, "x": 2.5}, {"id": 3, "x": None}]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "There is no file"),
        ({"a.csv": b""}, "is empty"),
        ({"a.csv": b"id,id\n1,2\n"}, "two columns 'id'"),
        ({"a.csv": b"\xff\xfe\x00"}, "cannot be read as text"),
        ({"a.csv.gz": b"not zipped"}, "cannot be read as text"),
        ({"a.csv": b"id\n1\n", "b.parquet": b"PAR1"}, "neither CSV nor Parquet"),
        ({"a.parquet": b"not parquet"}, "could not"),
    ],
)
def test_bad_files_are_refused_with_a_sentence(tmp_path, files, said):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Exception, match=said) as refused:
        rows(tmp_path / "*")
    assert refused.value.fix
