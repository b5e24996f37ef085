"""Whole blocks at once and row by row give the same reading, to the last notice."""

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from churn.errors import ListRefused
from churn.intake.delimited import Dialect, LineShape, describe_misfit, is_plain, read_blocks
from churn.intake.reader import read_list
from tests.messy import Case, told
from tests.messy.dialect import CASES as DIALECT
from tests.messy.encodings import CASES as ENCODINGS
from tests.messy.exports import CASES as EXPORTS
from tests.messy.layout import CASES as LAYOUT
from tests.messy.records import CASES as RECORDS
from tests.messy.sifting import CASES as SIFTING

CELLS = st.text(alphabet='ab1 .,;"\n\r\té\x00\u00a0\u200b-', max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4).map(",".join), max_size=8).map("\n".join)


def blocks_read(text, width, size=1 << 20, **said):
    texts = iter([text[i : i + size] for i in range(0, len(text), size)])
    blocks = list(read_blocks(texts, LineShape(Dialect(), width, **said), first=2))
    rows = [tuple(row.values()) for b in blocks for row in b.table.to_pylist()]
    lines = np.concatenate([b.lines for b in blocks]).tolist() if blocks else []
    return rows, lines, [s for b in blocks for s in b.set_aside], sorted(n for b in blocks for n in b.blank)


@pytest.mark.parametrize("case", [*ENCODINGS, *DIALECT, *LAYOUT, *RECORDS, *SIFTING, *EXPORTS], ids=str)
def test_every_messy_file_reads_the_same_either_way(case):
    assert told(case, by_row=True) == told(case)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS)
@example('a,"b\nc",1\nd,"e,2\nf,g,3')
@example('a,"b""c",1\n,,\n\u00a0,\u200b,\na,b')
def test_any_text_is_split_the_same_either_way(text):
    content = text.encode()
    assert blocks_read(content, 3) == blocks_read(content, 3, by_row=True)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS)
def test_any_list_gives_one_reading_either_way(text):
    case = Case("any", "id,b,c\n" + text)
    assert told(case, by_row=True) == told(case)


@settings(max_examples=60, deadline=None)
@given(st.integers(20, 200))
def test_where_a_block_is_cut_changes_nothing(size):
    text = "id,note,paid\n" + "".join(
        f'A{i},"two\nlines, {i}",{i}.5\n' if i % 3 else f"A{i},x,{i}\n" for i in range(40)
    )
    assert told(Case("cut", text), block=size) == told(Case("cut", text))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (b"a,b\nc,d\n", True),
        (b'a,"b,c"\n"d",e\n', True),
        (b'a,"b\nc"\n', False),
        (b'a,"b""c"\n', False),
        (b'a,b"c\n', False),
        (b'a,"b\n', False),
        (b"a,\x00\n", False),
        (b"a,b\rc\n", False),
        ("a,\ufffd\n".encode(), False),
    ],
)
def test_only_a_plain_block_is_split_at_once(text, plain):
    assert is_plain(text, Dialect()) is plain


def test_lines_count_on_over_rows_that_do_not_fit():
    rows, lines, left, blank = blocks_read(b"a,1\nb\nc,2\n\nd,3,4\ne,5\n", 2)
    assert (rows, lines) == ([("a", "1"), ("c", "2"), ("e", "5")], [2, 4, 7])
    assert [(s.line, s.why) for s in left] == [(3, describe_misfit("b", 2)), (6, "it has 3 values for 2 columns")]
    assert blank == [5]


def test_a_cell_too_long_is_refused_with_its_line_either_way():
    for by_row in (False, True):
        with pytest.raises(ListRefused, match="Line 3 holds a cell of more than 32,767 characters"):
            read_list(b"id,note\n1,a\n2," + b"x" * 40_000 + b"\n", by_row=by_row)
