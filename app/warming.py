"""Warming up: what the first click would wait for is brought in while the first screen is being read."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

from churn import Desk
from churn.errors import ChurnError

FIRST_NEEDED = (
    "pandas",
    "pandera.pandas",
    "scipy.optimize",
    "plotly.graph_objects",
    "churn.desk.listing.lists",
    "churn.desk.campaigning.campaigns",
    "churn.showing.charts",
)


def warm_up(desk: Callable[[], Desk]) -> threading.Thread:
    """Bring in, out of everybody's way, the packages and the live models that the first screens ask for."""
    thread = threading.Thread(target=_bring_in, args=(desk,), daemon=True, name="warming")
    thread.start()
    return thread


def _bring_in(desk: Callable[[], Desk]) -> None:
    for name in FIRST_NEEDED:
        import_module(name)
    opened = desk()
    for card in opened.shelf():
        with suppress(ChurnError):  # a damaged model says so when it is asked for
            opened.model(card["name"])
    stay()


def stay() -> None:
    """Spare what is here to stay from being gone through for rubbish, as Streamlit has it done after every click."""
    gc.collect()
    gc.freeze()
