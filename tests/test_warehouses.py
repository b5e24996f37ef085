"""Warehouses: one query in their language, the one definition behind it, and never a word that it was run."""

from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn.errors import RequestRefused
from churn.features.build import summarise
from churn.features.engines.duckdb import explain_duckdb_errors
from churn.features.engines.urls import open_engine
from churn.features.warehouse import DIALECTS, build_query
from churn.workspace.event_logs import recipe_for

AS_OF = date(2026, 2, 25)


@pytest.fixture
def purchases(tmp_path):
    """A small typed log of the general kind."""
    days = [datetime(2026, 1 + i % 2, 1 + i % 27, i % 24) for i in range(60)]
    table = {"customer": [f"c{i % 7}" for i in range(60)], "date": days, "amount": [i * 1.5 for i in range(60)]}
    pq.write_table(pa.table(table), tmp_path / "log.parquet")
    return {"events": str(tmp_path / "log.parquet")}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_gets_one_query_that_says_it_was_not_run(home, purchases, dialect):
    query = build_query(dialect, purchases, recipe_for(home, "general"), as_of=AS_OF)
    first, rest = query.split("\n", 1)
    assert first.startswith("-- Compiled, not run") and rest.startswith("WITH") and "events" in rest


def test_the_query_gives_the_table_the_engine_gives(home, purchases):
    import sqlglot

    recipe = recipe_for(home, "general")
    made = summarise(purchases, recipe, as_of=AS_OF).table
    query = build_query("postgres", purchases, recipe, as_of=AS_OF)
    with open_engine() as engine, explain_duckdb_errors():
        engine.backend.raw_sql(f"create view events as from '{purchases['events']}'").fetchall()
        (spoken,) = sqlglot.transpile(query, read="postgres", write="duckdb")
        answered = engine.backend.raw_sql(spoken).fetchall()
    assert answered == [tuple(row.values()) for row in made.to_pylist()]


def test_an_unknown_dialect_is_refused_naming_the_known_ones(home, purchases):
    with pytest.raises(RequestRefused, match="'cobol' is not known") as refused:
        build_query("cobol", purchases, recipe_for(home, "general"), as_of=AS_OF)
    assert "snowflake" in refused.value.fix


def test_text_files_are_refused_for_their_types_are_not_known(home, tmp_path):
    (tmp_path / "log.csv").write_text("customer,date\n1,2026-01-01\n")
    with pytest.raises(RequestRefused, match=r"log.csv is no Parquet file"):
        build_query("snowflake", {"events": str(tmp_path / "log.csv")}, recipe_for(home, "general"), as_of=AS_OF)


def test_the_line_writes_the_query_and_says_so(home, purchases, tmp_path, line):
    target = tmp_path / "query.sql"
    words = ["summarise", f"events={purchases['events']}", "--recipe", "general", "--as-of", "2026-02-25"]
    code, told = line(*words, "--engine", "sql:snowflake", "-o", target)
    assert (code, told["dialect"], told["run"]) == (0, "snowflake", False)
    assert target.read_text().startswith("-- Compiled, not run")
