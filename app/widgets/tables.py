"""Tables on screen: a dash where nothing is known, short ones whole, and lines to wrap where words are long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

NOTHING = "–"
WRAPPING = (
    66  # pixels of a row from which Streamlit lets words wrap; on a telephone figures keep their room beside them
)
WHOLE = 15  # rows up to which a table is shown without a bar to scroll it by


def table(
    data: Any, columns: Mapping[str, Any] | None = None, *, alt: str, long_words: bool = False, **more: Any
) -> Any:
    """A table to look at; `long_words` lets words wrap. Answers what was selected, where that was asked for."""
    return st.dataframe(
        data,
        hide_index=True,
        column_config=columns,
        alt=alt,
        placeholder=NOTHING,
        row_height=WRAPPING if long_words else None,
        height="content" if rows_of(data) <= WHOLE else "auto",
        **more,
    )


def rows_of(data: Any) -> int:
    """How many rows the table has."""
    return len(next(iter(data.values()), ())) if isinstance(data, Mapping) else len(data)
