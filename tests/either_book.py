"""The database on SQLite and on PostgreSQL: tests that ask for `either_book` run on both.

The PostgreSQL server is the one CHURN_TEST_POSTGRES names (`.ci/run` starts one); every test gets a schema of its own.
"""

import os
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

import pytest
import sqlalchemy as sa

from churn.store.database import close_books

HOW_TO_GET_IT = "needs a PostgreSQL server: set CHURN_TEST_POSTGRES to its SQLAlchemy address (.ci/run starts one)"


@pytest.fixture(params=["sqlite", "postgresql"])
def either_book(request, monkeypatch):
    """The engine this run of the test is on; CHURN_BOOK names the server where it is PostgreSQL."""
    if request.param == "sqlite":
        monkeypatch.delenv("CHURN_BOOK", raising=False)
        yield request.param
    else:
        with own_schema() as address, disposed_engines(monkeypatch):
            monkeypatch.setenv("CHURN_BOOK", address)
            yield request.param


def need_postgres():
    """The address of the server; without one the test is skipped, or failed where one is required."""
    server = os.environ.get("CHURN_TEST_POSTGRES")
    if not server:
        (pytest.fail if os.environ.get("CHURN_REQUIRE_POSTGRES") else pytest.skip)(HOW_TO_GET_IT)
    return server


@cache
def own_database(server):
    """The same server, with a database for each of the processes that share the tests: some end all connections."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        return server
    name, engine = f"{worker}_{uuid4().hex[:8]}", sa.create_engine(server, poolclass=sa.NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def own_schema():
    """The address of an empty schema."""
    server = own_database(need_postgres())
    name, engine = f"t{uuid4().hex[:12]}", sa.create_engine(server, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {name}"))
    try:
        own = sa.make_url(server).update_query_dict({"options": f"-csearch_path={name}"})
        yield own.render_as_string(hide_password=False)
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {name} CASCADE"))


@contextmanager
def disposed_engines(monkeypatch):
    """Close at the end what a test leaves open: the driver warns of every connection that is only let go."""
    made, create = [], sa.create_engine

    def with_remembered_mapping(*words, **more):
        made.append(create(*words, **more))
        return made[-1]

    with monkeypatch.context() as patched:
        patched.setattr(sa, "create_engine", with_remembered_mapping)
        yield
    close_books()
    for engine in made:
        engine.dispose()


def hang_up_on_others():
    """End every other connection to the server, as a restart of it would."""
    engine = sa.create_engine(os.environ["CHURN_BOOK"])
    others = "datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    with engine.connect() as connection:
        connection.execute(sa.text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    engine.dispose()
