"""Warming up: what the first click would wait for is brought in while the first screen is being read."""

from __future__ import annotations

import gc
import inspect
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

from churn import Workspace
from churn.errors import ChurnError

FIRST_NEEDED = (
    "pandas",
    "pandera.pandas",
    "scipy.optimize",
    "plotly.graph_objects",
    "churn.workspace.lists",
    "churn.workspace.campaigns",
    "churn.reports.charts",
)
TIDIED = 5.0  # seconds; ten people's clicks came to a fifteenth of the work when it was done after each


def warm_up(workspace: Callable[[], Workspace]) -> threading.Thread:
    """Bring in, out of everybody's way, the packages and the live models that the first screens ask for."""
    thread = threading.Thread(target=_bring_in, args=(workspace,), daemon=True, name="warming")
    thread.start()
    return thread


def _bring_in(workspace: Callable[[], Workspace]) -> None:
    for name in FIRST_NEEDED:
        import_module(name)
    opened = workspace()
    for card in opened.models.list():
        with suppress(ChurnError):  # a damaged model says so when it is asked for
            opened.models.get(card["name"])
    # With its first widget Streamlit asks who called it, for which Python goes through the files of all modules once.
    inspect.stack()
    stay()


def stay() -> None:
    """Spare what is here to stay from being gone through for rubbish again and again."""
    gc.collect()
    gc.freeze()


def keep_tidy(every: float = TIDIED) -> threading.Event:
    """Have rubbish cleared away now and then while people are at work, until told that it is over."""
    over = threading.Event()
    threading.Thread(target=_tidied, args=(every, over), daemon=True, name="tidying").start()
    return over


def _tidied(every: float, over: threading.Event) -> None:
    seen = -1
    while not over.wait(every):
        # Python goes through the youngest objects by itself when many were made: else the server was idle.
        made = gc.get_stats()[0]["collections"]
        if made > seen:
            gc.collect()
            seen = made
