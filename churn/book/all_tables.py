"""The one list of all the book's tables, whichever room states them."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
