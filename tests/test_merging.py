"""Rows written twice are there once."""

import sqlalchemy as sa

from churn.book.merging import AT_ONCE, merge_rows
from churn.book.tables import MAPPINGS, looking, open_book, writing


def row(layout, ours):
    return {"layout": layout, "theirs": "t", "ours": ours, "confirmed": ""}


def test_a_row_of_the_same_key_is_replaced(home):
    book = open_book()
    with writing(book) as connection:
        merge_rows(connection, MAPPINGS, [row("a", "old"), row("b", "x")])
        merge_rows(connection, MAPPINGS, [row("a", "new")])
    with looking(book) as connection:
        found = connection.execute(sa.select(MAPPINGS.c.layout, MAPPINGS.c.ours).order_by(MAPPINGS.c.layout)).all()
    assert found == [("a", "new"), ("b", "x")]


def test_more_rows_than_go_at_once_and_none_at_all(home):
    book = open_book()
    with writing(book) as connection:
        merge_rows(connection, MAPPINGS, (row(str(k), "x") for k in range(AT_ONCE + 1)))
        merge_rows(connection, MAPPINGS, [])
        assert connection.execute(sa.select(sa.func.count()).select_from(MAPPINGS)).scalar() == AT_ONCE + 1


def test_postgresql_gets_the_same_statement():
    from sqlalchemy.dialects import postgresql

    from churn.book.merging import _merging

    said = str(_merging("postgresql", MAPPINGS).compile(dialect=postgresql.dialect()))
    assert "ON CONFLICT (layout, theirs) DO UPDATE SET ours = excluded.ours" in said
