"""A list cut into shares, one for every row group of its files."""

import traceback

import pyarrow.parquet as pq
import pytest

from churn.errors import ListRefused
from churn.features.engines.spark_session import _explain_problem
from churn.scoring.spark import Share, first_rows, split_files


def test_every_row_group_that_has_rows_is_a_share(telco_in_groups, tmp_path):
    pq.write_table(pq.read_table(telco_in_groups).slice(0, 0), tmp_path / "empty.parquet")
    shares = split_files([tmp_path / "empty.parquet", telco_in_groups])
    assert [(s.group, s.number, s.rows, s.name) for s in shares] == [
        (0, 0, 25, "part-00000.parquet"),
        (1, 1, 25, "part-00001.parquet"),
        (2, 2, 10, "part-00002.parquet"),
    ]
    with pytest.raises(ListRefused, match="no customers"):
        split_files([tmp_path / "empty.parquet"])


def test_first_rows_are_whole_shares_cut_to_what_was_asked(telco_in_groups):
    shares = split_files([telco_in_groups])
    assert first_rows(shares, 30).equals(pq.read_table(telco_in_groups).slice(0, 30))
    assert first_rows(shares, 10**6).num_rows == 60


def test_a_column_that_a_file_lacks_is_empty(telco_in_groups, tmp_path):
    pq.write_table(pq.read_table(telco_in_groups).drop_columns("tenure"), tmp_path / "short.parquet")
    (batch,) = Share(str(tmp_path / "short.parquet"), 0, 0, 60).batches(["tenure", "customerID"])
    assert (batch.column_names, batch["tenure"].null_count) == (["tenure", "customerID"], 60)


def test_what_is_no_parquet_is_refused_by_name(tmp_path):
    (tmp_path / "list.parquet").write_bytes(b"PAR1 but not really PAR1")
    with pytest.raises(ListRefused, match=r"list.parquet is not a sound Parquet file"):
        split_files([tmp_path / "list.parquet"])


def test_a_list_that_a_worker_cannot_see_is_told_apart_from_a_damaged_one(tmp_path):
    with pytest.raises(ListRefused) as refused:
        list(Share(str(tmp_path / "list.parquet"), 0, 0, 60).batches(["id"]))
    sent = "".join(traceback.format_exception(refused.value))  # what Spark hands on of a worker's failure
    assert _explain_problem(sent).message == "A worker cannot see the list, or the folder to write to."
