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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from churn.errors import ChurnError, Damaged, NotFound, RequestRefused, Unavailable
from churn.explain.agreement import TOLERANCE, answers_from, proof_from
from churn.explain.explainer import explainer_from
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
    """Take a version away for good; readers see it whole or not at all."""
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


# Proving: a version's explanation held against the libraries' own, as `models verify` asks for it.


@dataclass(frozen=True)
class Verified:
    """What was found out about a version.

    faults      what is wrong, one sentence each; empty when nothing is
    way         how its scores are explained: `tables`, `library`, or both together
    difference  the largest difference from the libraries' own contributions, in log-odds; None when not asked
    """

    faults: tuple[str, ...]
    way: str = ""
    difference: float | None = None

    @property
    def words(self) -> str:
        """What was found out, in a sentence."""
        if self.faults:
            return "; ".join(self.faults)
        if self.difference is None:
            return "every file is as it was written; it was saved before the libraries' own models were kept beside it"
        what = "the tables say what the libraries say" if self.way == "tables" else f"explained by {self.way}, exactly"
        return f"every file is as it was written; {what} (largest difference {self.difference:.1e})"


def verified(home: Path, name: str, version: str) -> Verified:
    """Compare every file with its sha256, then the explanation with what the libraries installed here answer now."""
    wrong = damage(home, name, version)
    if wrong:
        return Verified(wrong)
    found = version_of(home, name, version)
    explainer = explainer_from(opened_part(found, "explainer.npz"))
    if not {LIBRARY, ANSWERS} <= set(found.words["files"]):
        return Verified((), explainer.way)
    proof = proof_from(opened_part(found, LIBRARY), opened_part(found, ANSWERS))
    now, then = proof.asked_again().answers.differ_from(explainer), proof.answers.differ_from(explainer)
    return Verified(_faults(now, then), explainer.way, max(now, then))


def _faults(now: float, then: float) -> tuple[str, ...]:
    told: list[tuple[float, Any]] = [
        (then, "the libraries' stored answers"),
        (now, "what the libraries installed here answer"),
    ]
    return tuple(
        f"The explanation differs from {what} by {d:.1e} in log-odds." for d, what in told if not d <= TOLERANCE
    )


# Turns: work on a model that only one process may do at a time, such as training it again and letting it go live.


@contextmanager
def alone_at(home: Path, name: str, work: str, *, wait: bool = False) -> Iterator[None]:
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
        if not _took(handle, wait):
            raise Unavailable(f"Another {work} of {name} is running.", "Wait until it has ended.")
        yield
    finally:
        os.close(handle)


def _took(handle: int, wait: bool) -> bool:
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


# The champion: which version of a model is live, since when and why, and the way back.


POINTER = "champion.json"


@dataclass(frozen=True)
class Reign:
    """One entry of a name's history: which version went live, when, why, and by which act.

    number  counts the entries of the name, so that two writers never make the same one
    """

    number: int
    version: str
    since: str
    why: str
    act: str


def champion(home: Path, name: str) -> Reign | None:
    """Which version of a name is live; None when none was ever promoted."""
    past = history(home, name)
    return past[-1] if past else None


def history(home: Path, name: str) -> tuple[Reign, ...]:
    """Every promotion and roll-back of a name, the oldest first."""
    try:
        return tuple(Reign(**entry) for entry in read_json(_pointer(home, name))["history"])
    except NotFound:
        return ()
    except (KeyError, TypeError) as problem:
        raise Damaged(f"{POINTER} of {name} is not complete.", "Promote a version again.") from problem


