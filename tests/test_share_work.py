"""What a worker does with a share: the same part whoever makes it, and only whole parts bear their name."""

import pickle

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn import Workspace
from churn.scoring.spark import Scorer, load_scorer, split_files
from churn.workspace import lists
from churn.workspace.lists import _opened


@pytest.fixture
def scorer(telco_home, telco_in_groups, tmp_path):
    model = Workspace(telco_home).models.get("telco")
    settled = _opened(model, telco_home, telco_in_groups.read_bytes(), {}).settled
    ranking = lists.ranking_for(model, telco_home, top=3, keep=(), as_of=None)
    return Scorer(settled, ranking, tmp_path, split_files([telco_in_groups]), "customerID")


def test_shares_together_say_what_one_process_says(telco_home, telco_in_groups, scorer, tmp_path):
    told = [scorer.written(number) for number in range(3)]
    parts = pa.concat_tables(pq.read_table(f) for f in sorted(tmp_path.glob("part-*")))
    Workspace(telco_home).lists.score_file(telco_in_groups, tmp_path / "alone.parquet")
    assert parts.to_pylist() == pq.read_table(tmp_path / "alone.parquet").to_pylist()
    assert sum(done["High"] + done["Medium"] + done["Low"] for done in told) == 60


def test_a_share_done_twice_leaves_one_part(scorer, tmp_path):
    part = tmp_path / "part-00001.parquet"
    first = [scorer.written(1), part.read_bytes()]
    again = [scorer.written(1), part.read_bytes()]
    assert (again, [f.name for f in tmp_path.iterdir()]) == (first, [part.name])


def test_what_was_sent_is_opened_once_by_a_process():
    assert load_scorer(sent := pickle.dumps(["scorer"])) is load_scorer(sent)
