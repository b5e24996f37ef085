"""Scoring on a cluster: the answers of one process, whoever dies on the way; whole or not there at all."""

import hashlib
import json
import time
import venv
from datetime import date
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn import Workspace
from churn.errors import ListRefused, Unavailable
from churn.intake.reader import open_list
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample
from churn.scoring.spark import Scorer, Share, _finish_folder, _refuse_untyped, _run_tasks, _tasks, decode_dictionaries
from tests.sparking import SPARK, churn_line, need_spark, running_cluster

pytestmark = SPARK
ROWS, PART = 24_000, 1_000


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A master and two workers on this machine."""
    need_spark()
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="module")
def long_list(telco_home, tmp_path_factory):
    """A typed list in many small parts."""
    folder = tmp_path_factory.mktemp("long")
    write_sample(make_sample("telco", rows=1200).later(ROWS), folder / "list.csv")
    path = folder / "list.parquet"
    pq.write_table(Workspace(telco_home).lists.check(folder / "list.csv").table, path, row_group_size=PART)
    return path


def asked(home, source, target, engine, more=""):
    """The words that score a list on an engine."""
    url = f"{engine}?spill={target.parent}{more}"
    return ["score", str(source), "--engine", url, "-o", str(target), "--home", str(home)]


def checksum(table):
    """The same for the same rows, whatever their order."""
    rows = sorted(map(repr, decode_dictionaries(table).to_pylist()))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def test_a_worker_that_dies_changes_nothing(cluster, telco_home, long_list, tmp_path):
    target, before = tmp_path / "scored", tmp_path / "before.parquet"
    Workspace(telco_home).lists.score_file(long_list, before)
    running = churn_line(*asked(telco_home, long_list, target, cluster.master))
    done = wait_for_parts(tmp_path, 2, running)
    cluster.kill(cluster.processes[1])
    answer, complaint = running.communicate(timeout=300)
    assert (running.returncode, done < ROWS // PART) == (0, True), complaint
    assert json.loads(answer)["rows"] == ROWS
    assert checksum(pq.read_table(target)) == checksum(pq.read_table(before))
    assert (target / "_SUCCESS").is_file()


def wait_for_parts(folder, many, process):
    """Wait until so many parts of the work are done; how many are."""
    while process.poll() is None:
        done = len(list(folder.glob(".unfinished-*/part-*")))
        if done >= many:
            return done
        time.sleep(0.02)
    raise AssertionError(process.communicate()[1])


def test_a_worker_without_the_packages_is_said_and_nothing_is_written(cluster, telco_home, long_list, tmp_path):
    venv.create(tmp_path / "bare", with_pip=False)
    target, bare = tmp_path / "scored", tmp_path / "bare" / "bin" / "python"
    running = churn_line(*asked(telco_home, long_list, target, cluster.master, f"&python={bare}"))
    _, complaint = running.communicate(timeout=300)
    assert (running.returncode, complaint.splitlines()[-1][:34]) == (2, "A worker lacks a package that scor")
    assert [f.name for f in tmp_path.iterdir()] == ["bare"]


def test_a_customer_that_stands_twice_is_refused_before_anything_is_scored(telco_home, long_list, tmp_path):
    table = pq.read_table(long_list).slice(0, 50)
    pq.write_table(pa.concat_tables([table, table.slice(3, 1)]), tmp_path / "twice.parquet", row_group_size=30)
    with pytest.raises(ListRefused) as refused:
        Workspace(telco_home).lists.score_on_cluster(
            str(tmp_path / "twice.parquet"), tmp_path / "scored", engine=f"local[1]?spill={tmp_path / 'spill'}"
        )
    assert refused.value.message == f"customerID {table['customerID'][3].as_py()!r} stands in the list 2 times."
    assert sorted(f.name for f in tmp_path.iterdir()) == ["spill", "twice.parquet"]


@pytest.mark.parametrize("column", ["Churn", "leave_date"])
def test_who_left_already_is_set_aside_and_counted_as_by_one_process(telco_home, long_list, tmp_path, column):
    table = pq.read_table(long_list).slice(0, 90)
    lists, words = Workspace(telco_home).lists, {"keep": True}
    pq.write_table(with_leavers(table, column, lambda i: i % 3 == 0), tmp_path / "list.parquet", row_group_size=30)
    spread = lists.score_on_cluster(
        str(tmp_path / "list.parquet"), tmp_path / "out", engine=f"local[1]?spill={tmp_path / 'spill'}", **words
    )
    alone = lists.score_file(tmp_path / "list.parquet", tmp_path / "alone.parquet", **words)
    assert (spread.rows, spread.left, spread.tiers) == (alone.rows, alone.left, alone.tiers)
    assert (spread.rows, spread.left) == (60, 30)
    assert [n for n in spread.notices if n.kind == "set_aside"] == [n for n in alone.notices if n.kind == "set_aside"]
    assert checksum(pq.read_table(tmp_path / "out")) == checksum(pq.read_table(tmp_path / "alone.parquet"))


@pytest.mark.parametrize("column", ["Churn", "leave_date"])
def test_a_list_in_which_all_left_is_refused_as_by_one_process_and_nothing_is_written(
    telco_home, long_list, tmp_path, column
):
    table, lists = pq.read_table(long_list).slice(0, 60), Workspace(telco_home).lists
    pq.write_table(with_leavers(table, column, lambda i: True), tmp_path / "list.parquet", row_group_size=20)
    with pytest.raises(ListRefused, match="everyone in this list left already") as alone:
        lists.score_file(tmp_path / "list.parquet", tmp_path / "alone.parquet")
    with pytest.raises(ListRefused) as spread:
        lists.score_on_cluster(
            str(tmp_path / "list.parquet"), tmp_path / "out", engine=f"local[1]?spill={tmp_path / 'spill'}"
        )
    assert (spread.value.message, spread.value.fix) == (alone.value.message, alone.value.fix)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["list.parquet", "spill"]


def with_leavers(table, column, left):
    """The table with an outcome, or a date of leaving, that says of these rows that they left."""
    table = table.drop_columns([column]) if column in table.column_names else table
    rows = [left(i) for i in range(table.num_rows)]
    days = pa.array([date(2024, 3, 5) if gone else None for gone in rows], pa.date32())
    return table.append_column(column, days if column == "leave_date" else pa.array(rows))


def test_a_part_that_fails_three_times_ends_the_work_in_a_sentence(cluster, telco_home, long_list, tmp_path):
    damaged, target = tmp_path / "damaged.parquet", tmp_path / "scored"
    table = pa.concat_tables([pq.read_table(long_list)] * 6)
    keys = pa.array([f"C{n}" for n in range(table.num_rows)])
    pq.write_table(table.set_column(0, "customerID", keys), damaged, row_group_size=ROWS)
    spoil(damaged, pq.read_metadata(damaged).row_group(5).column(0))  # beyond the rows that are looked at beforehand
    running = churn_line(*asked(telco_home, damaged, target, cluster.master))
    _, complaint = running.communicate(timeout=300)
    said = "A file could not be read as Parquet.", "A part of the work failed 3 times, so the whole was given up."
    assert (running.returncode, complaint.splitlines()[-1].startswith(said)) == (2, True), complaint
    assert [f.name for f in tmp_path.iterdir()] == ["damaged.parquet"]


def spoil(path, column):
    """Overwrite the first bytes of a column's cells."""
    with path.open("r+b") as file:
        file.seek(column.dictionary_page_offset or column.data_page_offset)
        file.write(b"\xff" * 400)


