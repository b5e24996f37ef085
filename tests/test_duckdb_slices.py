"""Slices: many passes give what one gives, to the bit, whatever the keys; one that fails leaves nothing behind."""

import errno
import os
from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn.errors import Unavailable
from churn.features.build import fill_effect, summarise, training_table
from churn.features.engines import duckdb as duckdb_engine
from churn.features.engines import duckdb as duckdb_slices
from churn.features.engines.duckdb import WHOLE, CustomerSlice, show_slice
from churn.features.engines.urls import open_engine
from churn.features.recipe import parse_recipe
from churn.profiles import read_profile
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample
from tests.event_logs import silent_log

ENGINE = "duckdb://?threads=2&memory=500MB"
ONE, MANY = 1, 10_000_000  # bytes said to be taken by one customer: room for all in 500 MB, or for fifty at a time


def in_passes(monkeypatch, ask):
    """The same asked in one pass and in many."""
    (one, few), (many, more) = (_asked(monkeypatch, size, ask) for size in (ONE, MANY))
    assert few == 1 and more > 5
    return one, many


def _asked(monkeypatch, size, ask):
    seen = set()
    monkeypatch.setattr(duckdb_slices, "SUMS", size)
    monkeypatch.setattr(duckdb_engine, "show_slice", lambda con, part: seen.add(part) or show_slice(con, part))
    return ask(), len(seen)


def logs_of(folder, name, kind):
    business = "shop" if name == "general" else name
    write_sample(make_sample(business, rows=400), folder / "logs", kind=kind)
    return {f.stem.split("_")[-1]: f for f in sorted((folder / "logs").iterdir())}


def recipe_of(name):
    return parse_recipe(read_profile(name).recipe)


def same(one, many):
    assert many.table.equals(one.table)
    assert replace(many, table=None) == replace(one, table=None)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param("shop", ".csv", marks=pytest.mark.slow),
        pytest.param("general", ".parquet", marks=pytest.mark.slow),
        ("music", ".parquet"),
    ],
)
def test_many_passes_give_what_one_gives_to_the_bit(tmp_path, monkeypatch, name, kind):
    logs = logs_of(tmp_path, name, kind)
    asked = {"as_of": date(2026, 4, 1), "horizon": 30, "engine": ENGINE}
    same(*in_passes(monkeypatch, lambda: summarise(logs, recipe_of(name), **asked)))


@pytest.mark.slow  # many passes: the test above; a sample of them: the test below
def test_a_sample_several_dates_and_filled_silence_are_the_same_in_many_passes(tmp_path, monkeypatch):
    (tmp_path / "log.csv").write_text(silent_log() + "\nonly one cell\nu1,never,purchase,1")
    logs, recipe = {"events": tmp_path / "log.csv"}, recipe_of("general")
    dates = {"horizon": 20, "dates": 2, "step": 20, "latest": date(2026, 4, 1), "fill_silence": True}
    same(*in_passes(monkeypatch, lambda: training_table(logs, recipe, engine=ENGINE, **dates)))
    one, many = in_passes(monkeypatch, lambda: fill_effect(logs, recipe, as_of=date(2026, 3, 1), engine=ENGINE))
    assert many[2] == one[2] and one[2].touched


def test_a_drawn_sample_is_the_same_in_many_passes(tmp_path, monkeypatch):
    rows = (f"{i % 1500 * 7},{date(2026, 1, 1) + timedelta(days=i % 89)}" for i in range(4000))
    (tmp_path / "log.csv").write_text("\n".join(["customer_id,date", *rows]))
    asked = {"as_of": date(2026, 3, 1), "sample": 1000, "engine": ENGINE}
    logs = {"events": tmp_path / "log.csv"}
    one, many = in_passes(monkeypatch, lambda: summarise(logs, recipe_of("general"), **asked))
    assert one.rows < 1400
    same(one, many)


KEYS = {
    "whole numbers of one length": pa.array(range(10_000, 13_000)),
    "whole numbers of any length": pa.array(range(-50, 2_950)),
    "words": pa.array([f"O'Neil \u00e9{i}" if i % 3 else f"z{i}" for i in range(3_000)]),
}


@pytest.mark.parametrize("keys", KEYS)
def test_slices_hold_every_key_once_in_the_order_of_their_text(tmp_path, monkeypatch, keys):
    monkeypatch.setattr(duckdb_slices, "SUMS", MANY)
    pq.write_table(pa.table({"who": KEYS[keys]}), tmp_path / "log.parquet")
    with open_engine(ENGINE) as engine:
        laid = engine.kept(engine.parquet([tmp_path / "log.parquet"]), near="who")
        again = engine.kept(laid.mutate(n=laid.who), near="who")
        text = again.select(who=again.who.cast("string")).order_by("who")
        assert len(engine._slices(text)) > 5
        engine.write(text, tmp_path / "out.parquet", near="who")
    assert pq.read_table(tmp_path / "out.parquet")["who"].to_pylist() == sorted(map(str, KEYS[keys].to_pylist()))


def test_a_slice_reads_only_its_own_part_of_whole_numbers(tmp_path):
    import ibis

    numbers = ibis.range(100_000, 900_000).unnest().name("n").as_table()
    with open_engine("duckdb://?threads=1&memory=100MB") as engine:
        kept = engine.kept(numbers, near="n")
        part, *rest = engine._slices(kept)
        assert (part.least, part.start, part.beyond) == (None, None, int(part.stop)) and len(rest) > 5
        with show_slice(engine.backend.con, part):
            shown = engine.rows(kept.n.max().as_table())[0][0].as_py()
        assert (shown, engine.rows(kept.n.max().as_table())[0][0].as_py()) == (part.beyond - 1, 899_999)


def test_what_fits_is_one_slice_and_holds_everything():
    import ibis

    numbers = ibis.range(1_000).unnest().name("n").as_table()
    with open_engine(ENGINE) as engine:
        assert engine._slices(engine.kept(numbers, near="n")) == engine._slices(numbers) == WHOLE
    assert (CustomerSlice().holds('"n"'), CustomerSlice(start="it's").holds('"n"')) == (
        "true",
        "\"n\"::varchar >= 'it''s'",
    )


def test_a_disk_that_fills_up_in_the_middle_of_the_passes_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(duckdb_slices, "SUMS", MANY)
    logs, real, calls = logs_of(tmp_path, "shop", ".csv"), pq.ParquetWriter.write_batch, []

    def full(self, batch):
        calls.append(batch.num_rows)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, batch)

    monkeypatch.setattr(pq.ParquetWriter, "write_batch", full)
    url = f"{ENGINE}&spill={tmp_path / 'spill'}"
    with pytest.raises(Unavailable, match="disk filled up"):
        summarise(logs, recipe_of("shop"), as_of=date(2026, 4, 1), engine=url, output=tmp_path / "out.parquet")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["logs", "spill"] and not list((tmp_path / "spill").iterdir())


def test_a_slice_that_cannot_be_worked_out_leaves_the_next_result_whole(monkeypatch):
    import duckdb
    import ibis

    monkeypatch.setattr(duckdb_slices, "SUMS", MANY)
    with open_engine(ENGINE) as engine:
        kept = engine.kept(ibis.range(100, 1_000).unnest().name("n").as_table(), near="n")
        with pytest.raises(duckdb.ConversionException):
            engine.kept(kept.mutate(small=(kept.n - 400).cast("int8")), near="n")
        assert engine.rows(kept.count().as_table())[0][0].as_py() == 900
