"""Files that are whole or not there: atomic writes, hashes before opening, names that stay inside, safe exports."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from churn.errors import Damaged, NotFound, RequestRefused, Unavailable

REPOSITORY = Path(__file__).resolve().parent.parent
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
LONGEST_NAME = 64
TEMPORARY = ".unfinished-"

_UMASK = os.umask(0)  # the only way to read it is to set it
os.umask(_UMASK)

# A spreadsheet runs a cell that starts so as a formula; the full-width forms are folded to these by some.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Read with `;` between cells, what follows one is a cell of its own, whatever quotes stand around the whole.
_ACTIVE_LATER = re.compile(r';(?="*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])')


def home_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """Where models, the database and own profiles live: the folder given, else CHURN_HOME, else the repository."""
    return Path(given or os.environ.get("CHURN_HOME") or REPOSITORY).expanduser().resolve()


def checked_name(name: str, what: str = "name") -> str:
    """The name itself when it is safe as a folder name; otherwise a refusal that shows the rule."""
    if not NAME.fullmatch(name) or ".." in name:
        raise RequestRefused(
            f"{name!r} cannot be the {what}.",
            "Use lower-case letters, digits, dot, dash and underscore, at most 64, starting with a letter or digit.",
        )
    return name


def name_from(words: str, fallback: str = "model") -> str:
    """A name that is safe as a folder's, from any words: "Spring 2027" becomes `spring-2027`.

    Letters of other scripts cannot stand in it; a few signs of a fingerprint keep two such names apart.
    """
    text = " ".join(words.split())
    if NAME.fullmatch(text) and ".." not in text:
        return text
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = re.sub(r"[^a-z0-9._]+", "-", "".join(c for c in plain if not unicodedata.combining(c)))
    slug = re.sub(r"[.-]{2,}", "-", kept).strip("-._")
    lost = any(c.isalnum() and not c.isascii() for c in plain if not unicodedata.combining(c))
    if not slug or lost or len(slug) > LONGEST_NAME:
        mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        slug = f"{slug[: LONGEST_NAME - 9].strip('-._') or fallback}-{mark}"
    return slug


@contextmanager
def whole_file(target: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path to write to, which becomes `target` at the end, or vanishes if anything went wrong."""
    path = Path(target)
    unfinished = _unfinished_beside(path)
    try:
        yield unfinished
        _flush_to_disk(unfinished)
        unfinished.replace(path)
        _flush_to_disk(path.parent)
    except OSError as problem:
        raise Unavailable(
            f"{path.name} could not be written: {_why(problem)}.",
            "Nothing was changed. Free some space or choose another folder, then try again.",
        ) from problem
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()


def _why(problem: OSError) -> str:
    # Arrow and zip writers hide the number of the failure in a sentence of their own.
    hidden = re.search(r"errno (\d+)", str(problem), re.IGNORECASE)
    return problem.strerror or (os.strerror(int(hidden[1])) if hidden else str(problem))


def write_text(target: str | os.PathLike[str], text: str) -> None:
    """Write a text file so that a reader sees the old one or the new one, never a half."""
    with whole_file(target) as path:
        path.write_text(text, encoding="utf-8", newline="\n")


def write_json(target: str | os.PathLike[str], content: Any) -> None:
    """Write a mapping or list as readable JSON, whole or not at all."""
    write_text(target, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """What a JSON file of ours holds; a file that is not JSON any more is named as damaged, a removed one as gone."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        text = f"{path.name} of {path.parent.name} is gone."
        raise NotFound(text, "Restore it, or ask again in a moment.") from problem
    except OSError as problem:
        text = f"{path.name} cannot be read: {_why(problem)}."
        raise Unavailable(text, "Ask for read access.") from problem
    except (ValueError, UnicodeDecodeError) as problem:
        raise Damaged(f"{path.name} is not readable any more.", "Restore it from a backup.") from problem


json_text = json.JSONEncoder(default=str).encode  # made once: json.dumps would make it again for every row


def json_texts(values: Iterable[Any], **words: Any) -> list[str]:
    """Each value as JSON, for as many values as there are at the price of one call; none may be a list or an object."""
    # A line break inside a text is escaped in JSON, so it can stand between values that are written together.
    listed = list(values)
    return json.dumps(listed, separators=("\n", ":"), **words)[1:-1].split("\n") if listed else []


def sha256_of(path: Path) -> str:
    """The fingerprint of a file's bytes, read block by block."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bytes_checked(path: Path, sha256: str) -> bytes:
    """The bytes of a file, only when they are the ones that were written; never opens anything else."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise Damaged(f"{path.name} is missing or unreadable.", "Roll back to another version.") from problem
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(
            f"{path.name} is not the file that was saved, so it was not opened.",
            "Roll back to another version, or train again.",
        )
    return content


def sweep_unfinished(folder: Path) -> int:
    """Remove what writers that were killed left behind in a folder; returns how many files went."""
    left = [p for p in folder.glob(f"{TEMPORARY}*") if p.is_file()]
    for path in left:
        with suppress(OSError):
            path.unlink()
    return len(left)


def inert_text(cell: str) -> str:
    """The cell with a quote before all that a spreadsheet would run as a formula; numbers are never passed here."""
    cell = _ACTIVE_LATER.sub(";'", cell) if ";" in cell else cell
    return f"'{cell}" if cell.startswith(_ACTIVE) else cell


def _unfinished_beside(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, suffix=path.suffix, dir=path.parent)
    except OSError as problem:
        raise Unavailable(
            f"{path.parent} cannot be written to: {problem.strerror or problem}.",
            "Choose another folder, or ask for write access.",
        ) from problem
    os.close(handle)
    # mkstemp lets only its maker read; a finished file should be as readable as any other the person makes.
    Path(name).chmod(0o666 & ~_UMASK)
    return Path(name)


def _flush_to_disk(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
