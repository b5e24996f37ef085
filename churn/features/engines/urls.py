"""An engine is chosen by its URL; what it needs is imported only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from churn.errors import RequestRefused
from churn.features.engines.base import DEFAULT, Engine

KNOWN = f"Use {DEFAULT} (or {DEFAULT}?memory=2GB&threads=2), spark://HOST:PORT, local[2] or postgresql://…."


@contextmanager
def open_engine(url: str = DEFAULT) -> Iterator[Engine]:
    """Open the engine a URL names and close it afterwards."""
    with _opener(url)(url) as engine:
        yield engine


def _opener(url: str) -> Callable[[str], AbstractContextManager[Engine]]:
    if url.startswith("duckdb:"):
        from churn.features.engines.duckdb import open_duckdb

        return open_duckdb
    if url.startswith(("spark:", "local[")):
        from churn.features.engines.spark import open_spark

        return open_spark
    if url.startswith(("postgresql:", "postgres:")):
        from churn.features.engines.postgres import open_postgres

        return open_postgres
    raise RequestRefused(f"The engine {url!r} is not known here.", KNOWN)
