"""What follows a score: it is counted, and kept for the book, without the caller waiting for either."""

from __future__ import annotations

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from churn.api.guard.doorkeeping import desk_of
from churn.desk.single.recording import Kept
from churn.desk.single.single_scores import Single, Singles

RECORD = "x-record"  # says `delayed` or `lost` where the score is not in the book as usual
SOURCE = "api"


async def headers_after(request: Request, scored: Single | Singles) -> dict[str, str]:
    """Count and keep scores; the headers that say where keeping them is delayed."""
    recorder, many = desk_of(request).recorder, isinstance(scored, Singles)
    # Opening the files, or writing many rows, is no work for the loop that answers everybody.
    at_once = recorder.ready and not many
    keep = recorder.keep_scores
    kept: Kept = keep(scored, SOURCE) if at_once else await run_in_threadpool(keep, scored, SOURCE)
    tiers, probabilities = (scored.tier, scored.probability) if many else ((scored.tier,), (scored.probability,))
    request.app.state.traffic.scored(scored.model, tiers, probabilities)
    return {} if kept == "kept" else {RECORD: kept}
