"""Every room's tables are in one list, so that nothing that names a customer is overlooked."""

from churn.book import tables, watch_tables
from churn.book.all_tables import METADATA


def test_every_room_adds_to_the_same_list():
    assert tables.MEMBERS.metadata is watch_tables.WATCHED.metadata is METADATA
