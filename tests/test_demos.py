"""Made-up businesses at the workspace are the samples, and the same every time."""

import pytest

from churn.errors import NotFound, RequestRefused
from churn.samples.catalogue import SEED
from churn.workspace.files import written_sample


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    paths = [written_sample("telco", tmp_path / name, rows=40)[0] for name in ("a.csv", "b.csv")]
    (other,) = written_sample("telco", tmp_path / "c.csv", rows=40, seed=SEED + 1)
    assert paths[0].read_bytes() == paths[1].read_bytes() != other.read_bytes()


def test_a_list_comes_with_the_customers_of_today(tmp_path):
    assert [p.name for p in written_sample("telco", tmp_path / "demo", rows=40)] == ["customers.csv", "today.csv"]


def test_progress_is_told_to_the_end(tmp_path):
    told = []
    written_sample("telco", tmp_path / "a.csv", rows=40, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (40, 40)


def test_seed_zero_is_a_seed(tmp_path):
    zero, usual = (written_sample("telco", tmp_path / f"{s}.csv", rows=5, seed=s)[0] for s in (0, None))
    assert zero.read_bytes() != usual.read_bytes()


@pytest.mark.parametrize(
    ("name", "asked", "problem"),
    [
        ("gym", {}, NotFound),
        ("telco", {"rows": 0}, RequestRefused),
        ("telco", {"seed": -1}, RequestRefused),
        ("telco", {"plant": ["worms"]}, RequestRefused),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(tmp_path, name, asked, problem):
    with pytest.raises(problem):
        written_sample(name, tmp_path / "a.csv", **asked)
    assert list(tmp_path.iterdir()) == []
