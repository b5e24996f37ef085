"""Scored lists are written whole or not at all, in order, harmless to open."""

import gc
import io

import pyarrow as pa
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from churn.errors import RequestRefused, Unavailable
from churn.scoring import export as scored_files
from churn.scoring.export import make_inert, write_scored
from churn.scoring.score import Ranking
from tests.small_model import THREE, WORDING, small_model

RANKING = Ranking(small_model(), WORDING, top=1)


def names_in(folder):
    return [path.name for path in folder.iterdir()]


def blocks():
    return RANKING.blocks([THREE.slice(0, 2), THREE.slice(2)])


def test_csv_has_the_rows_in_order_and_no_cell_that_runs(tmp_path):
    assert write_scored(blocks(), tmp_path / "out.csv") == 3
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0].replace('"', "").startswith("id,probability,percentile,prediction,tier,value_at_risk,reason_1")
    assert [line.split(",")[0] for line in lines[1:]] == ['"a"', '"b"', '"\'=c"']
    assert names_in(tmp_path) == ["out.csv"]


def test_parquet_keeps_values_and_kinds_as_they_are(tmp_path):
    from pyarrow import parquet

    write_scored(blocks(), tmp_path / "out.parquet")
    assert parquet.read_table(tmp_path / "out.parquet").to_pylist() == pa.concat_tables(blocks()).to_pylist()


def test_a_sheet_holds_the_same_rows_as_text_and_numbers(tmp_path):
    write_scored(blocks(), tmp_path / "out.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["id", "probability", "percentile"]
    assert [row[0] for row in rows[1:]] == ["a", "b", "'=c"]
    assert rows[1][1] == pytest.approx(RANKING.block(THREE)["probability"][0].as_py())


def test_a_stream_gets_csv_and_progress_is_told_after_every_block():
    told, stream = [], io.BytesIO()
    write_scored(blocks(), stream, progress=lambda done, total: told.append((done, total)), total=3)
    assert told == [(2, 3), (3, 3)]
    assert stream.getvalue().count(b"\n") == 4


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_a_list_that_breaks_half_way_leaves_the_old_file_alone(tmp_path, ending):
    target = tmp_path / f"out.{ending}"
    target.write_text("before")

    def broken():
        yield from blocks()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_scored(broken(), target)
    assert (target.read_text(), names_in(tmp_path)) == ("before", [target.name])


def test_endings_nobody_can_write_and_folders_that_are_files_are_refused(tmp_path):
    with pytest.raises(RequestRefused, match="ending"):
        write_scored(blocks(), tmp_path / "out.docx")
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        write_scored(blocks(), tmp_path / "file" / "out.csv")


def test_a_disk_that_fills_up_while_a_sheet_is_closed_is_said_plainly(tmp_path, monkeypatch):
    closed = xlsxwriter.Workbook.close

    def full(book):
        closed(book)
        raise xlsxwriter.exceptions.FileCreateError("No space left on device")

    monkeypatch.setattr(xlsxwriter.Workbook, "close", full)
    with pytest.raises(Unavailable, match="No space left"):
        write_scored(blocks(), tmp_path / "out.xlsx")
    assert names_in(tmp_path) == []


def test_a_disk_that_is_full_leaves_no_sheet_and_no_trace_of_a_zip(tmp_path, monkeypatch, recwarn):
    def full(sheet, content):
        sheet.full = True
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scored_files._Sheet, "write", full)
    with pytest.raises(Unavailable, match="No space left"):
        write_scored(blocks(), tmp_path / "out.xlsx")
    gc.collect()
    assert (names_in(tmp_path), list(recwarn)) == ([], [])


def test_a_stream_that_takes_no_more_is_said_plainly_and_a_reader_that_left_is_no_failure():
    class Full(io.BytesIO):
        problem = OSError(28, "No space left on device")

        def write(self, content):
            raise self.problem

    with pytest.raises(Unavailable, match="could not be written to its end: No space left on device"):
        write_scored(blocks(), Full())
    Full.problem = BrokenPipeError(32, "Broken pipe")
    with pytest.raises(BrokenPipeError):
        write_scored(blocks(), Full())


def test_a_list_longer_than_a_sheet_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(scored_files, "MOST_XLSX_ROWS", 2)
    with pytest.raises(RequestRefused, match="2 rows"):
        write_scored(blocks(), tmp_path / "out.xlsx")
    assert names_in(tmp_path) == []


def test_headings_and_cells_are_made_inert_alike():
    table = pa.table({"=a": ["=1", "ok", None, "＝2"], "n": [-1, 2, 3, 4]})
    assert make_inert(table).to_pydict() == {"'=a": ["'=1", "ok", None, "'＝2"], "n": [-1, 2, 3, 4]}
