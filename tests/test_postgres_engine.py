"""PostgreSQL as the engine: its own tables added up where they are, equal to DuckDB's to the last bit."""

from datetime import date

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from churn.errors import ListRefused, RequestRefused, Unavailable
from churn.features.build import summarise
from churn.features.engines.base import NOTE
from churn.features.engines.urls import open_engine
from churn.samples.catalogue import make_sample
from churn.samples.files import write_sample
from churn.workspace.event_logs import recipe_for
from tests.either_book import own_schema

pytestmark = pytest.mark.postgres


@pytest.fixture
def server():
    """The address of a schema of its own."""
    with own_schema() as address:
        yield address.replace("+psycopg", "")


def stored(server, folder, name):
    """A sample's tables written to files and to the server; the names of both, by the recipe's names."""
    import ibis

    write_sample(make_sample(name, rows=120), folder)
    files = {f.stem.split("_")[-1]: f for f in folder.iterdir()}
    backend = ibis.connect(server)
    for table, file in files.items():
        read = pq.read_table if file.suffix == ".parquet" else pa_csv.read_csv
        backend.create_table(f"my_{table}", read(file))
    backend.disconnect()
    return files, {table: f"my_{table}" for table in files}


@pytest.mark.parametrize(("name", "as_of"), [("shop", date(2026, 5, 1)), ("music", date(2026, 4, 1))])
def test_every_column_of_a_recipe_is_the_same_as_on_duckdb(server, home, tmp_path, name, as_of):
    recipe, (files, tables) = recipe_for(home, name), stored(server, tmp_path / "logs", name)
    here = summarise(files, recipe, as_of=as_of, horizon=30)
    there = summarise(tables, recipe, as_of=as_of, horizon=30, engine=server, output=tmp_path / "t.parquet")
    assert there.whole.to_pydict() == here.table.to_pydict()
    assert [str(f.type) for f in there.whole.schema] == [str(f.type) for f in here.table.schema]
    assert pq.read_metadata(tmp_path / "t.parquet").metadata[NOTE.encode()]


def test_a_table_that_is_not_there_is_named(server, home):
    with pytest.raises(ListRefused, match="The server has no table 'nothing'"):
        summarise({"events": "nothing"}, recipe_for(home, "general"), as_of=date(2026, 5, 1), engine=server)


def test_a_file_is_refused_by_a_server(server):
    with open_engine(server) as engine, pytest.raises(RequestRefused, match="reads its own tables"):
        engine.parquet([])


def test_a_server_that_does_not_answer_is_said_in_one_sentence():
    with pytest.raises(Unavailable, match="PostgreSQL does not answer"), open_engine("postgresql://x@127.0.0.1:1/none"):
        pass
