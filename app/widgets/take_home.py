"""Files to take home: made when they are asked for, and nothing is drawn again for it."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import streamlit as st

MIME = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html",
    ".json": "application/json",
}


def download(label: str, name: str, content: Any, *, icon: str = "download", **more: Any) -> None:
    """A file by its name; `content` is its text or bytes, or what makes them."""
    kind = MIME[PurePath(name).suffix]
    st.download_button(
        label, data=content, file_name=name, mime=kind, on_click="ignore", icon=f":material/{icon}:", **more
    )
