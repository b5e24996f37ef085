"""Versions: a model becomes an immutable folder that is either whole or not there.

models/<name>/<version>/model.json      the model in words, and under `files` the sha256 and size of every other file
                        explainer.npz   the exact tables
                        answers.npz     what the libraries themselves answered for some encoded customers
                        library.npz     the libraries' own models, opened by `models verify` alone
                        reference.npz   what the learnt list looked like
                        report/*.html   the model card and its plots
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from churn.attribution.agreement import TOLERANCE, answers_from
from churn.attribution.blend import explainer_from
from churn.errors import Damaged, NotFound, RequestRefused, Unavailable
from churn.files import TEMPORARY, bytes_checked, checked_name, read_json, write_json
from churn.learning.versions.model import Model, model_from

FOLDER = "models"
MANIFEST = "model.json"
ANSWERS, LIBRARY = "answers.npz", "library.npz"
ABANDONED_AFTER = 24 * 3600  # seconds after which a half-written version is taken to be a dead writer's


@dataclass(frozen=True)
class Version:
    """One saved version: where it is and what its manifest says; nothing else of it has been opened."""

    folder: Path
    words: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The model's name."""
        return self.words["name"]

    @property
    def version(self) -> str:
        """The version's name, v1, v2, …"""
        return self.words["version"]

    @property
    def reports(self) -> dict[str, Path]:
        """The version's own pages by file name."""
        return {Path(f).name: self.folder / f for f in self.words["files"] if f.startswith("report/")}


def save(home: Path, model: Model, *, pages: Mapping[str, str] | None = None) -> Model:
    """Save a model as the next version of its name, whole or not at all; returns it with its version."""
    shelf = home / FOLDER / checked_name(model.name, "model name")
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        _sweep(shelf)
        unfinished = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=shelf))
    except OSError as problem:
        raise _unwritable(shelf, problem) from problem
    try:
        return _placed(shelf, unfinished, model, pages or {})
    except OSError as problem:
        raise _unwritable(shelf, problem) from problem
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def load(home: Path, name: str, version: str) -> Model:
    """Read a version back; every file is compared with its sha256 before anything in it is opened.

    The tables must say what the libraries said when the version was saved; no library is imported for that.
    """
    found = version_of(home, name, version)
    explainer = explainer_from(opened_part(found, "explainer.npz"))
    if ANSWERS in found.words["files"] and explainer.way == "tables":
        _refuse_difference(found, answers_from(opened_part(found, ANSWERS)).differ_from(explainer))
    return model_from(found.words, explainer, opened_part(found, "reference.npz"))


def opened_part(found: Version, file: str) -> dict[str, np.ndarray]:
    """The arrays of one file of a version, only as they were written."""
    return _arrays(_checked(found, file))


def version_of(home: Path, name: str, version: str) -> Version:
    """One version by name, its manifest checked; the rest of it stays closed."""
    folder = home / FOLDER / checked_name(name, "model name") / checked_name(version, "version")
    if not (folder / MANIFEST).is_file():
        known = ", ".join(versions(home, name)) or "none"
        raise NotFound(f"There is no version {version} of {name}.", f"There are: {known}.")
    words = read_json(folder / MANIFEST)
    if not isinstance(words, dict) or words.get("digest") != _digest(words) or words.get("version") != version:
        raise Damaged(f"{MANIFEST} of {name} {version} was changed.", "Roll back to another version, or train again.")
    if words["name"] != name:
        raise Damaged(f"{name} {version} belongs to {words['name']}.", "Put the folder back, or train again.")
    return Version(folder, words)


def page(found: Version, file: str) -> bytes:
    """A page of a version's report, only as it was written."""
    if file not in found.reports:
        raise NotFound(f"There is no page {file!r}.", f"There are: {', '.join(sorted(found.reports)) or 'none'}.")
    return _checked(found, f"report/{file}")


def versions(home: Path, name: str) -> tuple[str, ...]:
    """The versions of a name, the oldest first."""
    try:
        folders = [f.parent.name for f in (home / FOLDER / checked_name(name, "model name")).glob(f"v*/{MANIFEST}")]
    except FileNotFoundError:  # the folder went while it was gone through, which is as if it had never been
        return ()
    return tuple(sorted(filter(_number, folders), key=_number))


def names(home: Path) -> tuple[str, ...]:
    """The names that have at least one version."""
    root = home / FOLDER
    folders = sorted(p.name for p in root.iterdir() if p.is_dir()) if root.is_dir() else []
    return tuple(n for n in folders if not n.startswith(".") and _is_name(n) and versions(home, n))


