"""Sampling: about as many as asked, the same customers every time, the share of leavers kept, and said so."""

import json
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn.errors import RequestRefused
from churn.features.build import CustomerSample, read_sample_note, summarise
from churn.features.engines.base import NOTE
from churn.workspace.event_logs import recipe_for

AS_OF = date(2026, 2, 1)


@pytest.fixture(scope="module")
def purchases(tmp_path_factory):
    """Six thousand customers active in January, one in four of them in February too."""
    path = tmp_path_factory.mktemp("log") / "log.parquet"
    days = [(i, 20) for i in range(6000)] + [(i, 45) for i in range(0, 6000, 4)]
    table = {
        "customer": [f"c{i}" for i, _ in days],
        "date": [datetime.fromordinal(date(2026, 1, 1).toordinal() + d) for _, d in days],
    }
    pq.write_table(pa.table(table), path)
    return {"events": str(path)}


@pytest.fixture
def made(purchases, home):
    """Make the table of a date, with some of its customers."""

    def make(**asked):
        when = {"as_of": AS_OF, "horizon": 28, "complete_to": date(2026, 3, 31)}
        return summarise(purchases, recipe_for(home, "general"), **when, **asked)

    return make


def test_a_sample_keeps_the_share_of_leavers(made):
    found = made(sample=2000)
    assert (abs(found.rows - 2000) < 5, abs(found.leavers / found.rows - 0.75) < 0.002) == (True, True)
    assert found.notices[-1].text.endswith("of 6,000 customers, drawn by key, with the same share of leavers.")


def test_a_repeated_sample_draws_the_same_customers_and_a_smaller_one_some_of_them(made):
    first, again, smaller = (set(made(sample=n).table["customer"].to_pylist()) for n in (2000, 2000, 1500))
    assert first == again and smaller < first


def test_a_list_that_is_small_enough_is_kept_whole(made):
    found, whole = made(sample=50_000), made()
    assert found.table.to_pydict() == whole.table.to_pydict() and found.notices == whole.notices


def test_a_sample_too_small_to_learn_from_is_refused(made):
    with pytest.raises(RequestRefused, match="A sample of 500 customers is too small"):
        made(sample=500)


def test_the_file_says_what_was_drawn_of_what(made, tmp_path):
    found = made(sample=2000, output=tmp_path / "t.parquet")
    note = json.loads(pq.read_metadata(tmp_path / "t.parquet").metadata[NOTE.encode()])
    assert note["sample"] == {"rows": found.rows, "of": 6000}
    assert read_sample_note(tmp_path / "t.parquet") == str(CustomerSample(found.rows, 6000))


def test_a_file_that_says_nothing_is_no_sample(purchases, tmp_path):
    (tmp_path / "odd.parquet").write_text("no parquet")
    assert (read_sample_note(tmp_path / "odd.parquet"), read_sample_note(purchases["events"])) == (None, None)
