"""Any kind of file is gone through in the same way, as often as needed."""

import gzip

import pytest

from churn.errors import ListRefused
from churn.intake.delimited import Record
from churn.intake.grid import ScanOptions, open_grid, records_grid
from churn.intake.sources import open_source
from tests.messy import LIST


def way(**more):
    return ScanOptions(known=lambda text: False, **more)


def rows_of(grid):
    return [tuple(row.values()) for block in grid.blocks() for row in block.table.to_pylist()]


ROWS = [tuple(line.split(",")) for line in LIST.splitlines()[1:]]


@pytest.mark.parametrize("keep", [0, 1 << 20])
def test_a_list_can_be_gone_through_again_kept_or_not(keep):
    grid = open_grid(open_source(gzip.compress(LIST.encode())), way(keep=keep))
    assert rows_of(grid) == rows_of(grid) == ROWS
    assert (grid.kept is not None) is bool(keep)


def test_lines_are_counted_from_the_top_of_the_file():
    grid = open_grid(open_source(f"Report\n\n{LIST}".encode()), way())
    assert [int(n) for block in grid.blocks() for n in block.lines] == [4, 5, 6]


def test_the_end_of_a_file_is_seen_whole_however_it_is_cut():
    text = LIST + "".join(f"B{i},{i},{i}.5\n" for i in range(300)) + "Total,1,2\n"
    for block in (64, 500, 5000):
        grid = open_grid(open_source(text.encode()), way(block=block))
        left = [s for b in grid.blocks() for s in b.set_aside]
        assert [(s.line, s.why) for s in left] == [(305, "it is a totals row, not a customer")]


def test_rows_in_memory_make_a_grid_too():
    records = [Record(3, ("id", "paid")), Record(4, ("A", "5")), Record(5, ("B", "6", "7")), Record(6, ("C", "8"))]
    grid = records_grid(open_source(b"x"), records, way())
    assert rows_of(grid) == [("A", "5"), ("C", "8")]
    assert [s.line for b in grid.blocks() for s in b.set_aside] == [5]


def test_more_rows_than_the_limit_are_refused():
    from churn.intake.sources import Limits

    with pytest.raises(ListRefused, match="more than 2 rows"):
        rows_of(open_grid(open_source(LIST.encode(), limits=Limits(rows=2)), way()))
