"""The session on Spark: its address and settings, and one sentence for each thing that may be missing."""

import subprocess

import pytest

from churn.errors import RequestRefused, Unavailable
from churn.features.engines import spark_session as room
from churn.features.engines.spark_session import Address, open_session, parse_address
from churn.features.engines.urls import open_engine
from tests.browsing import free_port


def test_an_address_says_where_spark_is_and_what_it_may_use():
    asked = parse_address("spark://cluster:7077?memory=2g&spill=%2Fshared")
    assert asked == Address("spark://cluster:7077", {"memory": "2g", "spill": "/shared"})
    assert (asked.here, parse_address("local[*]").here) == (False, True)


def test_results_are_spread_over_more_parts_than_there_are_cores():
    assert [parse_address(u).parts for u in ("local[2]", "local[8]", "local[2]?partitions=3")] == ["8", "32", "3"]


@pytest.mark.parametrize("url", ["spark://", "spark://host", "local[]", "local[two]", "spark://a:7077/x", "spark:7077"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(RequestRefused, match="not understood"):
        parse_address(url)


def test_an_unknown_setting_is_refused_naming_the_known_ones():
    with pytest.raises(RequestRefused, match="no setting 'colour'") as refused:
        parse_address("local[2]?colour=red")
    assert "memory, cores" in refused.value.fix


@pytest.fixture
def packages(monkeypatch):
    """As if Spark's package were there, whether it is or not."""
    monkeypatch.setattr(room, "_need_packages", lambda: None)


def test_a_master_that_does_not_answer_is_named_within_seconds(packages, monkeypatch):
    monkeypatch.setattr(room, "_need_java", lambda: None)
    address = f"spark://127.0.0.1:{free_port()}"
    with pytest.raises(Unavailable, match=f"No Spark master answers at {address}"), open_engine(address):
        pass


def test_a_missing_java_is_said_with_how_to_get_it(packages, monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(Unavailable, match="needs Java, which was not found") as refused, open_session("local[1]"):
        pass
    assert "openjdk-17" in refused.value.fix


def test_an_old_java_is_said_with_its_version(packages, monkeypatch):
    answered = subprocess.CompletedProcess([], 0, "", 'openjdk version "1.8.0_402"')
    monkeypatch.setattr(room.subprocess, "run", lambda *words, **how: answered)
    with pytest.raises(Unavailable, match="needs Java 17 or newer; this is Java 8"), open_session("local[1]"):
        pass


def test_missing_packages_are_said_with_how_to_get_them(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyspark", None)
    with pytest.raises(Unavailable, match="package is not installed here") as refused, open_session("local[1]"):
        pass
    assert "make spark" in refused.value.fix


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        ("ModuleNotFoundError: No module named 'numpy'", "A worker lacks a package"),
        ("java.io.IOException: No space left on device", "The disk filled up"),
        ("java.lang.OutOfMemoryError: Java heap space", "memory given to Spark is too small"),
        ("Task 3 in stage 1.0 failed 3 times, most recent failure: Lost task", "failed 3 times"),
        ("Cannot call methods on a stopped SparkContext.", "Spark went away"),
        ("[FAILED_READ_FILE.NO_HINT] Encountered error", "could not be read as Parquet"),
        ("Something new\nat line", "Spark could not do this: Something new"),
    ],
)
def test_what_spark_complains_of_becomes_one_sentence(complaint, said):
    refused = room._explain_problem(complaint)
    assert said in refused.message and refused.fix
