"""Has a list moved away from what the model learnt, and what a monitoring system follows of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from prometheus_client.core import GaugeMetricFamily
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from churn.api.middleware import workspace_of
from churn.api.requests import FileSaid, SentFile, customers_sent
from churn.api.score_routes import LIMITS, DayAsked, ModelAsked, within_limits
from churn.errors import ChurnError
from churn.workspace.workspace import Workspace

router = APIRouter(tags=["watching"])
Keep = Annotated[bool, Query(description="false only looks: nothing is kept, so it counts for no later list")]


class Drift(BaseModel):
    """Whether a list has moved, whether it matters, and what to do: keep, watch or retrain."""

    verdict: str
    columns: list[dict[str, Any]]
    score: dict[str, Any]
    estimate: dict[str, Any]
    advice: dict[str, Any]
    notices: list[dict[str, Any]]
    model: str
    list: str


@router.post("/drift", response_model=Drift, response_model_exclude_unset=True)
async def drift(
    request: Request, about: FileSaid, model: ModelAsked, as_of: DayAsked = None, keep: Keep = True
) -> JSONResponse:
    """Hold a list against the model: an uploaded file, or a JSON list of customers under the list's own names."""
    sent, workspace = await customers_sent(request), workspace_of(request)
    if not isinstance(sent, SentFile):
        sent = SentFile(await run_in_threadpool(as_csv, sent), "sent.csv")
    words = {**about.options(sent), "limits": LIMITS, "as_of": as_of}
    watched = partial(workspace.monitor.check, sent.content, model=model, keep=keep, **words)
    found = await run_in_threadpool(within_limits, watched)
    return JSONResponse(found.as_json())


def as_csv(customers: Sequence[Mapping[str, Any]]) -> bytes:
    """Customers that came as objects, as the file they would be: read by the same rules as any other list."""
    names = list(dict.fromkeys(name for customer in customers for name in customer))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({n: "" if v is None else v for n, v in customer.items()} for customer in customers)
    return text.getvalue().encode()


def drift_gauges(workspace: Workspace) -> Iterator[Any]:
    """The numbers of the latest list of every watched model; none while the database does not answer."""
    try:
        signs = workspace.monitor.latest()
    except ChurnError:
        return
    names = dict.fromkeys(name for one in signs for name in one["gauges"])
    for name in names:
        gauge = GaugeMetricFamily(f"holdfast_{name}", MEANINGS.get(name, ""), labels=("model", "version"))
        for one in (s for s in signs if name in s["gauges"]):
            gauge.add_metric((one["model"], one["version"]), one["gauges"][name])
        yield gauge


MEANINGS = {
    "drift_customers": "Customers of the latest watched list.",
    "drift_columns_moved": "Columns that moved beyond chance on the latest watched list.",
    "drift_data_alarms": "Faults of the data on the latest watched list.",
    "drift_share_returned": "Share of the customers of the list before who are on it.",
    "drift_score_psi": "PSI of its scores above the noise floor.",
    "drift_retrain_advised": "1 where it advises a retrain.",
    "drift_expected_auc": "Expected ROC-AUC on it, from the probabilities alone.",
    "drift_expected_recall": "Expected share of leavers reached at the model's threshold.",
    "drift_expected_precision": "Expected share of leavers among those predicted to leave.",
    "drift_expected_churn_rate": "Expected share of customers who leave.",
    "drift_expected_profit_per_customer": "Expected profit per customer of acting on it, under the playbook.",
    "drift_realised_auc": "ROC-AUC by outcomes, where they are known.",
    "drift_realised_churn_rate": "Share of customers who left, where it is known.",
}
