"""The parts an older workbook is made of are found without reading its cells."""

import struct

import pytest

from churn.intake.workbook import biff_records, sheet_records, wide_records
from tests.workbooks import FILES


def test_kind_and_length_of_a_record_take_as_few_bytes_as_they_need():
    data = bytes([5, 2]) + b"ab" + bytes([0x81, 0x01, 0]) + bytes([6, 0x82, 0x01]) + b"x" * 130
    assert list(wide_records(data)) == [(5, b"ab"), (129, b""), (6, b"x" * 130)]


def test_records_of_one_part_end_with_it():
    data = struct.pack("<HH", 0x203, 1) + b"a" + struct.pack("<HH", 0x0A, 0) + b"rest"
    assert list(biff_records(data)) == [(0x203, b"a"), (0x0A, b"")]


def test_a_sheet_is_found_by_its_name():
    content = (FILES / "list.xls").read_bytes()
    kinds = [kind for kind, _ in sheet_records(content, "List")]
    assert (kinds[0], kinds[-1], kinds.count(0x204), kinds.count(0x203)) == (0x809, 0x0A, 5, 4)
    with pytest.raises(KeyError):
        sheet_records(content, "No such sheet")