def promote(home: Path, name: str, version: str, *, why: str, act: str = "promoted") -> Reign:
    """Make a version live, once all its files are as they were written; the history keeps the reason."""
    if not why.strip():
        raise RequestRefused("A promotion needs a reason.", "Say in a few words why this version goes live.")
    with alone_at(home, name, "promotion", wait=True):
        wrong = damage(home, name, version)
        if wrong:
            raise Damaged(f"{name} {version} cannot go live: {wrong[0]}", "Promote another version, or train again.")
        past = _readable_history(home, name)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        reign = Reign(len(past) + 1, version, now, why.strip(), act)
        write_json(_pointer(home, name), {"live": version, "history": [asdict(r) for r in (*past, reign)]})
        return reign


def rollback(home: Path, name: str, *, to: str | None = None, why: str = "rolled back") -> Reign:
    """Go back to the version that was live before, or to the one named."""
    past = history(home, name)
    if not past:
        raise NotFound(f"No version of {name} is live.", "Promote one first.")
    live = past[-1].version
    earlier = [r.version for r in past if r.version != live and _is_whole(home, name, r.version)]
    target = to or (_before(past, live, earlier) if earlier else None)
    if target is None:
        raise NotFound(f"There is no earlier version of {name} to go back to.", f"{live} stays live.")
    version_of(home, name, target)
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
        return _last_good(home, name, live.version, problem)


def live_models(home: Path) -> dict[str, str]:
    """Every name that has a live version, with that version."""
    return {name: reign.version for name in names(home) if (reign := _champion_or_none(home, name))}


def standing_words(home: Path, name: str) -> Mapping[str, Any] | None:
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
        return version_of(home, name, live.version if live else known[-1]).words
    except ChurnError:
        return {}


def business_profile(home: Path, name: str) -> str | None:
    """The ready-made business a model was learnt for; None where there is no model of that name."""
    words = standing_words(home, name)
    return None if words is None else str(words.get("lineage", {}).get("profile", ""))


def title_of(home: Path, name: str) -> str:
    """What a person called a model, in their own words; its name where they gave none. One of the demo's says so."""
    words = standing_words(home, name) or {}
    usual = f"{name.removeprefix(DEMO).capitalize()} {OF_DEMO}" if name.startswith(DEMO) else name
    return str(words.get("lineage", {}).get("title") or usual)


def called(home: Path, words: str) -> str:
    """The name of the model that a person called so; the words themselves where none is."""
    if NAME.fullmatch(words):
        return words
    return next((name for name in names(home) if title_of(home, name) == " ".join(words.split())), words)


def card(home: Path, name: str) -> dict[str, Any]:
    """What the registry knows of a name: versions, which one is live, and the history."""
    live = champion(home, name)
    return {
        "name": name,
        "title": title_of(home, name),
        "live": live.version if live else None,
        "versions": list(versions(home, name)),
        "history": [asdict(r) for r in history(home, name)],
    }


def _before(past: tuple[Reign, ...], live: str, whole: list[str]) -> str:
    """The version that was live before the live one first took over, going further back with every roll-back."""
    first = next(r.number for r in past if r.version == live)
    older = [r.version for r in past if r.number < first and r.version in whole]
    return older[-1] if older else whole[-1]


def _last_good(home: Path, name: str, live: str, problem: ChurnError) -> Model:
    for reign in reversed(history(home, name)):
        if reign.version == live or not _is_whole(home, name, reign.version):
            continue
        model = load(home, name, reign.version)
        text = f"{live} of {name} could not be opened; {reign.version} answers in its place: {problem.message}"
        return replace(model, notices=(Notice("warning", text), *model.notices))
    raise problem


def _is_whole(home: Path, name: str, version: str) -> bool:
    try:
        return not damage(home, name, version)
    except NotFound:
        return False


def _champion_or_none(home: Path, name: str) -> Reign | None:
    try:
        return champion(home, name)
    except Damaged:
        return None


def _readable_history(home: Path, name: str) -> tuple[Reign, ...]:
    """The history, or nothing when its file is damaged: a promotion is the way out of that."""
    try:
        return history(home, name)
    except Damaged:
        return ()


def _pointer(home: Path, name: str) -> Path:
    return home / FOLDER / checked_name(name, "model name") / POINTER
