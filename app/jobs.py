"""Long work in a process of its own: it survives a reload, shows how far it is, and can be stopped.

A job is one line of the command line, run with `--json` in a folder of its own under the home. What it says goes to
files there, so any session that knows the job's number, and a restarted server, can read how far it is.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from churn.cli.main import READER, SCREEN
from churn.options import READ, RETRAIN, TRAIN, flags_for
from churn.workspace.access import Principal

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
KEPT_SECONDS = 24 * 3600
FAR_ENOUGH = 0.05  # of the work: before that nothing can be said of how long it takes

State = Literal["running", "done", "refused", "cancelled"]


@dataclass(frozen=True)
class Progress:
    """How far a job is: its share done and what it says, then its answer or why it was refused."""

    state: State
    done: float = 0.0
    text: str = ""
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One piece of long work, known by the name of its folder."""

    folder: Path

    @property
    def number(self) -> str:
        """What the address of a page carries to find the job again."""
        return self.folder.name

    @property
    def title(self) -> str:
        """What it does, in the words it was started with; empty where it is followed on its own screen alone."""
        with suppress(OSError):
            return (self.folder / "title").read_text(encoding="utf-8")
        return ""

    def seconds_left(self, done: float) -> float | None:
        """About how long it still takes, by how far it came since it began; None while that is a guess."""
        with suppress(OSError):
            passed = time.time() - (self.folder / "pid").stat().st_mtime
            return passed * (1 - done) / done if done > FAR_ENOUGH else None
        return None

    def progress(self) -> Progress:
        """How far it is now, read from what it wrote."""
        if (self.folder / "cancelled").exists():
            return Progress("cancelled")
        running = self._is_running()  # asked first: a job that ends in between has written its answer by then
        steps, words = _said(self.folder / "said")
        last = steps[-1] if steps else {}
        if running:
            return Progress("running", last.get("progress", 0.0), last.get("text", ""))
        answer = _object(self.folder / "answer")
        if answer is not None:
            return Progress("done", 1.0, answer=answer)
        return Progress("refused", last.get("progress", 0.0), " ".join(words[-2:]))

    def cancel(self) -> None:
        """Stop it; what it had not finished leaves nothing behind."""
        if self._is_running():
            (self.folder / "cancelled").touch()
            with suppress(ProcessLookupError):
                os.killpg(self._pid(), signal.SIGTERM)

    def forget(self) -> None:
        """Remove the folder, the uploaded list in it included."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _pid(self) -> int:
        return int((self.folder / "pid").read_text())

    def _is_running(self) -> bool:
        try:
            os.kill(self._pid(), 0)
        except (OSError, ValueError):
            return False
        return True


def start_job(
    home: Path,
    words: Sequence[str],
    upload: bytes | None = None,
    suffix: str = ".csv",
    *,
    asked_by: Principal | None = None,
    filename: str = "",
    title: str = "",
) -> Job:
    """Start `python -m churn VERB LIST FLAGS…` in the background, over the uploaded list where there is one.

    words     the verb and its flags; a value is joined to its flag (`--drop=note`), so that it can never be one itself
    asked_by  whose name and rights it works with; this account's where it is None
    title     what it does, to be shown on every screen while it runs
    """
    jobs_folder(home).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    jobs_folder(home).mkdir(mode=0o700, exist_ok=True)
    folder = jobs_folder(home) / uuid4().hex[:12]
    folder.mkdir(mode=0o700)
    uploaded = upload_path(folder, suffix, filename)
    if upload is not None:
        uploaded.write_bytes(upload)
    with (folder / "answer").open("wb") as answer, (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            job_command(home, words, uploaded if upload is not None else None),
            cwd=ROOT,
            env={**os.environ, READER: SCREEN, **(asked_by.to_environment() if asked_by else {})},
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=said,
            start_new_session=True,
        )
    (folder / "title").write_text(title, encoding="utf-8")
    (folder / "pid").write_text(str(process.pid))
    # Without a wait the ended process would stay in the process table and look alive.
    threading.Thread(target=_reap, args=(process, uploaded), daemon=True).start()
    return Job(folder)


def upload_path(folder: Path, suffix: str, filename: str) -> Path:
    """Where the uploaded list is kept: under its own name, by which a model without one is called."""
    stem = "".join(c for c in Path(filename.replace("\\", "/")).name.removesuffix(suffix) if c.isprintable())
    own = folder / "upload"
    own.mkdir()
    return own / f"{stem.strip(' .')[:60] or 'list'}{suffix}"


def job_command(home: Path, words: Sequence[str], uploaded: Path | None) -> list[str]:
    """The command line of a job; an uploaded list stands behind everything that could be a flag."""
    verb, *flags = words
    files = ["--", str(uploaded)] if uploaded is not None else []
    return [sys.executable, "-m", "churn", verb, "--json", f"--home={home}", *flags, *files]


def train_words(options: Mapping[str, object], chosen: Mapping[str, object]) -> list[str]:
    """The command line that trains on the uploaded list with what was said and chosen on screen."""
    name = [f"--name={chosen['name']}"] if chosen.get("name") else []
    return ["train", *flags_for(READ, options), *name, *flags_for(TRAIN, chosen)]


def retrain_words(options: Mapping[str, object], model: str, *, quick: bool = False) -> list[str]:
    """The command line that watches the uploaded list, learns from it and lets only a better version go live."""
    return ["retrain", *flags_for(READ, options), f"--model={model}", *flags_for(RETRAIN, {"quick": quick})]


def find_job(home: Path, number: str) -> Job | None:
    """The job of that number, if it is still known."""
    known = {j.number: j for j in jobs(home)}
    return known.get(number)


def in_background(home: Path) -> tuple[Job, ...]:
    """The jobs that run now and say what they do."""
    return tuple(job for job in jobs(home) if job.title and job.progress().state == "running")


def jobs(home: Path) -> Iterator[Job]:
    """Every job still known; those older than a day are forgotten on the way."""
    for folder in sorted(jobs_folder(home).glob("*")):
        job = Job(folder)
        if time.time() - folder.stat().st_mtime > KEPT_SECONDS and not job._is_running():
            job.forget()
        else:
            yield job


def jobs_folder(home: Path) -> Path:
    """Where jobs keep what they say."""
    return home / "data" / "jobs"


def _reap(process: subprocess.Popen[bytes], uploaded: Path) -> None:
    """Wait for the end and remove the uploaded list: it was needed for this work only."""
    process.wait()
    uploaded.unlink(missing_ok=True)


def _said(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The steps a job reported, and whatever else it wrote (the sentence of a refusal)."""
    steps, words = [], []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []:
        try:
            steps.append(json.loads(line))
        except ValueError:
            words.append(line)
    return steps, words


def _object(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
