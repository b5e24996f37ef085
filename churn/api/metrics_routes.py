"""What a monitoring system reads: how much is asked, how long it takes, which model is live, how its scores look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

from churn import __version__
from churn.errors import ChurnError
from churn.workspace.workspace import Workspace

router = APIRouter(tags=["operation"])
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Everything counted since the start, in the text format of Prometheus."""
    return Response(request.app.state.traffic.page(), media_type=TEXT)


def standing_gauges(workspace: Workspace) -> Iterator[Any]:
    """What stands now: the version of this program, the live models, and what waits for the database."""
    about = InfoMetricFamily("holdfast", "This program.")
    about.add_metric((), {"version": __version__})
    yield about
    waiting = GaugeMetricFamily("holdfast_records_waiting_bytes", "Bytes of records that wait for the database.")
    waiting.add_metric((), workspace.recorder.waiting())
    lost = GaugeMetricFamily("holdfast_records_lost", "Records for which there was no room anywhere.")
    lost.add_metric((), workspace.recorder.lost)
    away = GaugeMetricFamily("holdfast_book_away", "1 while the database does not answer.")
    away.add_metric((), float(workspace.recorder.away))
    yield from (waiting, lost, away, _live(workspace))


def _live(workspace: Workspace) -> GaugeMetricFamily:
    live = GaugeMetricFamily("holdfast_live_model", "1 for each version that is live.", labels=("model", "version"))
    try:
        cards = workspace.models.list()
    except ChurnError:
        return live
    for card in cards:
        if card["live"]:
            live.add_metric((card["name"], card["live"]), 1.0)
    return live
