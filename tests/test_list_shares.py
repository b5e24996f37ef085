"""A list cut into shares: the same part whoever makes it, and only whole parts bear their name."""

import pickle
import traceback

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn import Desk
from churn.desk.listing import lists
from churn.desk.listing.spread_lists import _opened
from churn.errors import ListRefused
from churn.events.spark_session import _plainly
from churn.scoring.list_shares import Scorer, Share, first_rows, opened_scorer, shares_of


@pytest.fixture(scope="module")
def listed(telco_home, tmp_path_factory):
    """A typed list of 60 customers in row groups of 25."""
    path = tmp_path_factory.mktemp("listed") / "list.parquet"
    pq.write_table(Desk(telco_home).check(telco_home / "today.csv").table, path, row_group_size=25)
    return path


@pytest.fixture
def scorer(telco_home, listed, tmp_path):
    model = Desk(telco_home).model("telco")
    settled = _opened(model, telco_home, listed.read_bytes(), {}).settled
    return Scorer(
        settled, lists.ranking_for(model, telco_home, top=3, keep=(), as_of=None), tmp_path, shares_of([listed])
    )


def test_every_row_group_that_has_rows_is_a_share(listed, tmp_path):
    pq.write_table(pq.read_table(listed).slice(0, 0), tmp_path / "empty.parquet")
    shares = shares_of([tmp_path / "empty.parquet", listed])
    assert [(s.group, s.number, s.name) for s in shares] == [
        (0, 0, "part-00000.parquet"),
        (1, 1, "part-00001.parquet"),
        (2, 2, "part-00002.parquet"),
    ]
    with pytest.raises(ListRefused, match="no customers"):
        shares_of([tmp_path / "empty.parquet"])


def test_first_rows_are_whole_shares_cut_to_what_was_asked(listed):
    shares = shares_of([listed])
    assert first_rows(shares, 30).equals(pq.read_table(listed).slice(0, 30))
    assert first_rows(shares, 10**6).num_rows == 60


def test_shares_together_say_what_one_process_says(telco_home, listed, scorer, tmp_path):
    told = [scorer.written(number) for number in range(3)]
    parts = pa.concat_tables(pq.read_table(f) for f in sorted(tmp_path.glob("part-*")))
    Desk(telco_home).score_file(listed, tmp_path / "alone.parquet", said={})
    assert parts.to_pylist() == pq.read_table(tmp_path / "alone.parquet").to_pylist()
    assert sum(done["High"] + done["Medium"] + done["Low"] for done in told) == 60


def test_a_share_done_twice_leaves_one_part(scorer, tmp_path):
    part = tmp_path / "part-00001.parquet"
    first = [scorer.written(1), part.read_bytes()]
    again = [scorer.written(1), part.read_bytes()]
    assert (again, [f.name for f in tmp_path.iterdir()]) == (first, [part.name])


def test_a_column_that_a_file_lacks_is_empty(listed, tmp_path):
    pq.write_table(pq.read_table(listed).drop_columns("tenure"), tmp_path / "short.parquet")
    (batch,) = Share(str(tmp_path / "short.parquet"), 0, 0).batches(["tenure", "customerID"])
    assert (batch.column_names, batch["tenure"].null_count) == (["tenure", "customerID"], 60)


def test_what_is_no_parquet_is_refused_by_name(tmp_path):
    (tmp_path / "list.parquet").write_bytes(b"PAR1 but not really PAR1")
    with pytest.raises(ListRefused, match=r"list.parquet is not a sound Parquet file"):
        shares_of([tmp_path / "list.parquet"])


def test_what_was_sent_is_opened_once_by_a_process():
    assert opened_scorer(sent := pickle.dumps(["scorer"])) is opened_scorer(sent)


def test_a_list_that_a_worker_cannot_see_is_told_apart_from_a_damaged_one(tmp_path):
    with pytest.raises(ListRefused) as refused:
        list(Share(str(tmp_path / "list.parquet"), 0, 0).batches(["id"]))
    sent = "".join(traceback.format_exception(refused.value))  # what Spark hands on of a worker's failure
    assert _plainly(sent).message == "A worker cannot see the list, or the folder to write to."
