"""Hidden rows and formulas are told as far as each kind of workbook tells them."""

import struct
from pathlib import Path

import pytest

from churn.intake import workbook as oddities
from churn.intake.workbook import find_oddities
from tests.workbooks import FILES, ods, xls, xlsb

NOTHING = {"hidden_rows": 0, "formulas": 0, "formula_cells": [], "stored": 0}


@pytest.mark.parametrize("name", ["list.xls", "list.xlsb", "list.ods"])
def test_a_plain_sheet_has_none(name):
    found = find_oddities((FILES / name).read_bytes(), "List")
    assert {k: found[k] for k in NOTHING} == NOTHING


def test_an_xls_tells_hidden_rows_and_how_many_formulas_it_stores():
    found = find_oddities(xls(hidden_row=2, formula=(2, 2, 8.5)), "List")
    assert found == {**NOTHING, "hidden_rows": 1, "stored": 1, "partly": False}


def test_an_xlsb_tells_hidden_rows_and_how_many_formulas_it_stores():
    found = find_oddities(xlsb(hidden_row=1, formula=8.5), "List")
    assert found == {**NOTHING, "hidden_rows": 1, "stored": 1, "partly": False}


def test_an_ods_tells_hidden_rows_and_formulas_without_a_value():
    found = find_oddities(ods(hidden_row=1, bare_formula=True), "List")
    assert found == {**NOTHING, "hidden_rows": 1, "formulas": 1, "formula_cells": ["C3"]}


def test_of_a_very_large_sheet_only_the_first_part_is_searched(monkeypatch):
    monkeypatch.setattr(oddities, "MOST_RECORDS", 3)
    assert find_oddities((FILES / "list.xls").read_bytes(), "List")["partly"] is True


@pytest.mark.parametrize("cut", [9, 60, 600])
@pytest.mark.parametrize("name", ["list.xls", "list.xlsb", "list.ods"])
def test_a_cut_file_tells_nothing_and_raises_nothing(name, cut):
    assert find_oddities((FILES / name).read_bytes()[:cut], "List") == {}


def test_a_chain_of_sectors_that_runs_in_a_circle_ends():
    content = bytearray(Path(FILES / "list.xls").read_bytes())
    struct.pack_into("<I", content, 48, 0)
    struct.pack_into("<I", content, 512, 0)
    assert find_oddities(bytes(content), "List") == {}
