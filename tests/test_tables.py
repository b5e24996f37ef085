"""All of the database's tables stand in one list, and every one of them is made."""

import sqlalchemy as sa

from churn.store.database import looking, open_engine
from churn.store.tables import METADATA


def test_a_new_book_has_every_table_of_the_list(home):
    with looking(open_engine()) as connection:
        assert set(sa.inspect(connection).get_table_names()) == set(METADATA.tables)
