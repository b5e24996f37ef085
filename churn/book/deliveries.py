"""What was sent outside: each message is claimed, sent and noted, so that sending again sends nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal
from uuid import uuid4

import sqlalchemy as sa

from churn.book.connections import writing
from churn.book.merging import insert_missing, merge_rows
from churn.book.tables import DELIVERIES

SENDING, DELIVERED = "sending", "delivered"
STALE = timedelta(minutes=10)  # longer than all tries of one message together

Claim = Literal["ours", "another's", "delivered"]


def claim(engine: sa.Engine, address: str, key: str) -> Claim:
    """Take a message to an address: `ours` to send, `delivered` before, or `another's` who is sending it just now.

    The claim of a sender that was killed is free again after some minutes.
    """
    mine = _row(address, key, SENDING)
    with writing(engine) as connection:
        # Writing first makes a second sender of the same message wait here, on any database.
        insert_missing(connection, DELIVERIES, mine)
        query = sa.select(DELIVERIES).where(_is(address, key)).with_for_update()
        found = connection.execute(query).mappings().one()
        if found["state"] == DELIVERED:
            return "delivered"
        if found["sender"] != mine["sender"] and found["moment"] > _moment(datetime.now(UTC) - STALE):
            return "another's"
        merge_rows(connection, DELIVERIES, [mine])
    return "ours"


def note_delivered(engine: sa.Engine, address: str, key: str) -> None:
    """Keep that a message has arrived."""
    with writing(engine) as connection:
        merge_rows(connection, DELIVERIES, [_row(address, key, DELIVERED)])


def give_up(engine: sa.Engine, address: str, key: str) -> None:
    """Let go of a message that could not be delivered, so that anybody can try again at once."""
    with writing(engine) as connection:
        connection.execute(DELIVERIES.delete().where(_is(address, key)))


def _row(address: str, key: str, state: str) -> dict[str, str]:
    # The address may hold a token of the receiver's, and the message's key stands for its content: neither is kept.
    moment = _moment(datetime.now(UTC))
    return {"message": _message(address, key), "state": state, "sender": uuid4().hex, "moment": moment}


def _is(address: str, key: str) -> sa.ColumnElement[bool]:
    return DELIVERIES.c.message == _message(address, key)


def _message(address: str, key: str) -> str:
    return sha256(f"{address} {key}".encode()).hexdigest()


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
