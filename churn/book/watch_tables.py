"""The book's tables of watched lists; `tables` brings a book to the step at which they are made."""

from __future__ import annotations

import sqlalchemy as sa

from churn.book.all_tables import METADATA

WATCHED = sa.Table(
    "watched",
    METADATA,
    *(sa.Column(name, sa.String(64), primary_key=True) for name in ("list", "model", "version")),
    sa.Column("at", sa.String(32), nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "verdict", "why", "challenger")),
    *(
        sa.Column(name, sa.Text, nullable=False)
        for name in ("signs", "scores", "gauges", "report", "shadow", "realised")
    ),
    sa.Column("customers", sa.BigInteger, nullable=False),
)
WATCHED_CUSTOMERS = sa.Table(
    "watched_customers",
    METADATA,
    *(sa.Column(name, sa.String(64), primary_key=True) for name in ("list", "model", "version")),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("probability", sa.Double, nullable=False),
    *(sa.Column(name, sa.Double) for name in ("challenger", "if_leaves", "if_stays")),
    *(sa.Column(name, sa.Integer) for name in ("served", "outcome")),
    sa.Index("watched_customers_by_key", "key"),
)


def make_watch_tables(connection: sa.Connection) -> None:
    """Make the tables where they are not there yet."""
    for table in (WATCHED, WATCHED_CUSTOMERS):
        table.create(connection, checkfirst=True)
