"""A leak that was learnt from comes first: before it, no word may say how good the model is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DOUBTFUL = "doubtful"


def kept_leaks(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The columns that may know the outcome and that the model learnt from all the same."""
    learnt = {row["column"] for row in report.get("importance", ())}
    return [leak for leak in report.get("leaks", ()) if leak["column"] in learnt]


def leak_sentence(report: Mapping[str, Any]) -> str:
    """What has to be known before any other word of a report; empty where no leak was kept."""
    kept = kept_leaks(report)
    if not kept:
        return ""
    names = ", ".join(leak["column"] for leak in kept)
    one, why = len(kept) == 1, str(kept[0]["why"])
    may, them = ("may know", "it") if one else ("may each know", "them")
    return (
        f"{names} {may} who left already, and the model learnt from {them}. {why} "
        f"All that follows may be too good to be true: leave {them} out, unless {'it is' if one else 'they are'} known "
        "before a customer leaves."
    )


def with_leaks_first(report: Mapping[str, Any]) -> Mapping[str, Any]:
    """The report with its kept leaks said first and no verdict above them; one that says so already stays as it is."""
    said = leak_sentence(report)
    if not said or report["verdict"] == DOUBTFUL:
        return report
    return {**report, "verdict": DOUBTFUL, "summary": f"{said} {report['summary']}"}
