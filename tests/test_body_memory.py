"""No body within the limits of a request costs more memory than three times its size and 300 MB."""

import gzip
import io
import json
import sys

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from fastapi.testclient import TestClient

from churn import Workspace
from churn.api import middleware as limits
from churn.api.app import make_api
from churn.errors import ListRefused
from churn.intake.sources import Limits
from tests.house import ROOT
from tests.peak_memory import memory_of

CUSTOMER = {"customerID": "a", "tenure": 3, "Contract": "Month-to-month", "MonthlyCharges": 70.5}


def own_names(customers, each):
    """Customers that each bring columns of their own: 716 KB took 1.6 GB."""
    fields = lambda n: {**CUSTOMER, "customerID": f"c{n}", **{f"x{n}_{k}": 1 for k in range(each)}}  # noqa: E731
    return json.dumps([fields(n) for n in range(customers)]).encode()


def scattered(customers, names, each):
    """Customers that each bring a few of many columns."""
    sent = [{"customerID": f"c{n}", **{f"c{(n * each + k) % names}": 1 for k in range(each)}} for n in range(customers)]
    return json.dumps(sent, separators=(",", ":")).encode()


def same_text(customers, long):
    """A Parquet file in which one long text stands once, and counts for every row."""
    once = pa.DictionaryArray.from_arrays(pa.array([0] * customers, pa.int32()), ["x" * long])
    return packed({"customerID": [str(n) for n in range(customers)], "note": once.cast(pa.string())})


def wide_parquet(customers, columns):
    one = pa.array([1.0] * customers)
    return packed({"customerID": [str(n) for n in range(customers)], **{f"c{k}": one for k in range(columns)}})


def packed(columns):
    content = io.BytesIO()
    parquet.write_table(pa.table(columns), content, compression="zstd")
    return content.getvalue()


def many_lines(customers):
    """A file with nearly as many customers as a request may bring."""
    heading, first = (ROOT / "data" / "samples" / "telco_today.csv").read_text().splitlines()[:2]
    rest = first.partition(",")[2]
    return "\n".join([heading, *(f"k{n},{rest}" for n in range(customers))]).encode()


def wide_text(lines, columns):
    line = ",".join("1" for _ in range(columns))
    return gzip.compress("\n".join([",".join(f"c{k}" for k in range(columns)), *[line] * lines]).encode())


BODIES = [
    ("/campaign?keep=false", 413, lambda: own_names(1750, 20), "application/json"),
    ("/drift?keep=false", 413, lambda: scattered(90_000, 1990, 8), "application/json"),
    ("/campaign?keep=false", 413, lambda: b"[" + b",".join([b'{"":0}'] * 1_400_000) + b"]", "application/json"),
    ("/check", 413, lambda: wide_parquet(100_000, 1900), "application/octet-stream"),
    ("/check", 422, lambda: same_text(100_000, 15_000), "application/octet-stream"),
    ("/check", 413, lambda: wide_text(16_000, 1990), "text/csv"),
    ("/predict/batch", 200, lambda: many_lines(90_000), "text/csv"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="reads what a process held from /proc")
@pytest.mark.parametrize(("route", "status", "body", "kind"), BODIES)
def test_a_body_costs_at_most_three_times_its_size_and_300_mb(own_telco, route, status, body, kind):
    content = body()
    assert len(content) <= limits.MOST_BYTES
    told = memory_of(own_telco, route, content, kind)
    assert told["status"] == status, f"{told['said']}\n{told['stderr']}"
    assert told["mb"] <= 3 * len(content) / 1e6 + 300, told


def test_the_most_names_and_cells_are_taken_and_one_more_is_not(monkeypatch):
    monkeypatch.setattr(limits, "MOST_CELLS", 6)
    limits.refuse_wide([{str(n): 1 for n in range(2)}] * 3)
    with pytest.raises(limits.TooLarge, match="cells"):
        limits.refuse_wide([{"a": 1, "b": 2}, {}, {}, {}])
    monkeypatch.setattr(limits, "MOST_CELLS", 10**9)
    limits.refuse_wide([{str(n): 1} for n in range(limits.MOST_NAMES)])
    with pytest.raises(limits.TooLarge, match="names"):
        limits.refuse_wide([{str(n): 1} for n in range(limits.MOST_NAMES + 1)])


@pytest.mark.parametrize("route", ["/predict", "/explain", "/predict/batch", "/campaign", "/drift"])
def test_every_route_refuses_too_many_names_in_one_sentence(own_telco, route):
    client = TestClient(make_api(Workspace(own_telco)), client=("127.0.0.1", 1), base_url="http://localhost")
    fields = {f"c{n}": 1 for n in range(limits.MOST_NAMES + 1)}
    answer = client.post(route, json=fields if route in ("/predict", "/explain") else [fields])
    assert (answer.status_code, "names of columns" in answer.json()["error"]) == (413, True)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_cells_are_counted_in_a_file_whatever_its_kind(kind):
    content = packed({"a": [1] * 50, "b": [2] * 50}) if kind == "parquet" else b"a,b\n" + b"1,2\n" * 50
    workspace = Workspace()
    assert workspace.lists.check(content, limits=Limits(cells=100)).table.num_rows == 50
    with pytest.raises(ListRefused, match="99 cells"):
        workspace.lists.check(content, limits=Limits(cells=99))
