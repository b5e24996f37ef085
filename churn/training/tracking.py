"""Tracking: a training is also logged to MLflow, for teams that compare their models there."""

from __future__ import annotations

import os
import re
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from churn.errors import ChurnError, RequestRefused, Unavailable
from churn.notices import Notice
from churn.training.model import Model

SCHEMES = ("sqlite", "postgresql", "mysql", "mssql", "http", "https", "file", "databricks")
_NOT_ALLOWED = re.compile(r"[^\w\-. /]")  # MLflow takes no other signs in the name of a metric


@dataclass(frozen=True)
class TrackedExperiment:
    """An experiment of a tracking store that has answered: where it is, and the client that writes to it."""

    uri: str
    experiment: str
    client: Any

    def log(self, model: Model, pages: Mapping[str, str], tags: Mapping[str, str]) -> str:
        """Log one training: parameters, metrics, the report with its charts; returns the number of the run."""
        with _quiet():
            run = self.client.create_run(self.experiment, run_name=f"{model.name} {model.version}", tags=dict(tags))
            number = run.info.run_id
            self.client.log_batch(number, metrics=_as_metrics(run_metrics(model)), params=_as_params(model))
            for name, text in pages.items():
                self.client.log_text(number, text, f"report/{name}")
            self.client.log_dict(number, dict(model.report), "report/report.json")
            self.client.set_terminated(number)
        return number


def open_experiment(uri: str, name: str) -> TrackedExperiment:
    """Open, or create, the experiment of that name; done before the long work begins."""
    _refuse_bad_uri(uri)
    with _quiet(), _plain_errors(uri):
        client = _client(uri)
        known = client.get_experiment_by_name(name)
        experiment = (
            known.experiment_id if known else client.create_experiment(name, artifact_location=_artifact_folder(uri))
        )
    return TrackedExperiment(uri, experiment, client)


def log_training(
    experiment: TrackedExperiment | None, model: Model, pages: Mapping[str, str], tags: Mapping[str, str]
) -> Notice | None:
    """Log a training, and say where; if the store fails now, the saved version is unaffected."""
    if experiment is None:
        return None
    try:
        with _plain_errors(experiment.uri):
            run = experiment.log(model, pages, tags)
    except ChurnError as problem:
        return Notice("warning", f"The version is kept, but was not written to MLflow. {problem.message}")
    return Notice("info", f"Written to MLflow as run {run} of the experiment {model.name}.")


def run_params(model: Model) -> dict[str, str]:
    """The parameters of a run: what was learnt from, and how."""
    lineage, report = model.lineage, model.report
    outcome = model.schema.outcome
    words: dict[str, Any] = {
        "outcome": outcome.name if outcome else "",
        "customers": report["customers"],
        "leavers": report["leavers"],
        "columns": len(model.encoder.fields),
        "checked_on": report["plan"],
        "champion": report["champion"],
        "calibration": model.calibration.method,
        "threshold_by": model.thresholds.how,
    }
    words |= {f"weight {name}": round(weight, 4) for name, weight in report["blend"].items()}
    words |= {k: lineage[k] for k in ("profile", "list", "data", "seed", "quick", "tune", "aim") if k in lineage}
    words |= {f"library {name}": number for name, number in lineage.get("libraries", {}).items()}
    return {_NOT_ALLOWED.sub("_", name): str(value) for name, value in words.items()}


def run_metrics(model: Model) -> dict[str, float]:
    """Every metric of the report, and of every candidate."""
    report = model.report
    found: dict[str, Any] = {"threshold": model.thresholds.chosen, "empc": report["earnings"].get("empc")}
    for name, score in report["scores"].items():
        found |= {name: score["mean"], f"{name}_sd": score["sd"]}
    found |= {f"final/{k}": v for k, v in report["final"].items()}
    for row in report["leaderboard"]:
        found |= {f"candidates/{row['name']}/{k}": v for k, v in row.items()}
    number = {k: v for k, v in found.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    return {_NOT_ALLOWED.sub("_", name): float(value) for name, value in number.items()}


def _as_metrics(figures: Mapping[str, float]) -> list[Any]:
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    return [Metric(name, value, timestamp=now, step=0) for name, value in figures.items()]


def _as_params(model: Model) -> list[Any]:
    from mlflow.entities import Param

    return [Param(name, value) for name, value in run_params(model).items()]


def _client(uri: str) -> Any:
    # MLflow would report its use to its makers; nothing leaves this machine unless a person names the place.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")  # its own seven would take minutes to say no
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
    if urlparse(uri).scheme in ("", "file"):
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # asked for by name; MLflow prefers a database
    try:
        from mlflow.tracking import MlflowClient
    except ImportError as problem:
        raise Unavailable(
            "Tracking needs MLflow, which is not installed.",
            "Install it with `pip install mlflow-skinny`, or train without tracking.",
        ) from problem
    return MlflowClient(tracking_uri=uri)


def _refuse_bad_uri(uri: str) -> None:
    scheme = urlparse(uri).scheme.split("+")[0]
    if not uri.strip() or (scheme and scheme not in SCHEMES):
        raise RequestRefused(
            f"{uri!r} is not a place MLflow can write to.",
            "Give for example sqlite:///mlflow.db, http://127.0.0.1:5000 or the path of a folder.",
        )


def _artifact_folder(uri: str) -> str | None:
    """Where the pages of a SQLite store go: beside the database, not in whatever folder the program was started in."""
    if not uri.startswith("sqlite:///"):
        return None
    return (Path(uri.removeprefix("sqlite:///")).resolve().parent / "mlartifacts").as_uri()


@contextmanager
def _plain_errors(uri: str) -> Iterator[None]:
    """Turn whatever a tracking store may raise into one sentence."""
    try:
        yield
    except ChurnError:
        raise
    except Exception as problem:  # MLflow, its database drivers and HTTP each have errors of their own
        text = " ".join(str(problem).split())[:200]
        raise Unavailable(
            f"MLflow at {_without_password(uri)} does not answer: {text}",
            "Check the address, or train without tracking.",
        ) from problem


def _without_password(uri: str) -> str:
    """The address without a password in it."""
    return re.sub(r"//[^/@]*@", "//", uri)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MLflow's own messages and warnings from mixing with ours."""
    import logging

    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
