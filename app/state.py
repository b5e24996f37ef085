"""What the dashboard remembers: the only file that touches session state and caches.

Rows of a customer list live in the session that brought them and nowhere else; what is shared between
sessions (the desk) holds no rows.
"""

from __future__ import annotations

import streamlit as st

from churn import Desk


@st.cache_resource
def desk() -> Desk:
    """The counter every screen asks, one for the whole process."""
    return Desk()