def test_workers_that_write_elsewhere_are_noticed_before_anything_is_scored(tmp_path):
    need_spark()
    idle = SimpleNamespace(mapInArrow=lambda *_: SimpleNamespace(collect=list))
    session = SimpleNamespace(
        sparkContext=SimpleNamespace(broadcast=lambda sent: sent),
        range=lambda *_: idle,
        conf={"spark.sql.shuffle.partitions": "8"},
    )
    scorer = Scorer(None, None, tmp_path, [Share("list.parquet", 0, 0, 1)], "id")
    with pytest.raises(Unavailable, match="wrote to a folder of their own"):
        _run_tasks(session, scorer)


def test_numbers_as_text_are_refused_naming_the_column(tmp_path):
    settled = open_list(b"id,fee\n1,2.5\n2,3.5\n", filename="list.csv").settled
    typed = written(tmp_path / "typed.parquet", {"id": ["1"], "fee": [2.5]})
    as_text = written(tmp_path / "text.parquet", {"id": ["1"], "fee": ["2.5"]})
    _refuse_untyped(settled, [typed])
    with pytest.raises(ListRefused, match="fee holds numbers as text"):
        _refuse_untyped(settled, [typed, as_text])


def written(path, columns):
    """A small Parquet file."""
    pq.write_table(pa.table(columns), path)
    return path


def test_parts_that_never_arrived_are_noticed_and_nothing_is_kept(tmp_path):
    made, target = tmp_path / "made", tmp_path / "scored"
    made.mkdir()
    written(made / "part-00000.parquet", {"id": ["1"]})
    with pytest.raises(Unavailable, match="wrote to a folder of their own") as refused:
        _finish_folder(made, target, [Share("list.parquet", 0, 0, 1), Share("list.parquet", 1, 1, 1)])
    assert (target.exists(), "every machine shares" in refused.value.fix) == (False, True)


def test_what_a_dead_worker_left_is_swept_before_the_folder_gets_its_name(tmp_path):
    made, target = tmp_path / "made", tmp_path / "scored"
    made.mkdir()
    for name in ("part-00000.parquet", ".unfinished-7-part-00000.parquet"):
        written(made / name, {"id": ["1"]})
    _finish_folder(made, target, [Share("list.parquet", 0, 0, 1)])
    assert sorted(f.name for f in target.iterdir()) == ["_SUCCESS", "part-00000.parquet"]


@pytest.mark.parametrize(("rows", "shares", "tasks"), [(1_000, 24, 8), (25_000, 400, 100), (25_000, 5, 5)])
def test_there_are_tasks_for_every_core_and_no_more_than_have_work_for_a_second(rows, shares, tasks):
    session = SimpleNamespace(conf={"spark.sql.shuffle.partitions": "8"})
    assert _tasks(session, [Share("list.parquet", n, n, rows) for n in range(shares)]) == tasks
