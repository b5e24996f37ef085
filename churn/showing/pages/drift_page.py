"""The drift page: one list held against a model, as a self-contained page for a meeting or an archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from churn.showing.figures.drift_figures import drift_charts
from churn.showing.figures.watch_figures import history_charts
from churn.showing.pages.page_frame import heading, listing, page_of, paragraph, picture, tabulated

VERDICTS = {"keep": "Keep the model", "watch": "Watch the next list", "retrain": "Retrain the model"}
Words = Mapping[str, Any]


def watched_page(report: Words, *, source: str, at: str, history: Sequence[Words] = ()) -> str:
    """The whole page; `history` are the lists before this one with this one last."""
    title = f"{source} against {report['model']}"
    moved = [c for c in report["details"] if c["moved"]]
    parts = [
        heading(title, 1),
        paragraph(f"{report['customers']:,} customers, watched {at[:16].replace('T', ' ')} (UTC)", "quiet"),
        paragraph(f"{VERDICTS[report['verdict']]}. {report['advice']['why']}", "lead"),
        heading("The data"),
        listing([a["text"] for a in report["alarms"]]) or paragraph("No fault was found in the data."),
        heading("What moved"),
        paragraph("" if moved else "No column moved beyond chance."),
        tabulated([_column(c) for c in moved]),
        *(picture(c) for c in drift_charts(report)),
        *_realised(report),
        *([heading("List after list"), *(picture(c) for c in history_charts(history))] if len(history) > 1 else []),
        heading("Every column"),
        tabulated([_column(c) for c in report["details"]]),
        heading("To be careful about"),
        listing(list(dict.fromkeys(n["text"] for n in report["notices"]))),
        paragraph(str(report["estimate"].get("why", "")), "quiet"),
    ]
    return page_of(title, [p for p in parts if p and p != "<p></p>"])


def _column(column: Words) -> dict[str, str]:
    return {
        "Column": column["label"],
        "PSI beyond chance": f"{column['size']:.3f}",
        "95%": f"{column['low']:.3f} – {column['high']:.3f}",
        "KS D": "" if column["ks"] is None else f"{column['ks']:.3f}",
        "Jensen–Shannon": f"{column['js']:.3f}",
        "Total variation": f"{column['tv']:.3f}",
        "Share of the risk": f"{column['weight']:.0%}",
        "What happened": column["why"],
    }


def _realised(report: Words) -> list[str]:
    found = report["estimate"].get("realised")
    return [heading("What became of customers scored before"), paragraph(found["why"])] if found else []
