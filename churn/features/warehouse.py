"""The same definition as one query in a warehouse's own language, for people whose events must not leave it.

It is compiled, not run: nobody here has seen that warehouse answer. The counts a query cannot know by itself (how far
the log reaches) come from the Parquet files given, which may be a small part of the real table with the same columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from churn.errors import RequestRefused
from churn.features.build import build_blocks, build_rows
from churn.features.definitions import Cut
from churn.features.engines.base import Engine
from churn.features.engines.duckdb import explain_duckdb_errors
from churn.features.engines.urls import open_engine
from churn.features.ledger import open_ledger
from churn.features.logs import Source
from churn.features.recipe import Recipe
from churn.features.sources import PARQUET, source_files

DIALECTS = ("bigquery", "clickhouse", "databricks", "postgres", "snowflake", "trino")
NOT_RUN = "Compiled, not run: compare its result with DuckDB's on the same rows before you rely on it."


@dataclass(frozen=True)
class QueryOnlyEngine:
    """DuckDB over the files under the recipe's own names, laying nothing down: so that one query says it all."""

    inner: Engine
    names: Mapping[str, str]
    holds_tables = True
    folder: Path = field(default_factory=Path)

    def named(self, source: str) -> Any:
        """The files under the name of their table."""
        backend: Any = self.inner.backend  # type: ignore[attr-defined]
        query = backend.compile(self.inner.parquet(source_files(self.names[source])))
        with explain_duckdb_errors():
            backend.raw_sql(f'create or replace view "{source}" as {query}').fetchall()
            return backend.table(source)

    def parquet(self, files: Any) -> Any:
        """Not asked for: every source is a name."""
        return self.inner.parquet(files)

    def text(self, files: Any, delimiter: str, columns: Any) -> Any:
        """Not asked for: every source is a name."""
        return self.inner.text(files, delimiter, columns)

    def rejected(self) -> int:
        """Parquet has no lines that could be damaged."""
        return 0

    def kept(self, expression: Any, *, near: str = "") -> Any:
        """The expression itself."""
        return expression

    def write(self, expression: Any, path: Path, note: str = "", *, near: str = "") -> None:
        """Not asked for: nothing is written."""
        self.inner.write(expression, path, note, near=near)

    def rows(self, expression: Any) -> Any:
        """The counts the definition asks for, from the files."""
        return self.inner.rows(expression)


def build_query(
    dialect: str, tables: Mapping[str, Source], recipe: Recipe, *, as_of: date, horizon: int | None = None
) -> str:
    """The query that makes the customer table in a warehouse whose tables are called as the recipe calls them."""
    import ibis

    if dialect not in DIALECTS:
        raise RequestRefused(f"The dialect {dialect!r} is not known here.", f"Known: {', '.join(DIALECTS)}.")
    names = {name: str(source) for name, source in tables.items()}
    _refuse_text(names)
    with open_engine() as inner:
        ledger = open_ledger(QueryOnlyEngine(inner, names), {name: name for name in names}, recipe)
        at = Cut(ledger.parse_day(as_of, horizon), recipe.windows)
        expression, _ = build_rows(ledger, build_blocks(ledger, at, ()), at, horizon)
        return f"-- {NOT_RUN}\n{_compile(ibis, expression, dialect)}\n"


def _compile(ibis: Any, expression: Any, dialect: str) -> str:
    try:
        return str(ibis.to_sql(expression, dialect=dialect))
    except ibis.common.exceptions.IbisError as problem:
        raise RequestRefused(
            f"The definition cannot be said in {dialect}: {str(problem).splitlines()[0]}",
            "Store times as timestamps and amounts as numbers; then no text has to be tried.",
        ) from problem


def _refuse_text(names: Mapping[str, str]) -> None:
    for source in names.values():
        odd = next((f for f in source_files(source) if not f.name.lower().endswith(PARQUET)), None)
        if odd:
            raise RequestRefused(
                f"{odd.name} is no Parquet file, so the types of its columns are not known.",
                "Give some rows of the warehouse's table as Parquet.",
            )
