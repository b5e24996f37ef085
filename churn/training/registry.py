"""The registry: every version of a model is an immutable folder that is complete or not there; one is live.

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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from churn.errors import ChurnError, Damaged, NotFound, RequestRefused, Unavailable
from churn.explain.explainer import TOLERANCE, explainer_from, library_answers_from, proof_from
from churn.files import NAME, TEMPORARY, bytes_checked, checked_name, read_json, write_json
from churn.notices import Notice
from churn.training.model import Model, model_from

FOLDER = "models"
MANIFEST = "model.json"
ANSWERS, LIBRARY = "answers.npz", "library.npz"
DEMO, OF_DEMO = "demo-", "(demo)"  # how the names of the demo's models begin, and how their titles end
ABANDONED_AFTER = 24 * 3600  # seconds after which a half-written version is taken to be a dead writer's


@dataclass(frozen=True)
class Version:
    """One saved version: where it is and what its manifest says; nothing else of it has been opened."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The model's name."""
        return self.manifest["name"]

    @property
    def version(self) -> str:
        """The version's name, v1, v2, …"""
        return self.manifest["version"]

    @property
    def reports(self) -> dict[str, Path]:
        """The version's own pages by file name."""
        return {Path(f).name: self.folder / f for f in self.manifest["files"] if f.startswith("report/")}


def save(home: Path, model: Model, *, pages: Mapping[str, str] | None = None) -> Model:
    """Save a model as the next version of its name, whole or not at all; returns it with its version."""
    versions_folder = home / FOLDER / checked_name(model.name, "model name")
    try:
        versions_folder.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(versions_folder)
        unfinished = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=versions_folder))
    except OSError as problem:
        raise _cannot_write(versions_folder, problem) from problem
    try:
        return _write_version(versions_folder, unfinished, model, pages or {})
    except OSError as problem:
        raise _cannot_write(versions_folder, problem) from problem
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def load(home: Path, name: str, version: str) -> Model:
    """Read a version back; every file is compared with its sha256 before anything in it is opened.

    The tables must say what the libraries said when the version was saved; no library is imported for that.
    """
    saved = find_version(home, name, version)
    explainer = explainer_from(read_part(saved, "explainer.npz"))
    if ANSWERS in saved.manifest["files"] and explainer.way == "tables":
        _refuse_difference(saved, library_answers_from(read_part(saved, ANSWERS)).max_difference(explainer))
    return model_from(saved.manifest, explainer, read_part(saved, "reference.npz"))


def read_part(version: Version, file: str) -> dict[str, np.ndarray]:
    """The arrays of one file of a version, only as they were written."""
    return _from_npz(_read_checked(version, file))


def find_version(home: Path, name: str, version: str) -> Version:
    """One version by name, its manifest checked; the rest of it stays closed."""
    folder = home / FOLDER / checked_name(name, "model name") / checked_name(version, "version")
    if not (folder / MANIFEST).is_file():
        known = ", ".join(versions(home, name)) or "none"
        raise NotFound(f"There is no version {version} of {name}.", f"There are: {known}.")
    words = read_json(folder / MANIFEST)
    if not isinstance(words, dict) or words.get("digest") != _manifest_digest(words) or words.get("version") != version:
        raise Damaged(f"{MANIFEST} of {name} {version} was changed.", "Roll back to another version, or train again.")
    if words["name"] != name:
        raise Damaged(f"{name} {version} belongs to {words['name']}.", "Put the folder back, or train again.")
    return Version(folder, words)


def read_page(version: Version, file: str) -> bytes:
    """A page of a version's report, only as it was written."""
    if file not in version.reports:
        raise NotFound(f"There is no page {file!r}.", f"There are: {', '.join(sorted(version.reports)) or 'none'}.")
    return _read_checked(version, f"report/{file}")


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


def find_damage(home: Path, name: str, version: str) -> tuple[str, ...]:
    """What is wrong with a version's files, one sentence each; empty when every file is as it was written."""
    try:
        saved = find_version(home, name, version)
    except Damaged as problem:
        return (problem.message,)
    wrong = []
    for file in saved.manifest["files"]:
        try:
            _read_checked(saved, file)
        except Damaged as problem:
            wrong.append(problem.message)
    return tuple(wrong)


