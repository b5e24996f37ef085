"""Event logs, from the files to a model: nobody is learnt from and judged on at once."""

from datetime import date

import numpy as np
import pyarrow.parquet as pq
import pytest

from churn import Workspace
from churn.errors import RequestRefused
from churn.training import train as training
from churn.training.dataset import folds
from tests.event_logs import shop_log, silent_log

AS_OF = date(2026, 4, 15)


@pytest.fixture
def logs(tmp_path):
    (tmp_path / "log.csv").write_text(shop_log())
    return {"events": str(tmp_path / "log.csv")}


def test_recipes_are_those_of_the_businesses_with_event_logs(home):
    assert set(Workspace(home).logs.recipes()) == {"general", "music", "shop"}


def test_a_list_from_logs_is_a_file_that_any_verb_reads(home, logs):
    made = Workspace(home).logs.make_list(logs, "shop", as_of=AS_OF)
    reading = Workspace(home).lists.check(made.content, filename=made.name)
    assert (made.name, reading.rows, reading.profile) == ("shop-2026-04-15.parquet", made.summary.rows, "shop")


def test_a_table_of_several_dates_keeps_each_customer_in_one_fold(home, logs, tmp_path, monkeypatch):
    made = Workspace(home).logs.summarise(
        logs, "shop", as_of=AS_OF, horizon=30, dates=3, step=20, output=tmp_path / "t.parquet"
    )
    table = pq.read_table(made.path)
    keys = np.array(table["customer"].to_pylist())
    assert len(set(map(str, table["as_of"].to_pylist()))) == 3 and len(set(keys)) < len(keys)
    seen = []

    def noting(examples, *, quick, seed, tuned, heard):
        seen.append(examples)
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "contest", noting)
    with pytest.raises(KeyboardInterrupt):
        Workspace(home).models.train(made.path, quick=True)
    (examples,) = seen
    for learn, check in folds(examples, 5, seed=0):
        assert set(keys[examples.places[learn]]) & set(keys[examples.places[check]]) == set()


def test_several_dates_without_a_horizon_are_refused(home, logs):
    with pytest.raises(RequestRefused, match="Several dates make a table to learn from"):
        Workspace(home).logs.summarise(logs, "shop", as_of=AS_OF, dates=2)


def test_filling_in_is_told_by_quality_with_an_interval(home, tmp_path):
    (tmp_path / "silent.csv").write_text(silent_log())
    asked = {"as_of": date(2026, 3, 20), "horizon": 30, "dates": 3, "step": 10}
    found = Workspace(home).logs.try_filling({"events": str(tmp_path / "silent.csv")}, "shop", **asked)
    assert found.low <= found.difference <= found.high
    assert 0.5 < found.first < 1 and found.customers <= 120 < found.rows


def test_a_log_without_silent_days_has_nothing_to_fill_in(home, logs):
    with pytest.raises(RequestRefused, match="nothing to fill in"):
        Workspace(home).logs.try_filling(logs, "shop", as_of=AS_OF, horizon=30)


def test_the_operators_engine_is_used_where_nobody_names_one(home, logs, monkeypatch):
    monkeypatch.setenv("CHURN_ENGINE", "duckdb://?colour=red")
    with pytest.raises(RequestRefused, match="no setting 'colour'"):
        Workspace(home).logs.outlook(logs, "shop")