def damage(home: Path, name: str, version: str) -> tuple[str, ...]:
    """What is wrong with a version's files, one sentence each; empty when every file is as it was written."""
    try:
        found = version_of(home, name, version)
    except Damaged as problem:
        return (problem.message,)
    wrong = []
    for file in found.words["files"]:
        try:
            _checked(found, file)
        except Damaged as problem:
            wrong.append(problem.message)
    return tuple(wrong)


def remove(home: Path, name: str, version: str) -> None:
    """Take a version off the shelf for good; readers see it whole or not at all."""
    folder = version_of(home, name, version).folder
    gone = folder.with_name(f"{TEMPORARY}{folder.name}-{os.getpid()}")
    folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _placed(shelf: Path, unfinished: Path, model: Model, pages: Mapping[str, str]) -> Model:
    """Write everything into the unfinished folder, then give it the next free number by renaming."""
    parts = {
        "explainer.npz": _npz(model.explainer.to_arrays()),  # type: ignore[attr-defined]
        "reference.npz": _npz(model.reference.arrays()),
    }
    if model.proof:
        parts |= {ANSWERS: _npz(model.proof.answers.to_arrays()), LIBRARY: _npz(model.proof.library.to_arrays())}
    explained = {"explained_by": _explained_by(model)}
    parts |= {f"report/{checked_name(n, 'page name')}": text.encode() for n, text in pages.items()}
    for file, content in parts.items():
        _write(unfinished / file, content)
    files = {f: {"sha256": hashlib.sha256(c).hexdigest(), "bytes": len(c)} for f, c in parts.items()}
    while True:
        named = model.named(model.name, _next_free(shelf))
        saved = datetime.now(UTC).isoformat(timespec="seconds")
        words = named.as_json() | explained | {"files": files, "saved": saved}
        write_json(unfinished / MANIFEST, words | {"digest": _digest(words)})
        if _renamed(unfinished, shelf / named.version):
            return named


def _explained_by(model: Model) -> dict[str, Any]:
    """Whether tables or libraries explain the scores, and how far that is from the libraries' own account."""
    explainer: Any = model.explainer
    words = {"way": explainer.way, "libraries": list(explainer.libraries_needed), "largest_difference": None}
    if model.proof is None:
        return words
    difference = model.proof.answers.differ_from(explainer)
    if not difference <= TOLERANCE:
        raise RuntimeError(f"The explanation differs from the libraries by {difference:.2g} in log-odds.")
    return words | {"largest_difference": difference}


def _refuse_difference(found: Version, difference: float) -> None:
    if not difference <= TOLERANCE:
        text = f"The tables of {found.name} {found.version} differ from the libraries by {difference:.1e} in log-odds."
        raise Damaged(text, "Roll back to another version, or train again.")


def _renamed(unfinished: Path, target: Path) -> bool:
    """Whether the folder took its number; a folder already there and filled is never replaced."""
    try:
        unfinished.rename(target)
    except OSError:
        if target.exists():
            return False
        raise
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return True


def _next_free(shelf: Path) -> str:
    return f"v{max((_number(p.name) for p in shelf.iterdir()), default=0) + 1}"


def _number(version: str) -> int:
    return int(version[1:]) if version[:1] == "v" and version[1:].isdigit() else 0


def _is_name(name: str) -> bool:
    try:
        return bool(checked_name(name))
    except RequestRefused:
        return False


def _digest(words: Mapping[str, Any]) -> str:
    """The fingerprint of a manifest, its own digest left out."""
    kept = {k: v for k, v in words.items() if k != "digest"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _checked(found: Version, file: str) -> bytes:
    return bytes_checked(found.folder / file, found.words["files"][file]["sha256"])


def _npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    named: dict[str, Any] = dict(arrays)
    np.savez(buffer, **named)
    return buffer.getvalue()


def _arrays(content: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(content), allow_pickle=False) as read:
        return {name: read[name] for name in read.files}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sweep(shelf: Path) -> None:
    """Remove what killed writers left behind, once nobody can still be writing it."""
    now = datetime.now(UTC).timestamp()
    for left in shelf.glob(f"{TEMPORARY}*"):
        if now - left.stat().st_mtime > ABANDONED_AFTER:
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _unwritable(shelf: Path, problem: OSError) -> Unavailable:
    return Unavailable(
        f"The model could not be saved in {shelf.name}: {problem.strerror or problem}.",
        "Nothing was changed. Free some space or choose another home, then train again.",
    )
