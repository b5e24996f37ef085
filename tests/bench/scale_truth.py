"""Next month's ROC-AUC of what was learnt from event logs, beside what the true probabilities allow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from churn import Workspace
from churn.samples.catalogue import make_sample
from tests.bench.measuring import Line
from tests.bench.scale_logs import KEYS, logs_of

LEARN, JUDGE = date(2026, 4, 1), date(2026, 5, 1)
NEAR = 0.02


def truth(folder: Path, small: bool) -> list[Line]:
    """One line for each sample that has logs: learnt from one month, judged in the next."""
    return [_line(folder, name, 2_000 if small else 20_000) for name in KEYS]


def _line(folder: Path, name: str, customers: int) -> Line:
    from sklearn.metrics import roc_auc_score

    sample, tables = make_sample(name, rows=customers), logs_of(folder, name, customers)
    workspace, paths = (
        Workspace(folder / f"home-{name}"),
        {day: folder / f"{name}-{day}.parquet" for day in (LEARN, JUDGE)},
    )
    for day, path in paths.items():
        workspace.logs.summarise(tables, name, as_of=day, horizon=30, output=path)
    workspace.models.train(paths[LEARN], profile=name, name=name, promotion="yes")
    both = _together(workspace, sample, paths[JUDGE], name)
    learnt, best = (roc_auc_score(both["left"], both[column]) for column in ("probability", "true"))
    return Line(
        f"{name}: ROC-AUC in the next month, {len(both):,} of {customers:,} customers",
        f"{learnt:.4f}",
        f"{best:.4f} with the true probabilities",
        f"{best - learnt:+.4f}",
        f"within {NEAR}",
        best - learnt <= NEAR,
    )


def _together(workspace: Workspace, sample, path: Path, name: str):
    """Each customer's score, true probability and what came of it, for those known to both."""
    import pyarrow.parquet as pq

    ranked = workspace.lists.score(path, model=name, everybody=True).scored.table
    found = ranked.select([ranked.column_names[0], "probability"]).to_pandas()
    found.columns = ["key", "probability"]
    found["left"] = (pq.read_table(path, columns=["left"])["left"].to_pandas() == "left").to_numpy()
    known = sample.truth().to_pandas()
    known = known[known["as_of"].astype(str).str[:10] == str(JUDGE)]
    known = known.assign(key=known[KEYS[name]].astype(str), true=known["probability"])[["key", "true"]]
    return found.merge(known.groupby("key", as_index=False).last(), on="key")
