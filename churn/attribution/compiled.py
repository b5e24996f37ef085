"""The same additions as machine code, for very long lists; needs the optional numba."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np

Core = Literal["numpy", "numba"]
WORTHWHILE = 3_000_000  # customers; below this, starting numba costs more than it saves
_ROWS = 512  # customers at a time, so that a table stays near while all of them ask it


def core_for(rows: int | None) -> Core:
    """The faster way for a list of so many customers; `numba` only where it is installed."""
    return "numba" if rows is not None and rows >= WORTHWHILE and find_spec("numba") else "numpy"


def add_credits(totals: np.ndarray, cells: np.ndarray, *tables: np.ndarray) -> None:
    """Add every table's credits to `totals` (columns, customers), in the order NumPy would."""
    _machine_code()(totals, cells, *tables)


@cache
def _machine_code() -> Any:
    from numba import njit

    try:
        return njit(cache=True, nogil=True)(_add_credits)
    except RuntimeError:  # no folder to keep the machine code in
        return njit(nogil=True)(_add_credits)


def _add_credits(totals, cells, starts, columns, step_starts, steps, credit_starts, credits):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    rows = cells.shape[1]
    state = np.empty(_ROWS, np.uint16)
    for first in range(0, rows, _ROWS):
        many = min(_ROWS, rows - first)
        for table in range(len(starts) - 1):
            state[:] = 0
            for slot in range(starts[table], starts[table + 1]):
                add = steps[step_starts[slot] : step_starts[slot + 1]]
                cell = cells[columns[slot], first : first + many]
                for i in range(many):
                    state[i] += add[cell[i]]
            for slot in range(starts[table], starts[table + 1]):
                add = credits[credit_starts[slot] : credit_starts[slot + 1]]
                total = totals[columns[slot], first : first + many]
                for i in range(many):
                    total[i] += add[state[i]]
