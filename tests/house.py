"""The house as its own files show it: floors, rooms, imports, definitions and literals."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

FLOORS = {
    "cli": 10,
    "notebook": 9,
    "api": 9,
    "workspace": 8,
    "reports": 7,
    "samples": 7,
    "campaigns": 6,
    "monitoring": 6,
    "scoring": 5,
    "training": 4,
    "money": 3,
    "explain": 3,
    "features": 3,
    "intake": 2,
    "store": 2,
    "files": 1,
    "schema": 1,
    "notices": 1,
    "profiles": 1,
    "threads": 1,
    "options": 1,
    "errors": 0,
}
# Single rooms; those on floor 1 may use one another.
GROUND = {"files", "schema", "notices", "threads", "profiles", "errors"}


@dataclass(frozen=True)
class Room:
    """One Python file and what can be read off it without running it."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def wing(self) -> str:
        """The folder under `churn/` or `app/`, or the file's own name where it stands alone."""
        inside = self.path.relative_to(ROOT).parts[1:]
        return inside[0].removesuffix(".py")

    @property
    def label(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def module(self) -> str:
        return self.label.removesuffix(".py").replace("/", ".")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def lines(self) -> int:
        return len(self.path.read_text(encoding="utf-8").splitlines())

    @cached_property
    def imports(self) -> set[str]:
        """Every module named in an import statement, wherever it stands in the file."""
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        return found

    @property
    def wings_used(self) -> set[str]:
        """The wings of `churn` this file imports."""
        parts = [m.split(".") for m in self.imports if m.startswith("churn.")]
        return {p[1] for p in parts if p[1] in FLOORS}

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]

    @cached_property
    def literals(self) -> set[str]:
        """Every string that stands in the code, docstrings left out."""
        docs = {id(n.value) for n in ast.walk(self.tree) if isinstance(n, ast.Expr)}
        constants = [n for n in ast.walk(self.tree) if isinstance(n, ast.Constant) and id(n) not in docs]
        return {n.value for n in constants if isinstance(n.value, str)}


def rooms_of(folder: str) -> list[Room]:
    """Every Python file below a folder of the repository."""
    return [Room(p) for p in sorted((ROOT / folder).rglob("*.py"))]


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function's body has, its docstring not counted."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


CHURN = rooms_of("churn")
APP = rooms_of("app")
SCREENS = [r for r in APP if r.path.parent.name == "screens" and r.name != "__init__"]
ROOMS = [r for r in CHURN if r.name not in ("__init__", "__main__")]
