"""The event logs of a session: files in a folder of their own, gone with the session, and what they cover."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from app import state
from app.demo_models import DEMOS, SAMPLES
from churn.workspace.access import THIS_MACHINE


class OwnFolder:
    """A folder that is removed when nobody holds it any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="logs-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class LogsInHand:
    """The logs a session works with: whose recipe, where each table's files lie, and whether they are a sample."""

    profile: str
    tables: Mapping[str, str]
    sample: bool = False
    folder: OwnFolder | None = field(
        default=None, repr=False, compare=False
    )  # kept open: the files go when the session goes

    @property
    def asked(self) -> tuple[dict[str, str], str]:
        """What the workspace is asked with."""
        return dict(self.tables), self.profile


def logs(profile: str) -> LogsInHand | None:
    """The logs in hand, if they are of this business."""
    held = st.session_state.get("logs")
    return held if held and held.profile == profile else None


def bring(profile: str, uploads: Mapping[str, Sequence[Any]]) -> None:
    """Lay uploaded files down for the engine, each table in a folder of its own; the server's copy is let go."""
    folder = OwnFolder()
    tables = {}
    for table, files in uploads.items():
        place = folder.path / table
        place.mkdir()
        for number, file in enumerate(files):
            (place / f"{number:05} {Path(file.name).name}").write_bytes(file.getbuffer())
            state.free_upload(file)
        tables[table] = str(place)
    _hold(LogsInHand(profile, tables, folder=folder))


def point_to(profile: str, places: Mapping[str, str]) -> None:
    """Use files where they lie: a file, a folder or a pattern for each table."""
    _hold(LogsInHand(profile, dict(places)))


def take_sample(profile: str) -> None:
    """Take the shipped sample logs of a business."""
    _hold(LogsInHand(profile, sample_logs()[profile], sample=True))


def sample_logs() -> dict[str, dict[str, str]]:
    """The shipped logs, by the business whose recipe reads them."""
    return {d.profile: {t: str(SAMPLES / f) for t, f in d.logs.items()} for d in DEMOS if d.logs}


def on_this_machine() -> bool:
    """Whether the person sits at the machine that runs Holdfast; only then may files be named by their place."""
    return bool(state.who() == THIS_MACHINE)


def let_go() -> None:
    """Forget the logs and what was reckoned from them."""
    for name in ("logs", "outlook", "made from logs", "filling"):
        st.session_state.pop(name, None)


def outlook(held: LogsInHand) -> Any:
    """What the logs cover, reckoned once; the slider then asks nothing of the engine."""
    known, seen = st.session_state.get("outlook", (None, None))
    if known != held:
        seen = state.workspace().logs.outlook(*held.asked)
        st.session_state["outlook"] = (held, seen)
    return seen


def make_list(held: LogsInHand, asked: dict[str, Any]) -> None:
    """Make the customer table and take it in hand."""
    made = state.workspace().logs.make_list(*held.asked, **asked)
    state.take(made.name, made.content)
    st.session_state["made from logs"] = made.summary


def made() -> Any:
    """What is known of the list made from logs, while it is the one in hand."""
    held, found = state.in_hand(), st.session_state.get("made from logs")
    return found if found and held and held.name.endswith(f"-{found.as_of}.parquet") else None


def filling(held: LogsInHand, asked: dict[str, Any]) -> Any:
    """What filling silent days in did when it was tried with these dates; None while it was not."""
    known, found = st.session_state.get("filling", (None, None))
    return found if known == (held, asked) else None


def try_filling(held: LogsInHand, asked: dict[str, Any]) -> None:
    """Try it, and keep the answer."""
    st.session_state["filling"] = ((held, asked), state.workspace().logs.try_filling(*held.asked, **asked))


def _hold(held: LogsInHand) -> None:
    let_go()
    st.session_state["logs"] = held
