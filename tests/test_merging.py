"""Rows written twice are there once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from churn.store.database import AT_ONCE, looking, merge_rows, open_engine, writing
from churn.store.tables import MAPPINGS

pytestmark = pytest.mark.usefixtures("either_book")


def row(layout, ours):
    return {"layout": layout, "theirs": "t", "ours": ours, "confirmed": ""}


def test_a_row_of_the_same_key_is_replaced(home):
    book = open_engine()
    with writing(book) as connection:
        merge_rows(connection, MAPPINGS, [row("a", "old"), row("b", "x")])
        merge_rows(connection, MAPPINGS, [row("a", "new")])
    with looking(book) as connection:
        found = connection.execute(sa.select(MAPPINGS.c.layout, MAPPINGS.c.ours).order_by(MAPPINGS.c.layout)).all()
    assert found == [("a", "new"), ("b", "x")]


def test_more_rows_than_go_at_once_and_none_at_all(home):
    book = open_engine()
    with writing(book) as connection:
        merge_rows(connection, MAPPINGS, (row(str(k), "x") for k in range(AT_ONCE + 1)))
        merge_rows(connection, MAPPINGS, [])
        assert connection.execute(sa.select(sa.func.count()).select_from(MAPPINGS)).scalar() == AT_ONCE + 1


def test_two_writers_of_the_same_rows_in_opposite_orders_both_finish(home):
    open_engine().dispose()

    def write(step):
        book = open_engine()
        for _ in range(5):
            with writing(book) as connection:
                merge_rows(connection, MAPPINGS, [row(f"{k:03}", str(step)) for k in range(500)[::step]])
        book.dispose()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (1, -1)))
    with looking(open_engine()) as connection:
        assert len(set(connection.execute(sa.select(MAPPINGS.c.ours)).scalars())) == 1
