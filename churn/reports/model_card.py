"""The model card: what a model is, how good it is on customers never seen, and what to be careful about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from churn.money.amounts import Amounts
from churn.reports.campaign_words import nearly_everybody
from churn.reports.charts import Chart
from churn.reports.model_charts import PLAIN, report_charts, shap_charts
from churn.reports.pages import render_chart, render_heading, render_list, render_page, render_paragraph, render_table
from churn.training.model import Model
from churn.training.report import highest_lift

SCORES = {
    "roc_auc": "ROC-AUC: a leaver is ranked above a stayer",
    "pr_auc": "PR-AUC: precision over all list lengths",
    "logloss": "Log loss: the price of the probabilities, lower is better",
    "brier": "Brier score, lower is better",
    "ece": "Calibration error (ECE)",
    "calibration_slope": "Calibration slope, 1 is right",
    "max_f1": "Best F1",
    "times_random_top_tenth": "Times random in the riskiest tenth (at most {most})",
    "precision_at_recall_0.79": "Precision when 79% of leavers are reached",
    "precision_at_recall_0.9": "Precision when 90% are reached",
    "precision_at_recall_0.925": "Precision when 92.5% are reached",
}


def card_pages(model: Model, amounts: Amounts = PLAIN) -> dict[str, str]:
    """The pages of a version's report: the whole card, and every picture as a page of its own."""
    charts = [*report_charts(model.report, amounts), *shap_charts(model)]
    title = f"{model.name} {model.version}".strip()
    pages = {
        f"{c.name}.html": render_page(f"{title}: {c.finding}", [render_heading(title, 1), render_chart(c)])
        for c in charts
    }
    return {"card.html": card_page(model, charts, amounts)} | pages


def card_page(model: Model, charts: list[Chart], amounts: Amounts = PLAIN) -> str:
    """The whole card on one page."""
    report = model.report
    title = f"{model.name} {model.version}".strip()
    parts = [
        render_heading(title, 1),
        render_paragraph(f"{report['verdict'].capitalize()}. {report['summary']}", "lead"),
        render_paragraph(_origin(report), "quiet"),
        render_heading("How good it is on customers it has never seen"),
        render_table(_score_rows(report)),
        _final(report),
        *(render_chart(c) for c in charts),
        render_heading("Who competed"),
        render_table(_board(report), chosen=_champion_place(report)),
        render_paragraph(_blend(report), "quiet"),
        render_heading("Ways to choose the threshold"),
        _everybody(model),
        render_table(_points(report)),
        _tiers(model),
        *_money(report, amounts),
        *_fairness(report),
        render_heading("To be careful about"),
        render_list(_cautions(model)),
        render_heading("Where it comes from"),
        render_table(_lineage(model)),
    ]
    return render_page(title, [p for p in parts if p])


def _origin(report: Mapping[str, Any]) -> str:
    same = "" if report["distinct"] == report["customers"] else f" ({report['distinct']:,} distinct)"
    share = report["leavers"] / report["customers"]
    return (
        f"Learnt from {report['customers']:,} customers{same}, of whom {report['leavers']:,} left ({share:.1%}). "
        f"Checked on {report['plan']}, each time on customers that were not learnt from."
    )


def _score_rows(report: Mapping[str, Any]) -> list[dict[str, str]]:
    rows, most = [], highest_lift(report["leavers"] / report["customers"])
    for name, said in SCORES.items():
        score = report["scores"].get(name)
        if score:
            near = f"{score['low']:.3f} – {score['high']:.3f}" if score.get("low") is not None else ""
            rows.append(
                {
                    "Measure": said.replace("{most}", f"{most:.1f}"),
                    "Mean": _number(score["mean"]),
                    "± sd": _number(score["sd"]),
                    "95%": near,
                }
            )
    return rows


def _final(report: Mapping[str, Any]) -> str:
    final, gap = report["final"], report["by_time"]
    said = []
    if final:
        said.append(
            f"On an untouched final part of {final['customers']:,} customers: ROC-AUC {final['roc_auc']:.3f}, "
            f"log loss {final['logloss']:.3f}."
        )
    if gap:
        said.append(
            f"Forward in time ROC-AUC is {gap['roc_auc_forward']:.3f}; random folds would have shown "
            f"{gap['roc_auc_random']:.3f}."
        )
    return render_paragraph(" ".join(said)) if said else ""


