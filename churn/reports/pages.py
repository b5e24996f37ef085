"""The page frame: self-contained HTML that opens from a disk, prints well and runs no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from churn.reports.charts import Chart, render_svg
from churn.reports.monitoring_charts import drift_charts, history_charts

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1b1b1b; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.8rem; margin-bottom: 0; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
.lead { font-size: 1.1rem; } .quiet { color: #565656; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; } tr.chosen { font-weight: 600; }
.scroll { overflow-x: auto; } figure { margin: 1.5rem 0; break-inside: avoid; } svg { width: 100%; height: auto; }
figcaption { font-weight: 600; } figure p { margin: .25rem 0; color: #565656; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; margin: 1.5rem 0; }
.tiles div { flex: 1 1 10rem; border: 1px solid #dbe2ec; border-radius: .6rem; padding: .75rem 1rem; }
.tiles dt { color: #4b5563; font-size: .9rem; } .tiles dd { margin: 0; }
.tiles .number { font-size: 1.6rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles .beneath { color: #4b5563; font-size: .85rem; }
@page { size: A4; margin: 16mm; }
@media print {
  body { font-size: 11pt; margin: 0; max-width: none; padding: 0; } h1 { font-size: 20pt; }
  h2 { break-after: avoid; margin-top: 1.25rem; } tr, .tiles div { break-inside: avoid; }
  .tiles div { flex-basis: 7rem; padding: .5rem .75rem; } .tiles .number { font-size: 1.3rem; }
  .scroll { overflow: visible; } figure svg { max-height: 8cm; }
}
"""


# Nothing may be fetched, and nothing may run, even if a cell of a list slipped through as markup.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def render_page(title: str, parts: Iterable[str]) -> str:
    """A whole page with its title and parts, which are HTML already."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def render_heading(text: str, level: int = 2) -> str:
    """A heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def render_paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text."""
    return f'<p class="{escape(kind)}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def render_list(texts: Sequence[str]) -> str:
    """A list of sentences; nothing when there are none."""
    return "<ul>" + "".join(f"<li>{escape(t)}</li>" for t in texts) + "</ul>" if texts else ""


def render_chart(chart: Chart) -> str:
    """A chart with its finding above, how to read it below, and what it assumes."""
    drawn = render_svg(chart.figure, label=chart.alt)
    taken = f" Assumed: {chart.assumes}" if chart.assumes else ""
    below = escape(f"{chart.reading}{taken}")
    return f"<figure><figcaption>{escape(chart.finding)}</figcaption>{drawn}<p>{below}</p></figure>"


def render_tiles(figures: Sequence[tuple[str, str, str]]) -> str:
    """A few numbers side by side, each with its label above and a few words beneath."""
    drawn = []
    for label, number, beneath in figures:
        more = f'<dd class="beneath">{escape(beneath)}</dd>' if beneath else ""
        drawn.append(f'<div><dt>{escape(label)}</dt><dd class="number">{escape(number)}</dd>{more}</div>')
    return f'<dl class="tiles">{"".join(drawn)}</dl>' if drawn else ""


def render_table(rows: Sequence[Mapping[str, Any]], *, chosen: int | None = None) -> str:
    """Rows as a table with the keys of the first as its head; the chosen row stands out."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(str(k))}</th>' for k in rows[0])
    body = []
    for i, row in enumerate(rows):
        cells = "".join(f"<td>{escape(str(v))}</td>" for v in row.values())
        body.append(f'<tr class="chosen">{cells}</tr>' if i == chosen else f"<tr>{cells}</tr>")
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{table}</div>'


# The brief: what a list says and what to do next, on a page for a meeting; it names no customer.


@dataclass(frozen=True)
class Brief:
    """What the page is made of, as text ready to be read.

    figures   the few numbers on top: label, number, a few words beneath
    step      the next step and why
    groups    groups of customers that are likely to leave, as rows of a table
    """

    title: str
    origin: str
    figures: Sequence[tuple[str, str, str]]
    step: tuple[str, str]
    charts: Sequence[Chart]
    tiers: Sequence[Mapping[str, str]]
    groups: Sequence[Mapping[str, str]] = ()
    changes: Sequence[str] = ()
    changes_since: str = ""
    cautions: Sequence[str] = field(default_factory=tuple)


def brief_page(brief: Brief) -> str:
    """The page: the numbers first, then what to do, then where the risk is and what goes with it."""
    step, why = brief.step
    parts = [
        render_heading(brief.title, 1),
        render_paragraph(brief.origin, "quiet"),
        render_tiles(brief.figures),
        render_heading(f"Next step: {step[:1].lower()}{step[1:]}"),
        render_paragraph(why, "lead"),
        render_heading("Where the risk is"),
        render_table(brief.tiers),
        *(render_chart(chart) for chart in brief.charts),
        *((render_heading("Groups that are likely to leave"), render_table(brief.groups)) if brief.groups else ()),
        *((render_heading(f"Since {brief.changes_since}"), render_list(brief.changes)) if brief.changes else ()),
        render_heading("To be careful about"),
        render_list(brief.cautions),
    ]
    return render_page(brief.title, [part for part in parts if part])


# The drift page: one list held against a model, as a self-contained page for a meeting or an archive.


VERDICTS = {"keep": "Keep the model", "watch": "Watch the next list", "retrain": "Retrain the model"}
Words = Mapping[str, Any]


def monitoring_page(report: Words, *, source: str, at: str, history: Sequence[Words] = ()) -> str:
    """The whole page; `history` are the lists before this one with this one last."""
    title = f"{source} against {report['model']}"
    moved = [c for c in report["details"] if c["moved"]]
    parts = [
        render_heading(title, 1),
        render_paragraph(f"{report['customers']:,} customers, watched {at[:16].replace('T', ' ')} (UTC)", "quiet"),
        render_paragraph(f"{VERDICTS[report['verdict']]}. {report['advice']['why']}", "lead"),
        render_heading("The data"),
        render_list([a["text"] for a in report["alarms"]]) or render_paragraph("No fault was found in the data."),
        render_heading("What moved"),
        render_paragraph("" if moved else "No column moved beyond chance."),
        render_table([_column(c) for c in moved]),
        *(render_chart(c) for c in drift_charts(report)),
        *_realised(report),
        *(
            [render_heading("List after list"), *(render_chart(c) for c in history_charts(history))]
            if len(history) > 1
            else []
        ),
        render_heading("Every column"),
        render_table([_column(c) for c in report["details"]]),
        render_heading("To be careful about"),
        render_list(list(dict.fromkeys(n["text"] for n in report["notices"]))),
        render_paragraph(str(report["estimate"].get("why", "")), "quiet"),
    ]
    return render_page(title, [p for p in parts if p and p != "<p></p>"])


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
    return [render_heading("What became of customers scored before"), render_paragraph(found["why"])] if found else []