def remove(home: Path, name: str, version: str) -> None:
    """Delete a version for good; readers see it complete or not at all."""
    folder = find_version(home, name, version).folder
    gone = folder.with_name(f"{TEMPORARY}{folder.name}-{os.getpid()}")
    folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _write_version(versions_folder: Path, unfinished: Path, model: Model, pages: Mapping[str, str]) -> Model:
    """Write everything into the unfinished folder, then give it the next free number by renaming."""
    parts = {
        "explainer.npz": _to_npz(model.explainer.to_arrays()),
        "reference.npz": _to_npz(model.reference.arrays()),
    }
    if model.proof:
        parts |= {ANSWERS: _to_npz(model.proof.answers.to_arrays()), LIBRARY: _to_npz(model.proof.library.to_arrays())}
    explained = {"explained_by": _explained_by(model)}
    parts |= {f"report/{checked_name(n, 'page name')}": text.encode() for n, text in pages.items()}
    for file, content in parts.items():
        _write_synced(unfinished / file, content)
    files = {f: {"sha256": hashlib.sha256(c).hexdigest(), "bytes": len(c)} for f, c in parts.items()}
    while True:
        named = model.renamed(model.name, _next_version(versions_folder))
        saved = datetime.now(UTC).isoformat(timespec="seconds")
        words = named.as_json() | explained | {"files": files, "saved": saved}
        write_json(unfinished / MANIFEST, words | {"digest": _manifest_digest(words)})
        if _try_rename(unfinished, versions_folder / named.version):
            return named


def _explained_by(model: Model) -> dict[str, Any]:
    """Whether tables or libraries explain the scores, and how far that is from the libraries' own account."""
    explainer = model.explainer
    words: dict[str, Any] = {
        "way": explainer.way,
        "libraries": list(explainer.libraries_needed),
        "largest_difference": None,
    }
    if model.proof is None:
        return words
    difference = model.proof.answers.max_difference(explainer)
    if not difference <= TOLERANCE:
        raise RuntimeError(f"The explanation differs from the libraries by {difference:.2g} in log-odds.")
    return words | {"largest_difference": difference}


def _refuse_difference(version: Version, difference: float) -> None:
    if not difference <= TOLERANCE:
        text = (
            f"The tables of {version.name} {version.version} differ from the libraries by {difference:.1e} in log-odds."
        )
        raise Damaged(text, "Roll back to another version, or train again.")


def _try_rename(unfinished: Path, target: Path) -> bool:
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


def _next_version(versions_folder: Path) -> str:
    return f"v{max((_number(p.name) for p in versions_folder.iterdir()), default=0) + 1}"


def _number(version: str) -> int:
    return int(version[1:]) if version[:1] == "v" and version[1:].isdigit() else 0


def _is_name(name: str) -> bool:
    try:
        return bool(checked_name(name))
    except RequestRefused:
        return False


def _manifest_digest(words: Mapping[str, Any]) -> str:
    """The fingerprint of a manifest, its own digest left out."""
    kept = {k: v for k, v in words.items() if k != "digest"}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _read_checked(version: Version, file: str) -> bytes:
    return bytes_checked(version.folder / file, version.manifest["files"][file]["sha256"])


def _to_npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    named: dict[str, Any] = dict(arrays)
    np.savez(buffer, **named)
    return buffer.getvalue()


def _from_npz(content: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(content), allow_pickle=False) as read:
        return {name: read[name] for name in read.files}


