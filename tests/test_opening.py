"""A file is what its bytes say; what is no list gets a sentence of its own."""

import gzip
import io
import zipfile

import pytest

from churn.errors import ListRefused
from churn.intake.reader import read_list
from churn.intake.sources import Limits, open_source
from tests.messy import LIST

GOOD = LIST.encode()


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


def refused(content, name="list.csv", **said):
    with pytest.raises(ListRefused) as caught:
        read_list(content, filename=name, **said)
    assert caught.value.fix
    return caught.value.message


@pytest.mark.parametrize(
    "content",
    [GOOD, gzip.compress(GOOD), zipped(list__csv=GOOD), zipped(**{"list__csv": GOOD, "__MACOSX/._list__csv": b"x"})],
)
def test_one_list_in_any_wrapping_reads_the_same(content):
    assert read_list(content, profile="general").table.equals(read_list(GOOD, profile="general").table)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "list.csv is empty."),
        (b"  \n\n", "list.csv holds nothing but blanks."),
        (b"id,paid\n", "list.csv has a header but no customers below it."),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 90, "list.csv is a PNG image, not a list."),
        (b"\xff\xd8\xff\xe0" + b"\0" * 90, "list.csv is a JPEG image, not a list."),
        (b"%PDF-1.7\n", "list.csv is a PDF document, not a list."),
        (b"<!DOCTYPE html><table></table>", "list.csv is a web page, not a list."),
        (b'[{"id": 1}]', "list.csv holds JSON, not a list of rows."),
        (bytes(range(256)) * 8, "list.csv is not text: it holds binary data."),
        (gzip.compress(GOOD * 50)[:-20], "list.csv is damaged or cut off: it cannot be unpacked."),
        (zipped(a__csv=GOOD, b__csv=GOOD), "list.csv holds 2 files (a.csv, b.csv), not one list."),
        (zipped(list__csv=GOOD)[:60], "list.csv is damaged or cut off."),
    ],
)
def test_each_kind_of_unusable_file_has_its_own_sentence(content, sentence):
    assert refused(content) == sentence


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    assert refused(tmp_path / "gone.csv", "") == "There is no file gone.csv."
    assert refused(tmp_path, "") == f"{tmp_path.name} is a folder, not a list."


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(bytes=1 << 20), "list.csv is larger than 1 MB unpacked."),
        (Limits(rows=1000), "list.csv has more than 1,000 rows."),
        (Limits(columns=2), "list.csv has 3 columns; at most 2 are read."),
        (Limits(cell=4), "Line 2 holds a cell of more than 4 characters."),
    ],
)
def test_every_limit_is_stated_in_the_refusal(limits, sentence):
    content = LIST + "".join(f"B{i},{i},{i}.50\n" for i in range(90_000))
    assert refused(content.encode(), limits=limits) == sentence
    assert refused(gzip.compress(content.encode()), limits=limits) == sentence


def test_a_zip_bomb_of_text_is_stopped_at_the_limit():
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 1_000_000)
    assert refused(bomb, limits=Limits(bytes=1 << 20)) == "list.csv is larger than 1 MB unpacked."


def test_the_fingerprint_is_that_of_the_bytes_given(tmp_path):
    (tmp_path / "a.csv").write_bytes(GOOD)
    assert open_source(tmp_path / "a.csv").fingerprint == open_source(GOOD).fingerprint
    assert open_source(gzip.compress(GOOD)).fingerprint != open_source(GOOD).fingerprint


def test_text_named_like_a_workbook_is_read_as_text_and_said():
    reading = read_list(GOOD, filename="list.xlsx", profile="general")
    assert reading.notices[0].text == "list.xlsx is named like a workbook but holds plain text; it was read as text."


def test_a_list_that_begins_with_bm_is_no_bitmap():
    assert read_list(b"BMI,paid\n20.5,3\n21.5,4\n", profile="general").rows == 2
