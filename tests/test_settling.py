"""Outcomes from several files are settled: the latest counts, and contradictions are told."""

import pyarrow as pa
import pytest

from churn.errors import ListRefused
from churn.monitoring.performance import match_outcomes_to, resolve_outcomes


def file(**said):
    return pa.table({"key": list(said), "left": list(said.values())})


def test_the_latest_word_counts_and_the_contradiction_is_told():
    found = resolve_outcomes([file(ann=True, bob=False), file(ann=False, cy=True)])
    assert found.table.to_pydict() == {"key": ["ann", "bob", "cy"], "left": [False, False, True]}
    (notice,) = found.notices
    assert notice.text == "1 customers have another outcome than told before (ann); the latest counts."


def test_files_that_agree_need_no_word():
    assert resolve_outcomes([file(ann=True), file(ann=True)]).notices == ()


def test_one_file_that_contradicts_itself_is_refused():
    both = pa.table({"key": ["ann", "ann"], "left": [True, False]})
    with pytest.raises(ListRefused, match="says of customer ann both that they left and that they stayed"):
        resolve_outcomes([both])


def test_blank_keys_and_outcomes_are_passed_over():
    blanks = pa.table({"key": ["ann", None, "bob"], "left": [None, True, True]})
    assert resolve_outcomes([blanks]).table.to_pydict() == {"key": ["bob"], "left": [True]}


def test_a_file_without_its_columns_is_refused():
    with pytest.raises(ListRefused, match="Outcome file 1 has no column left"):
        resolve_outcomes([pa.table({"key": ["ann"]})])


def test_outcomes_are_found_by_key_in_order():
    settled = resolve_outcomes([file(ann=True, bob=False)]).table
    assert match_outcomes_to(pa.array(["bob", "dee", "ann"]), settled).to_pylist() == [False, None, True]
    assert match_outcomes_to(pa.chunked_array([["bob"], ["ann"]]), settled).to_pylist() == [False, True]
