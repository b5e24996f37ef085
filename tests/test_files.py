"""Files are whole or not there, and opened only when they are the ones that were written."""

import json

import pyarrow as pa
import pytest

from churn.errors import Damaged, NotFound, RequestRefused, Unavailable
from churn.files import (
    bytes_checked,
    checked_name,
    inert_text,
    json_texts,
    read_json,
    sha256_of,
    sweep_unfinished,
    whole_file,
    write_json,
    write_text,
)
from churn.scoring.export import make_inert


def test_a_write_that_fails_half_way_leaves_the_old_file_and_no_litter(tmp_path):
    target = tmp_path / "list.csv"
    write_text(target, "old")
    with pytest.raises(ZeroDivisionError), whole_file(target) as path:
        path.write_text("half")
        raise ZeroDivisionError
    assert [p.name for p in tmp_path.iterdir()] == ["list.csv"]
    assert target.read_text() == "old"


@pytest.mark.parametrize(
    "problem",
    [
        OSError(28, "No space left on device"),
        OSError("Error writing bytes to file. Detail: [errno 28] No space left on device"),
        OSError("[Errno 28] No space left on device"),
    ],
)
def test_a_full_disk_is_said_in_the_same_words_whoever_wrote(tmp_path, problem):
    with pytest.raises(Unavailable) as refused, whole_file(tmp_path / "list.csv"):
        raise problem
    assert refused.value.message == "list.csv could not be written: No space left on device."


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    write_text(tmp_path / "file", "not a folder")
    with pytest.raises(Unavailable, match="cannot be written to"):
        write_text(tmp_path / "file" / "x.csv", "")


def test_json_goes_out_and_comes_back(tmp_path):
    write_json(tmp_path / "a.json", {"tier": "Haute é", "n": 3})
    assert read_json(tmp_path / "a.json") == {"tier": "Haute é", "n": 3}


def test_json_that_was_cut_is_called_damaged(tmp_path):
    (tmp_path / "a.json").write_text('{"n": ')
    with pytest.raises(Damaged, match=r"a\.json is not readable"):
        read_json(tmp_path / "a.json")


def test_one_changed_bit_keeps_a_file_closed(tmp_path):
    path = tmp_path / "model.ubj"
    path.write_bytes(b"\x00\x01\x02")
    known = sha256_of(path)
    assert bytes_checked(path, known) == b"\x00\x01\x02"
    path.write_bytes(b"\x00\x01\x03")
    with pytest.raises(Damaged, match="not the file that was saved"):
        bytes_checked(path, known)


UNSAFE = ["../up", "a/b", "", "UPPER", ".hidden", "a..b", "x" * 65, "nul\0", "sp ace", "line\n"]


@pytest.mark.parametrize("name", UNSAFE)
def test_a_name_that_could_leave_its_folder_is_refused(name):
    with pytest.raises(RequestRefused, match="cannot be the model name"):
        checked_name(name, "model name")


def test_what_a_killed_writer_left_is_swept(tmp_path):
    (tmp_path / ".unfinished-abc.csv").write_text("half")
    write_text(tmp_path / "whole.csv", "x")
    assert sweep_unfinished(tmp_path) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["whole.csv"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM", "\tx", "\rx", "\nx", "\0x", "\uff1dx", "\uff20x"])
def test_a_text_cell_a_spreadsheet_would_run_is_made_inert(cell):
    assert inert_text(cell) == f"'{cell}"


def test_ordinary_text_is_exported_as_it_is():
    assert [inert_text(c) for c in ["Anna", "a=b", "", "00123"]] == ["Anna", "a=b", "", "00123"]


def test_a_finished_file_can_be_read_by_others_as_usual(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")
    write_text(tmp_path / "whole", "")
    assert (tmp_path / "whole").stat().st_mode == plain.stat().st_mode


def test_a_file_removed_while_it_is_read_is_gone_and_not_a_fault(tmp_path):
    with pytest.raises(NotFound, match="of telco is gone"):
        read_json(tmp_path / "telco" / "champion.json")
    with pytest.raises(Unavailable, match="cannot be read"):
        read_json(tmp_path)


def test_values_written_together_are_the_json_of_each():
    values = ["a\nb", 'with "quotes", and commas', "é\u2028", 0.1 + 0.2, None, True, 3]
    assert json_texts(values) == [json.dumps(v) for v in values] and json_texts([]) == []


FORMULAS = ["x;=1+2;y", 'x;"=1+2"', "a;+1", "a;-1", "a;@x", "a;b;=c;=d", "=1;=2", "a;\t=1", "a;＝1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_runs_whichever_sign_a_spreadsheet_takes_for_the_separator(cell):
    for text in (inert_text(cell), make_inert(pa.table({"a": [cell]}))["a"][0].as_py()):
        for part in [text, *text.split(";")]:
            assert not part.lstrip('"').startswith(("=", "+", "-", "@", "\t", "＝"))
        assert text.replace("'", "") == cell


@pytest.mark.parametrize("cell", ["a; b", "5;6", "a;", ";", "a;'=1"])
def test_other_cells_stay_as_they_are(cell):
    assert inert_text(cell) == make_inert(pa.table({"a": [cell]}))["a"][0].as_py() == cell
