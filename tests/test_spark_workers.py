"""A cluster without workers: a sentence after stated patience, not a wait for ever, and nothing is left behind."""

import pytest

from churn.errors import RequestRefused
from churn.features.engines.spark_session import PATIENCE, worker_timeout
from churn.features.engines.urls import open_engine
from tests.sparking import SPARK, need_spark, running_cluster
from tests.test_distributed import asked, churn_line, long_list, wait_for_parts  # noqa: F401  (long_list: a fixture)

pytestmark = SPARK


@pytest.fixture(scope="module")
def empty_cluster(tmp_path_factory):
    """A master that has no workers yet."""
    need_spark()
    with running_cluster(tmp_path_factory.mktemp("cluster"), workers=0) as running:
        yield running


def test_patience_is_a_number_of_seconds():
    assert (worker_timeout({}), worker_timeout({"patience": "2.5"})) == (PATIENCE, 2.5)


@pytest.mark.parametrize("said", ["soon", "", "0", "-1", "nan", "inf"])
def test_patience_that_is_no_number_of_seconds_is_refused_before_anything_starts(said):
    with (
        pytest.raises(RequestRefused, match="no number of seconds"),
        open_engine(f"spark://nowhere:7077?patience={said}"),
    ):
        pass


def test_a_master_that_lends_no_worker_is_said_and_nothing_is_written(empty_cluster, telco_home, long_list, tmp_path):  # noqa: F811
    running = churn_line(*asked(telco_home, long_list, tmp_path / "scored", empty_cluster.master, "&patience=1"))
    _, complaint = running.communicate(timeout=300)
    assert (running.returncode, complaint.splitlines()[-1][:53]) == (
        2,
        "The Spark master lent no worker within 1 seconds. Not",
    )
    assert not list(tmp_path.iterdir())


def test_work_that_every_worker_has_left_is_given_up_and_nothing_is_written(
    empty_cluster,
    telco_home,
    long_list,  # noqa: F811
    tmp_path,
):
    only = empty_cluster.add_worker()
    running = churn_line(*asked(telco_home, long_list, tmp_path / "scored", empty_cluster.master, "&patience=10"))
    wait_for_parts(tmp_path, 1, running)
    empty_cluster.kill(only)
    _, complaint = running.communicate(timeout=300)
    assert (running.returncode, complaint.splitlines()[-1][:52]) == (
        2,
        "No worker was left, and none came back within 10 sec",
    )
    assert not list(tmp_path.iterdir())
