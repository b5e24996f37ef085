"""A customer stands in the list once: repeats are dropped, conflicts settled as asked."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.errors import ListRefused
from churn.intake.duplicates import hash_values
from churn.intake.reader import read_list
from tests.messy import told
from tests.messy.repeats import CASES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_messy_file_becomes_exactly_what_it_must(case):
    assert told(case) == case


@settings(max_examples=60)
@given(st.lists(st.text(max_size=6), min_size=1, max_size=30))
def test_two_texts_share_a_hash_only_when_they_are_the_same(texts):
    hashes = hash_values(pa.array(texts, pa.string()))
    assert len(set(hashes.tolist())) == len(set(texts))
    assert np.array_equal(hash_values(pa.array(["x", *texts], pa.string()).slice(1)), hashes)


def test_a_hundred_thousand_ids_share_no_hash():
    hashes = hash_values(pa.array([f"{i:07d}-KEY" for i in range(100_000)]))
    assert len(np.unique(hashes)) == 100_000


def test_repeats_are_found_across_blocks():
    text = "id,paid\n" + "".join(f"A{i},{i}\n" for i in range(40)) + "A3,3\nA4,99\n"
    reading = read_list(text.encode(), profile="general", duplicates="first", block=64)
    assert [(s.line, s.why) for s in reading.set_aside] == [
        (42, "it repeats line 5 word for word"),
        (43, "the same customer stands in line 6, which was kept"),
    ]


def test_a_list_of_events_is_shown_but_never_scored():
    text = "id,date\n" + "".join(f"A{i % 20},2026-01-{i % 28 + 1:02d}\n" for i in range(200))
    reading = read_list(text.encode(), profile="general")
    assert reading.rows == 200
    assert any(n.text.startswith("id names 20 different customers in 200 rows") for n in reading.notices)
    with pytest.raises(ListRefused, match="list of events"):
        read_list(text.encode(), profile="general", purpose="score")
