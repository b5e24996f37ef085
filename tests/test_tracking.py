"""A training can be read back from a real MLflow store, and a store that does not answer costs no version."""

import builtins
import json
import warnings

import pytest

from churn import Workspace
from churn.errors import RequestRefused, Unavailable
from churn.training import tracking
from churn.training.tracking import log_training, open_experiment, run_metrics, run_params
from tests.small_lists import small_training
from tests.trained import HISTORY


def model():
    return small_training().model.renamed("small", "v1")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


def runs_of(store, name):
    """What a person would see in MLflow: the finished runs of an experiment, with the client to open them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow.tracking import MlflowClient

        client = MlflowClient(tracking_uri=store)
        return client, client.search_runs([client.get_experiment_by_name(name).experiment_id])


def test_parameters_metrics_and_the_card_are_in_the_store(store, tmp_path):
    ledger = open_experiment(store, "small")
    said = log_training(ledger, model(), {"card.html": "<p>card</p>"}, {"promoted": "true"})
    client, (run,) = runs_of(store, "small")
    assert said.text == f"Written to MLflow as run {run.info.run_id} of the experiment small."
    assert (run.info.status, run.info.run_name, run.data.tags["promoted"]) == ("FINISHED", "small v1", "true")
    assert run.data.params == run_params(model())
    assert run.data.metrics == pytest.approx(run_metrics(model()))
    folder = client.download_artifacts(run.info.run_id, "report", str(tmp_path))
    kept = {p.name: p.read_text() for p in (tmp_path / "report").iterdir()}
    assert (kept["card.html"], json.loads(kept["report.json"])) == (
        "<p>card</p>",
        json.loads(json.dumps(model().report)),
    )
    assert folder == str(tmp_path / "report")


def test_the_figures_are_those_of_the_card():
    found, report = run_metrics(model()), model().report
    assert found["roc_auc"] == report["scores"]["roc_auc"]["mean"]
    best = report["leaderboard"][0]
    assert found[f"candidates/{best['name']}/logloss"] == best["logloss"]
    assert run_params(model())["champion"] == report["champion"]


def test_a_second_training_joins_the_experiment(store):
    assert open_experiment(store, "twice").experiment == open_experiment(store, "twice").experiment


@pytest.mark.slow  # what is written: test_parameters_metrics_and_the_card
def test_train_writes_to_the_store_and_says_where(own_telco, store):
    found = Workspace(own_telco).models.train(own_telco / HISTORY, quick=True, promotion="no", track=store)
    _, (run,) = runs_of(store, "telco")
    assert run.info.run_name == f"telco {found.model.version}"
    assert run.info.run_id in found.trained.notices[-1].text


def test_a_store_that_fails_afterwards_costs_no_version(store):
    ledger = open_experiment(store, "small")
    gone = tracking.TrackedExperiment("sqlite:////nowhere/x.db", "999999", ledger.client)
    said = log_training(gone, model(), {}, {})
    assert said.kind == "warning" and said.text.startswith("The version is kept, but was not written to MLflow.")


@pytest.mark.parametrize("uri", ["", "ftp://x/y", "carrier-pigeon:home"])
def test_a_place_that_makes_no_sense_is_refused_before_anything_is_learnt(home, uri):
    with pytest.raises(RequestRefused, match="not a place MLflow can write to"):
        open_experiment(uri, "small")


def test_a_store_that_does_not_answer_is_one_sentence_without_its_password(tmp_path):
    with pytest.raises(Unavailable) as refused:
        (tmp_path / "file").touch()
        open_experiment(f"sqlite:///{tmp_path / 'file' / 'x.db'}", "small")
    assert (str(refused.value).count("\n"), "does not answer" in refused.value.message) == (0, True)
    assert tracking._without_password("postgresql://me:secret@host/db") == "postgresql://host/db"


def test_without_mlflow_the_sentence_says_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("mlflow"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Unavailable) as refused:
        open_experiment("sqlite:///x.db", "small")
    assert "pip install mlflow-skinny" in refused.value.fix


def test_untracked_training_does_not_touch_mlflow():
    assert log_training(None, model(), {}, {}) is None
