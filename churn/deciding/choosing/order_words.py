"""An order as it is said in words, the same on the command line and over HTTP: CHANNEL=N, COL=VALUE:N."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from churn.deciding.choosing.ordering import Order
from churn.errors import RequestRefused
from churn.intake.understanding.asking import pair_of

Texts = Sequence[str]


def order_said(*, capacity: Texts = (), at_least: Texts = (), at_most: Texts = (), **words: Any) -> Order:
    """The order these words make; `words` are its other fields."""
    return Order(
        capacity=dict(_channel(text) for text in capacity),
        at_least=dict(_segment(text) for text in at_least),
        at_most=dict(_segment(text) for text in at_most),
        **words,
    )


def _channel(text: str) -> tuple[str, int]:
    channel, number = pair_of(text, "CHANNEL=N")
    return channel, _whole(number, "capacity")


def _segment(text: str) -> tuple[tuple[str, str], int]:
    pair, mark, number = text.rpartition(":")
    if not mark:
        raise RequestRefused(f"{text!r} does not say how many.", "Write it as COL=VALUE:N.")
    return pair_of(pair, "COL=VALUE:N"), _whole(number, f"limit for {pair}")


def _whole(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RequestRefused(f"The {what} is {text!r}.", "Give a whole number, 0 or more.") from None
