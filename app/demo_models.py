"""The demo models: one for each sample business, made in the background the first time the front door opens."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.jobs import ROOT, Job, start_job
from churn import Desk

SAMPLES = ROOT / "data" / "samples"


@dataclass(frozen=True)
class Demo:
    """A sample business: the list to learn from, or the event logs that make it, and the list to score."""

    name: str
    profile: str
    learn: str = ""
    score: str = ""
    logs: dict[str, str] = field(default_factory=dict)
    as_of: str = ""


DEMOS = (
    Demo("telco", "telco", "telco_customers.csv", "telco_today.csv"),
    Demo("bank", "bank", "bank_customers.csv", "bank_today.csv"),
    Demo("product", "product", "product_users.csv", "product_today.csv"),
    Demo("club", "general", "club_members.csv", "club_today.csv"),
    Demo("shop", "shop", logs={"events": "shop_events.parquet"}, as_of="2026-06-01"),
    Demo(
        "music",
        "music",
        logs={
            "members": "music_members.csv",
            "transactions": "music_transactions.csv",
            "logs": "music_logs.parquet",
        },
        as_of="2026-05-01",
    ),
)


def missing_demos(desk: Desk) -> tuple[Demo, ...]:
    """The demos whose model is not there yet."""
    known = {card["name"] for card in desk.shelf()}
    return tuple(demo for demo in DEMOS if demo.name not in known)


def make_in_background(home: Path) -> None:
    """Make the missing demo models, one after the other, while the dashboard is already in use."""
    threading.Thread(target=_make_all, args=(home,), daemon=True, name="demos").start()


def _make_all(home: Path) -> None:
    missing = missing_demos(Desk(home))
    for number, demo in enumerate(missing, start=1):
        _say(f"Making demo model {number} of {len(missing)}: {demo.name} …")
        for problem in _make(demo, home):
            _say(f"The demo model {demo.name} could not be made: {problem}")
    if missing:
        _say("The demo models are ready.")


def _make(demo: Demo, home: Path) -> Iterator[str]:
    """Train one demo quickly, from its list or its logs; yields what went wrong, if anything."""
    with tempfile.TemporaryDirectory() as folder:
        learn = str(SAMPLES / demo.learn)
        if demo.logs:
            learn = str(Path(folder) / f"{demo.name}.parquet")
            done = subprocess.run(_summarise(demo, learn), cwd=ROOT, capture_output=True, text=True)
            if done.returncode:
                yield done.stderr.strip()
                return
        words = ["train", f"--profile={demo.profile}", f"--name={demo.name}", "--quick", "--", learn]
        said = _finished(start_job(home, words))
        if said:
            yield said


def _summarise(demo: Demo, output: str) -> list[str]:
    tables = [f"{name}={SAMPLES / file}" for name, file in demo.logs.items()]
    asked = ["--recipe", demo.profile, "--as-of", demo.as_of, "--horizon", "30", "-o", output]
    return [sys.executable, "-m", "churn", "summarise", *tables, *asked]


def _finished(job: Job) -> str:
    """Wait for a job; why it was refused, or nothing."""
    while (now := job.progress()).state == "running":
        time.sleep(0.3)
    job.forget()
    return now.text if now.state == "refused" else ""


def _say(text: str) -> None:
    print(text, flush=True)
