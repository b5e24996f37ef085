"""DuckDB as the engine: settings from its URL, files letter by letter, and a plain word when disk or memory run out."""

from threading import Event, Thread

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn.errors import RequestRefused, Unavailable
from churn.features.engines.base import NOTE
from churn.features.engines.duckdb import _step_by_step, duckdb_settings, explain_duckdb_errors
from churn.features.engines.urls import open_engine


def test_settings_come_from_the_url():
    asked = duckdb_settings("duckdb://?memory=2GB&threads=2&spill=some%20dir")
    assert asked == {"memory_limit": "2GB", "threads": "2", "temp_directory": "some dir"}


@pytest.mark.parametrize("url", ["duckdb://host", "duckdb://?colour=red", "duckdb://?threads=many"])
def test_an_unknown_setting_is_refused(url):
    with pytest.raises(RequestRefused), open_engine(url):
        pass


def test_settings_reach_the_engine():
    with open_engine("duckdb://?memory=300MB&threads=1") as engine:
        query = "select current_setting('threads'), current_setting('TimeZone')"
        assert engine.backend.raw_sql(query).fetchall() == [(1, "UTC")]


def test_a_path_with_pattern_signs_is_one_file(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "log[1]*.parquet")
    pq.write_table(pa.table({"a": [2]}), tmp_path / "log1x.parquet")
    with open_engine() as engine:
        assert engine.rows(engine.parquet([tmp_path / "log[1]*.parquet"])).to_pydict() == {"a": [1]}


def test_lines_of_another_width_are_rejected_and_counted(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3\n4,5\n")
    (tmp_path / "b.csv").write_text("x,y\n6\n7,8\n")
    with open_engine() as engine:
        assert engine.rejected() == 0
        rows = engine.rows(engine.text([tmp_path / "a.csv", tmp_path / "b.csv"], ",", ["x", "y"]).order_by("x"))
        assert (rows["x"].to_pylist(), engine.rejected()) == (["1", "4", "7"], 2)


def test_the_spill_folder_is_left_empty(tmp_path):
    import ibis

    with open_engine(f"duckdb://?spill={tmp_path}") as engine:
        engine.kept(ibis.range(3).unnest().name("n").as_table())
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_a_written_file_carries_its_note_and_its_order(tmp_path):
    import ibis

    with open_engine() as engine:
        engine.write(
            ibis.range(0, 300_000).unnest().name("n").as_table().order_by(ibis.desc("n")), tmp_path / "t", "it's"
        )
    assert pq.read_table(tmp_path / "t")["n"].to_pylist() == list(range(299_999, -1, -1))
    assert pq.read_metadata(tmp_path / "t").metadata[NOTE.encode()] == b"it's"


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        (
            ("OutOfMemoryException", "failed to offload data block of size 64.0 KiB (2.6 MiB/2.6 MiB used)"),
            "disk filled up",
        ),
        (("IOException", "Could not write file: No space left on device"), "disk filled up"),
        (
            ("OutOfMemoryException", "Out of Memory Error: could not allocate block of size 256.0 KiB"),
            "memory limit is too small",
        ),
        (("IOException", "Cannot open file"), "could not read or write a file: Cannot open file"),
    ],
)
def test_a_full_disk_or_memory_is_said_plainly(complaint, said):
    import duckdb

    kind, text = complaint
    with pytest.raises(Unavailable, match=said) as refused, explain_duckdb_errors():
        raise getattr(duckdb, kind)(text)
    assert refused.value.fix


def test_too_little_memory_is_refused_and_nothing_is_left(tmp_path):
    import ibis

    hungry = ibis.range(0, 600_000).unnest().name("n").as_table()
    hungry = hungry.mutate(text=hungry.n.cast("string").lpad(60, "x")).order_by(ibis.desc("text"))
    url = f"duckdb://?memory=15MB&threads=1&spill={tmp_path}"
    with pytest.raises(Unavailable, match="Nothing was written"), open_engine(url) as engine:
        engine.kept(hungry)
    assert not list(tmp_path.iterdir())


def test_what_is_kept_near_a_column_lies_side_by_side():
    import ibis

    numbers = ibis.range(100_000).unnest().name("n").as_table()
    with open_engine("duckdb://?threads=1") as engine:
        kept = engine.kept(numbers.mutate(who=numbers.n % 7), near="who")
        assert engine.rows(kept)["who"].to_pylist() == sorted(n % 7 for n in range(100_000))


def test_what_two_columns_share_is_worked_out_once():
    import ibis

    table = ibis.table({"at": "timestamp"}, name="log")
    step = table.mutate(day=table["at"].epoch_seconds())
    with open_engine() as engine:
        assert engine._query(step.mutate(later=step.day + 1, twice=step.day * 2)).count("EPOCH") == 1


def test_two_queries_written_at_once_leave_the_option_of_the_process_as_it_was():
    import ibis

    entered, first_may_go, first_is_gone = Event(), Event(), Event()

    def first():
        with _step_by_step():
            entered.set()
            first_may_go.wait(30)

    def second():
        with _step_by_step():
            first_is_gone.wait(30)

    one, other = Thread(target=first), Thread(target=second)
    one.start()
    entered.wait(30)
    other.start()
    other.join(0.2)
    first_may_go.set()
    one.join(30)
    first_is_gone.set()
    other.join(30)
    assert ibis.options.sql.fuse_selects is True
