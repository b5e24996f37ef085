"""Spark as the engine: files, order and notes as on DuckDB, and every recipe equal to the last bit."""

import gc
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn.errors import Unavailable
from churn.features.build import summarise_ledger
from churn.features.engines.base import NOTE
from churn.features.engines.urls import open_engine
from churn.features.ledger import open_ledger
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample
from churn.workspace.event_logs import recipe_for
from tests.sparking import SPARK, need_spark

pytestmark = SPARK


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """One session for all tests of this file: starting one takes seconds."""
    need_spark()
    folder = tmp_path_factory.mktemp("spill")
    with open_engine(f"local[2]?spill={folder}&partitions=2") as engine:
        yield engine
        gc.collect()  # its sockets are closed by the collector, and should be while their warnings are expected


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Small event logs of both businesses that have them."""
    folder = tmp_path_factory.mktemp("logs")
    for name, customers in (("shop", 150), ("music", 120)):
        write_sample(make_sample(name, rows=customers), folder / name)
    return folder


def told(table):
    """What two tables must share: names, types and every value."""
    return [(f.name, str(f.type)) for f in table.schema], table.to_pydict()


def test_a_path_with_pattern_signs_is_one_file(spark, tmp_path):
    for name in ("log[1]*.parquet", "log1x.parquet"):
        pq.write_table(pa.table({"a": [name]}), tmp_path / name)
    assert spark.rows(spark.parquet([tmp_path / "log[1]*.parquet"])).to_pydict() == {"a": ["log[1]*.parquet"]}


def test_lines_of_another_width_are_rejected_and_counted(spark, tmp_path):
    (tmp_path / "a.csv").write_text('x,y\n1,2\n3\n4,"5\n5"\n6,,8\n')
    before = spark.rejected()
    rows = spark.rows(spark.text([tmp_path / "a.csv"], ",", ["x", "y"]).order_by("x"))
    assert (rows.to_pydict(), spark.rejected() - before) == ({"x": ["1", "4"], "y": ["2", "5\n5"]}, 2)


def test_a_written_file_carries_its_note_and_its_order(spark, tmp_path):
    import ibis

    numbers = ibis.range(0, 3000).unnest().name("n").as_table().order_by(ibis.desc("n"))
    spark.write(numbers, tmp_path / "t", "it's")
    assert pq.read_table(tmp_path / "t")["n"].to_pylist() == list(range(2999, -1, -1))
    assert pq.read_metadata(tmp_path / "t").metadata[NOTE.encode()] == b"it's"


def test_a_file_that_is_no_parquet_is_refused(spark, tmp_path):
    (tmp_path / "a.parquet").write_text("no")
    with pytest.raises(Unavailable, match="could not be read as Parquet"):
        spark.rows(spark.parquet([tmp_path / "a.parquet"]))


def tables_of(folder):
    """The tables of a written sample by their recipe's names."""
    return {f.stem.split("_")[-1]: f for f in folder.iterdir()}


@pytest.mark.parametrize(
    ("name", "log", "as_of"),
    [
        ("shop", "shop", date(2026, 5, 1)),
        ("music", "music", date(2026, 4, 1)),
        ("general", "shop", date(2026, 5, 1)),
    ],
)
def test_every_column_of_a_recipe_is_the_same_on_both_engines(spark, logs, home, name, log, as_of):
    recipe, tables = recipe_for(home, name), tables_of(logs / log)
    with open_engine() as duckdb:
        here = summarise_ledger(open_ledger(duckdb, tables, recipe), as_of=as_of, horizon=30)
    there = summarise_ledger(open_ledger(spark, tables, recipe), as_of=as_of, horizon=30)
    assert told(there.table) == told(here.table)
    assert (there.leavers, there.notices, there.window) == (here.leavers, here.notices, here.window)
