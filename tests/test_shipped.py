"""The shipped samples are what their seed makes, byte for byte, and stay small."""

import os
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from churn.files import REPOSITORY
from churn.samples.shipped import FOLDER, write_shipped


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    return {p.name: p for p in write_shipped(tmp_path_factory.mktemp("samples"))}


def made_here(path):
    """Parquet names the version of the library that wrote it, so its bytes hold only for that version."""
    return pq.ParquetFile(path).metadata.created_by


def test_no_shipped_file_is_missing_or_left_over(again):
    assert sorted(again) == sorted(p.name for p in FOLDER.iterdir())


def test_every_shipped_csv_is_made_again_byte_for_byte(again):
    assert [n for n, p in again.items() if p.suffix == ".csv" and p.read_bytes() != (FOLDER / n).read_bytes()] == []


def test_every_shipped_parquet_is_made_again(again):
    for name, path in again.items():
        if path.suffix == ".parquet":
            assert pq.read_table(path).equals(pq.read_table(FOLDER / name))
            assert path.read_bytes() == (FOLDER / name).read_bytes() or made_here(path) != made_here(FOLDER / name)


def test_together_they_stay_below_six_megabytes():
    assert sum(p.stat().st_size for p in FOLDER.iterdir()) < 6_000_000


def test_a_processor_without_wide_instructions_makes_the_same_bytes(again, tmp_path):
    """There `exp` and `log` differ in their last bits; numpy leaves the wide instructions out when told to."""
    code = f"from pathlib import Path; from churn.samples.shipped import *; write_shipped(Path({str(tmp_path)!r}))"
    narrow = {**os.environ, "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR AVX512_SKX"}
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=narrow, cwd=REPOSITORY, check=True)
    assert [n for n, p in again.items() if p.read_bytes() != (tmp_path / n).read_bytes()] == []


def test_every_shipped_file_is_described():
    text = (REPOSITORY / "data" / "README.md").read_text(encoding="utf-8")
    assert [p.name for p in FOLDER.iterdir() if f"`{p.name}`" not in text] == []