def _write_synced(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _remove_abandoned(versions_folder: Path) -> None:
    """Remove what killed writers left behind, once nobody can still be writing it."""
    now = datetime.now(UTC).timestamp()
    for left in versions_folder.glob(f"{TEMPORARY}*"):
        if now - left.stat().st_mtime > ABANDONED_AFTER:
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _cannot_write(versions_folder: Path, problem: OSError) -> Unavailable:
    return Unavailable(
        f"The model could not be saved in {versions_folder.name}: {problem.strerror or problem}.",
        "Nothing was changed. Free some space or choose another home, then train again.",
    )


# Verification: are all files unchanged, and do the tables still agree with the libraries?


@dataclass(frozen=True)
class Verification:
    """The result of verifying a version.

    faults      what is wrong, one sentence each; empty when nothing is
    way         how its scores are explained: `tables`, `library`, or both together
    difference  the largest difference from the libraries' own contributions, in log-odds; None when not asked
    """

    faults: tuple[str, ...]
    way: str = ""
    difference: float | None = None

    @property
    def words(self) -> str:
        """The result in a sentence."""
        if self.faults:
            return "; ".join(self.faults)
        if self.difference is None:
            return "every file is as it was written; it was saved before the libraries' own models were kept beside it"
        what = "the tables say what the libraries say" if self.way == "tables" else f"explained by {self.way}, exactly"
        return f"every file is as it was written; {what} (largest difference {self.difference:.1e})"


def verify(home: Path, name: str, version: str) -> Verification:
    """Compare every file with its sha256, then the explanation with what the libraries installed here answer now."""
    wrong = find_damage(home, name, version)
    if wrong:
        return Verification(wrong)
    saved = find_version(home, name, version)
    explainer = explainer_from(read_part(saved, "explainer.npz"))
    if not {LIBRARY, ANSWERS} <= set(saved.manifest["files"]):
        return Verification((), explainer.way)
    proof = proof_from(read_part(saved, LIBRARY), read_part(saved, ANSWERS))
    now, then = proof.recomputed().answers.max_difference(explainer), proof.answers.max_difference(explainer)
    return Verification(_faults(now, then), explainer.way, max(now, then))


def _faults(now: float, then: float) -> tuple[str, ...]:
    checks: list[tuple[float, str]] = [
        (then, "the libraries' stored answers"),
        (now, "what the libraries installed here answer"),
    ]
    return tuple(
        f"The explanation differs from {what} by {d:.1e} in log-odds." for d, what in checks if not d <= TOLERANCE
    )


# Turns: work on a model that only one process may do at a time, such as training it again and letting it go live.


@contextmanager
def model_lock(home: Path, name: str, work: str, *, wait: bool = False) -> Iterator[None]:
    """Hold a model's turn at some work; where another process has it, wait for it, or refuse at once.

    The system lets go of it when its holder ends or is killed, so nothing has to be tidied up.
    """
    folder = home / FOLDER / checked_name(name, "model name")
    if not folder.is_dir():
        raise NotFound(f"There is no model {name}.", "Train it first.")
    lock = folder / f".{checked_name(work, 'work')}"
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as problem:
        raise Unavailable(
            f"{name} cannot be locked for a {work}: {problem.strerror or problem}.",
            "Nothing was changed. Free some space or ask for write access to the folder of models, then try again.",
        ) from problem
    try:
        if not _try_lock(handle, wait):
            raise Unavailable(f"Another {work} of {name} is running.", "Wait until it has ended.")
        yield
    finally:
        os.close(handle)


def _try_lock(handle: int, wait: bool) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows has a lock of its own
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


# Promotions: which version of a model is live, since when and why, and the way back.


POINTER = "champion.json"


@dataclass(frozen=True)
class Promotion:
    """One entry of a model's history: which version went live, when, why, and how.

    number  counts the entries of the name, so that two writers never make the same one
    """

    number: int
    version: str
    since: str
    why: str
    act: str


def champion(home: Path, name: str) -> Promotion | None:
    """Which version of a name is live; None when none was ever promoted."""
    past = history(home, name)
    return past[-1] if past else None


def history(home: Path, name: str) -> tuple[Promotion, ...]:
    """Every promotion and roll-back of a name, the oldest first."""
    try:
        return tuple(Promotion(**entry) for entry in read_json(_pointer(home, name))["history"])
    except NotFound:
        return ()
    except (KeyError, TypeError) as problem:
        raise Damaged(f"{POINTER} of {name} is not complete.", "Promote a version again.") from problem


def promote(home: Path, name: str, version: str, *, why: str, act: str = "promoted") -> Promotion:
    """Make a version live, once all its files are as they were written; the history keeps the reason."""
    if not why.strip():
        raise RequestRefused("A promotion needs a reason.", "Say in a few words why this version goes live.")
    with model_lock(home, name, "promotion", wait=True):
        wrong = find_damage(home, name, version)
        if wrong:
            raise Damaged(f"{name} {version} cannot go live: {wrong[0]}", "Promote another version, or train again.")
        past = _readable_history(home, name)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        promotion = Promotion(len(past) + 1, version, now, why.strip(), act)
        write_json(_pointer(home, name), {"live": version, "history": [asdict(r) for r in (*past, promotion)]})
        return promotion


def rollback(home: Path, name: str, *, to: str | None = None, why: str = "rolled back") -> Promotion:
    """Go back to the version that was live before, or to the one named."""
    past = history(home, name)
    if not past:
        raise NotFound(f"No version of {name} is live.", "Promote one first.")
    live = past[-1].version
    earlier = [r.version for r in past if r.version != live and _is_undamaged(home, name, r.version)]
    target = to or (_version_before(past, live, earlier) if earlier else None)
    if target is None:
        raise NotFound(f"There is no earlier version of {name} to go back to.", f"{live} stays live.")
    find_version(home, name, target)
    return promote(home, name, target, why=why, act="rolled back")


def load_live(home: Path, name: str) -> Model:
    """The live model of a name; where its files were changed, the last good one, with a notice that says so."""
    live = champion(home, name)
    if live is None:
        known = ", ".join(versions(home, name))
        if not known:
            others = ", ".join(names(home)) or "none yet"
            raise NotFound(f"There is no model {name}.", f"There are: {others}.")
        raise NotFound(f"No version of {name} is live.", f"Promote one of: {known}.")
    try:
        return load(home, name, live.version)
    except ChurnError as problem:
        return _load_last_good(home, name, live.version, problem)


def live_models(home: Path) -> dict[str, str]:
    """Every name that has a live version, with that version."""
    return {name: promotion.version for name in names(home) if (promotion := _champion_or_none(home, name))}


def live_manifest(home: Path, name: str) -> Mapping[str, Any] | None:
    """What the manifest of the live version of a name says, else of its newest; None where there is no version.

    Empty where the manifest cannot be read.
    """
    try:
        known = versions(home, name)
    except RequestRefused:  # no name a model could have
        return None
    if not known:
        return None
    live = _champion_or_none(home, name)
    try:
        return find_version(home, name, live.version if live else known[-1]).manifest
    except ChurnError:
        return {}


def business_profile(home: Path, name: str) -> str | None:
    """The ready-made business a model was learnt for; None where there is no model of that name."""
    words = live_manifest(home, name)
    return None if words is None else str(words.get("lineage", {}).get("profile", ""))


def title_of(home: Path, name: str) -> str:
    """The title a person gave a model; its name where they gave none. One of the demo's says so."""
    words = live_manifest(home, name) or {}
    usual = f"{name.removeprefix(DEMO).capitalize()} {OF_DEMO}" if name.startswith(DEMO) else name
    return str(words.get("lineage", {}).get("title") or usual)


def find_name(home: Path, words: str) -> str:
    """The name of the model with this title; the title itself where there is none."""
    if NAME.fullmatch(words):
        return words
    return next((name for name in names(home) if title_of(home, name) == " ".join(words.split())), words)


def describe(home: Path, name: str) -> dict[str, Any]:
    """Describe a model: its versions, which one is live, and the history."""
    live = champion(home, name)
    return {
        "name": name,
        "title": title_of(home, name),
        "live": live.version if live else None,
        "versions": list(versions(home, name)),
        "history": [asdict(r) for r in history(home, name)],
    }


def _version_before(past: tuple[Promotion, ...], live: str, whole: list[str]) -> str:
    """The version that was live before the current one first went live; repeated roll-backs go further back."""
    first = next(r.number for r in past if r.version == live)
    older = [r.version for r in past if r.number < first and r.version in whole]
    return older[-1] if older else whole[-1]


def _load_last_good(home: Path, name: str, live: str, problem: ChurnError) -> Model:
    for promotion in reversed(history(home, name)):
        if promotion.version == live or not _is_undamaged(home, name, promotion.version):
            continue
        model = load(home, name, promotion.version)
        text = f"{live} of {name} could not be opened; {promotion.version} answers in its place: {problem.message}"
        return replace(model, notices=(Notice("warning", text), *model.notices))
    raise problem


def _is_undamaged(home: Path, name: str, version: str) -> bool:
    try:
        return not find_damage(home, name, version)
    except NotFound:
        return False


def _champion_or_none(home: Path, name: str) -> Promotion | None:
    try:
        return champion(home, name)
    except Damaged:
        return None


def _readable_history(home: Path, name: str) -> tuple[Promotion, ...]:
    """The history, or nothing when its file is damaged: a promotion is the way out of that."""
    try:
        return history(home, name)
    except Damaged:
        return ()


def _pointer(home: Path, name: str) -> Path:
    return home / FOLDER / checked_name(name, "model name") / POINTER
