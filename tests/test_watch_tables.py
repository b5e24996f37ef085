"""The tables of watched lists are made once, in a book that is there already."""

import sqlalchemy as sa

from churn.book.tables import looking, open_book, writing
from churn.book.watch_tables import make_watch_tables


def test_a_book_has_the_tables_of_watched_lists(home):
    with looking(open_book()) as connection:
        assert {"watched", "watched_customers"} <= set(sa.inspect(connection).get_table_names())


def test_making_them_again_changes_nothing(home):
    with writing(open_book()) as connection:
        make_watch_tables(connection)
