"""The demo: models, lists and a measured campaign of made-up customers."""

from __future__ import annotations

import csv
import io
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.jobs import ROOT, Job, start_job
from churn import Workspace
from churn.errors import ChurnError
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample
from churn.training.registry import DEMO
from churn.workspace.campaigns import order_from_choices

SAMPLES = ROOT / "data" / "samples"


@dataclass(frozen=True)
class Demo:
    """A sample business: the list to learn from, or the event logs that make it, and the list to score."""

    name: str  # of its model; it begins so that no list of real customers meets it by itself
    profile: str
    learn: str = ""
    score: str = ""
    logs: dict[str, str] = field(default_factory=dict)
    as_of: str = ""

    @property
    def key(self) -> str:
        """The name without the word that marks it."""
        return self.name.removeprefix(DEMO)


CAMPAIGN = "demo-spring"  # a measured campaign of the first demo business, for the tour to show
CAMPAIGN_ROWS, CAMPAIGN_SEED, SAVED = 2_000, 71, 0.35

DEMOS = (
    Demo("demo-telco", "telco", "telco_customers.csv", "telco_today.csv"),
    Demo("demo-bank", "bank", "bank_customers.csv", "bank_today.csv"),
    Demo("demo-product", "product", "product_users.csv", "product_today.csv"),
    Demo("demo-club", "general", "club_members.csv", "club_today.csv"),
    Demo("demo-shop", "shop", logs={"events": "shop_events.parquet"}, as_of="2026-06-01"),
    Demo(
        "demo-music",
        "music",
        logs={
            "members": "music_members.csv",
            "transactions": "music_transactions.csv",
            "logs": "music_logs.parquet",
        },
        as_of="2026-05-01",
    ),
)


def missing_demos(workspace: Workspace) -> tuple[Demo, ...]:
    """The demos whose model is not there yet."""
    known = {card["name"] for card in workspace.models.list()}
    return tuple(demo for demo in DEMOS if demo.name not in known)


def make_in_background(home: Path) -> None:
    """Make the missing demo models, one after the other, while the dashboard is already in use."""
    threading.Thread(target=_make_all, args=(home,), daemon=True, name="demos").start()


def _make_all(home: Path) -> None:
    missing = missing_demos(Workspace(home))
    for number, demo in enumerate(missing, start=1):
        _say(f"Making demo model {number} of {len(missing)}: {demo.name} …")
        for problem in _make(demo, home):
            _say(f"The demo model {demo.name} could not be made: {problem}")
        _measure_if_possible(home)
    if missing:
        _say("The demo models are ready.")
    else:
        _measure_if_possible(home)


def _measure_if_possible(home: Path) -> None:
    """Measure the tour's campaign as soon as its model is there: later it would change numbers already shown."""
    with suppress(ChurnError):  # the tour shows what there is
        measure_campaign(home)


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


def measure_campaign(home: Path) -> None:
    """A campaign of the first demo business that was sent and came back, once; its customers are on no other list."""
    workspace, name = Workspace(home), DEMOS[0].name
    if name not in {card["name"] for card in workspace.models.list()} or CAMPAIGN in {
        c.record.campaign for c in workspace.campaigns.list()
    }:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spring.csv"
        made = make_sample(DEMOS[0].profile, rows=CAMPAIGN_ROWS, seed=CAMPAIGN_SEED)
        write_sample(made.later(CAMPAIGN_ROWS), path)
        ranked = workspace.lists.score(path, model=name)
    planned = workspace.campaigns.plan(ranked, order_from_choices(holdout_percent=20.0, name=CAMPAIGN))
    _, content = workspace.campaigns.export_bytes(planned)
    workspace.campaigns.measure(_came_back(content), CAMPAIGN, filename="outcomes.csv")


def _came_back(campaign: bytes) -> bytes:
    """What became of the customers of a campaign: drawn by their probability, lower by a share for the treated."""
    rows = list(csv.DictReader(io.StringIO(campaign.decode("utf-8-sig"))))
    draw, key = random.Random(CAMPAIGN_SEED), next(iter(rows[0]))
    told = [f"{key},Churn"]
    for row in rows:
        risk = float(row["probability"]) * (1 - SAVED * (row["arm"] == "treat"))
        told.append(f"{row[key]},{'Yes' if draw.random() < risk else 'No'}")
    return ("\n".join(told) + "\n").encode()


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
