"""The contract is the schema said in pandera, and scoring does without it."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from churn.errors import ListRefused
from churn.intake.contract import build_contract, check_contract, count_violations
from churn.intake.reader import read_list
from churn.profiles import read_profile
from churn.schema import Column, Schema

FEE = Column("fee", "number", required=True, low=0)


def test_the_contract_has_every_column_that_matters():
    contract = build_contract(
        Schema((Column("id", "text", "key"), Column("fee", "number"), Column("x", role="ignored")))
    )
    assert sorted(contract.columns) == ["fee", "id"]
    assert not contract.columns["id"].nullable
    assert contract.columns["fee"].nullable


def test_required_columns_of_a_business_are_required_by_its_contract():
    schema = read_profile("telco").schema
    required = {n for n, c in build_contract(schema).columns.items() if c.required}
    assert required == {c.name for c in schema.columns if c.required}


def test_a_sound_table_breaks_nothing():
    schema = Schema((Column("id", "text", "key"), Column("fee", "number", low=0)))
    assert count_violations(pa.table({"id": ["a", "b"], "fee": [1.0, None]}), schema) == {}


def test_a_reading_says_the_same_with_and_without_the_contract():
    reading = read_list(b"id,fee\nA,5\nB,-6\nC,7\n", schema=Schema((Column("id", "text", "key"), FEE)))
    assert reading.broken == check_contract(reading).broken == {("fee", "range"): 1}
    assert reading.as_json()["broken"] == [{"column": "fee", "rule": "range", "rows": 1}]


def test_a_needed_column_that_is_empty_is_shown_and_as_good_as_missing_when_scoring():
    schema = Schema((Column("id", "text", "key"), FEE))
    assert read_list(b"id,fee\nA,\n", schema=schema).broken == {("fee", "empty"): 1}
    with pytest.raises(ListRefused, match="fee is needed and holds nothing at all"):
        read_list(b"id,fee\nA,\n", schema=schema, purpose="score")


def test_reading_to_score_imports_no_pandera():
    code = (
        "import sys; from churn.intake.reader import read_list\n"
        "read_list(b'id,fee\\nA,5\\nB,6\\n', purpose='score')\n"
        "print([m for m in ('pandera', 'sklearn', 'python_calamine') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