def _board(report: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "Candidate": row["name"],
            "ROC-AUC": f"{_number(row['roc_auc'])} ± {_number(row['roc_auc_sd'])}",
            "PR-AUC": _number(row["pr_auc"]),
            "Log loss": _number(row["logloss"]),
            "Accuracy": _number(row["accuracy"]),
            "Precision": _number(row["precision"]),
            "Recall": _number(row["recall"]),
            "F1": _number(row["f1"]),
            "Training s": f"{row['seconds']:.2f}",
            "ms a customer": f"{row['milliseconds']:.2f}",
            "Folds": str(row["folds"]),
        }
        for row in report["leaderboard"]
    ]


def _champion_place(report: Mapping[str, Any]) -> int | None:
    return next((i for i, row in enumerate(report["leaderboard"]) if row["champion"]), None)


def _blend(report: Mapping[str, Any]) -> str:
    parts = ", ".join(f"{name} {weight:.0%}" for name, weight in report["blend"].items())
    cost = report["cost"]
    return (
        f"{report['champion']} goes into use: {parts}. Scoring costs as much as {cost['trees_of_depth_4']:,.0f} trees "
        f"of depth 4 (at most {cost['budget']:,.0f}), {cost['milliseconds']:.2f} ms for one customer with reasons."
    )


def _points(report: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "By": how,
            "From probability": f"{p['threshold']:.3f}",
            "Contacted": f"{p['contacted']:.0%}",
            "Leavers reached": f"{p['recall']:.1%}",
            "Precision": f"{p['precision']:.1%}",
            "F1": _number(p["f1"]),
        }
        for how, p in report["points"].items()
        if how != "chosen"
    ]


def _everybody(model: Model) -> str:
    said = nearly_everybody(model)
    return render_paragraph(said) if said else ""


def _tiers(model: Model) -> str:
    """Where the tiers begin, and that risk alone decides."""
    edges = model.thresholds
    return render_paragraph(
        f"Tiers go by risk alone: High from a probability of {edges.high:.1%}, Low below {edges.medium:.1%}, "
        "Medium between. Whom to look after first is the expected gain."
    )


def _money(report: Mapping[str, Any], amounts: Amounts) -> list[str]:
    money = report["earnings"]
    said = f"An offer pays from a probability of {money['break_even']:.1%} ({money['basis']})."
    if money.get("empc") is not None:
        said += f" Expected maximum profit (EMPC) {money['empc']:.2f} per customer."
    rows = [
        {
            "Treat": p["name"],
            "Customers": f"{p['treated']:,}",
            "Per customer, low": amounts.money(p["low"], 2),
            "mid": amounts.money(p["mid"], 2),
            "high": amounts.money(p["high"], 2),
        }
        for p in money["policies"]
    ]
    return [render_heading("In money"), render_paragraph(said), render_table(rows)]


def _fairness(report: Mapping[str, Any]) -> list[str]:
    rows = [
        {
            "Group": f"{r['column']}: {r['group']}",
            "Customers": f"{r['customers']:,}",
            "Left": f"{r['left']:.1%} ({r['left_low']:.1%} – {r['left_high']:.1%})",
            "Probability given": f"{r['probability']:.1%}",
            "Contacted": f"{r['chosen']:.1%}",
            "Leavers reached": "" if r["recall"] is None else f"{r['recall']:.1%}",
        }
        for r in report["fairness"]
    ]
    return [render_heading("Protected groups"), render_table(rows)] if rows else []


def _cautions(model: Model) -> list[str]:
    report = model.report
    said = [n.text for n in model.notices if n.kind in ("warning", "set_aside")]
    said += [c["text"] for c in report["left_out"]]
    said += [
        f"{t['column']} can be told from other columns (most from {t['nearest']}): their reasons share the credit."
        for t in report["twins"]
    ]
    said += list(report["choices"])
    said.append("Reasons and pictures show what goes with leaving; they do not show what causes it.")
    return list(dict.fromkeys(said))


def _lineage(model: Model) -> list[dict[str, str]]:
    rows = {k: v for k, v in model.lineage.items() if k not in ("libraries", "gate")} | model.lineage.get(
        "libraries", {}
    )
    return [{"What": str(k), "": str(v)} for k, v in rows.items()]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
