"""Figures of uplift: the real e-mail experiment and one with known truth; part of `python -m tests.bench.deciding`."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np

from tests.bench.measuring import Line, cost_of

REAL = Path(os.environ.get("CHURN_REAL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def hillstrom(small: bool) -> list[Line]:
    """The real e-mail experiment: our Qini with its interval, beside scikit-uplift's two-model learner."""
    import pandas as pd
    import pyarrow as pa

    from churn.campaigns.uplift import Experiment, experiment_uplift
    from churn.schema import Column, Schema

    path = REAL / "hillstrom_email.csv.gz"
    if not path.is_file():
        return [Line("Hillstrom", f"needs {path.name}", reach="women's ≥ .05, men's not beyond chance")]
    rows = pd.read_csv(path)
    words = ("history_segment", "zip_code", "channel", "segment")
    kinds = {n: "category" if n in words else "number" for n in rows.columns if n not in ("conversion", "spend")}
    schema = Schema(tuple(Column(n, k) for n, k in kinds.items()))
    table = pa.Table.from_pandas(rows[list(kinds)], preserve_index=False)
    table = table.cast(pa.schema([(n, pa.string() if k == "category" else pa.float64()) for n, k in kinds.items()]))
    lines = []
    for name, arm in (("women's", "womens e-mail"), ("men's", "mens e-mail")):
        asked = Experiment("segment", "visit", control="no e-mail", arm=arm, good=("1",))
        cost = cost_of(lambda asked=asked: experiment_uplift(table, schema, asked))
        found, where = cost.result
        part = rows.iloc[where]
        treated = (part["segment"].str.lower() == arm).to_numpy()
        good = part["visit"].to_numpy()
        theirs = "" if small else f"two models {_two_models(part, treated, good):.4f}"
        said = f"{found.qini.value:.4f} ({found.qini.low:.4f} to {found.qini.high:.4f}), S check {found.check:.4f}"
        wanted = found.qini.value >= 0.05 and found.usable if name == "women's" else not found.usable
        reach = "≥ .05 and beyond chance" if name == "women's" else "not beyond chance"
        lines.append(Line(f"Hillstrom {name} e-mail Qini, {cost.cpu:.1f} CPU s", said, theirs, "", reach, bool(wanted)))
        same = abs(_their_qini(good, found.uplift, treated) - found.qini.value)
        lines.append(
            Line("… same coefficient by scikit-uplift", f"difference {same:.1e}", "", "", "≤ 1e-9", same <= 1e-9)
        )
    return lines


def _their_qini(good: np.ndarray, uplift: np.ndarray, treated: np.ndarray) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sklift.metrics import qini_auc_score

        return float(qini_auc_score(good.astype(int), uplift, treated.astype(int)))


def _two_models(part: object, treated: np.ndarray, good: np.ndarray) -> float:
    """scikit-uplift's two-model learner on boosted trees, cross-fitted in three folds."""
    import pandas as pd
    from sklearn.model_selection import StratifiedKFold

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lightgbm import LGBMClassifier
        from sklift.models import TwoModels

        matrix = pd.DataFrame(part).drop(columns=["segment", "visit", "conversion", "spend"])
        matrix = matrix.apply(lambda c: c if pd.api.types.is_numeric_dtype(c) else pd.factorize(c)[0])
        uplift = np.zeros(len(matrix))
        for train, test in StratifiedKFold(3, shuffle=True, random_state=0).split(matrix, 2 * treated + good):
            base = [
                LGBMClassifier(n_estimators=120, learning_rate=0.05, max_depth=3, n_jobs=1, verbose=-1) for _ in "ab"
            ]
            model = TwoModels(base[0], base[1]).fit(matrix.iloc[train], good[train], treated[train].astype(int))
            uplift[test] = model.predict(matrix.iloc[test])
    return _their_qini(good, uplift, treated)


def known_truth(small: bool) -> list[Line]:
    """The made offer experiment: our Qini beside the true uplift's, and how many named sleeping dogs are ones."""
    import pyarrow as pa

    from churn.campaigns.uplift import Experiment, experiment_uplift, measure_qini
    from churn.samples.catalogue import make_sample
    from churn.schema import Column, Schema

    lines = []
    for seed in (0,) if small else (0, 1, 2):
        blocks = list(make_sample("offer", seed=seed).blocks())
        table = pa.concat_tables([b.tables["customers"] for b in blocks])
        truth = pa.concat_tables([b.truth for b in blocks])
        numbers = ("tenure_months", "monthly_price", "complaints_6m", "usage_index", "mails_opened")
        columns = [
            Column(n, "number" if n in numbers else "category") for n in table.column_names if n != "customer_id"
        ]
        fields = [(c.name, pa.float64() if c.kind == "number" else pa.string()) for c in columns]
        table = table.select([c.name for c in columns]).cast(pa.schema(fields))
        asked = Experiment("offer", "left", bad=("yes",))
        found, where = experiment_uplift(table, Schema(tuple(columns)), asked)
        treated = np.array(table["offer"].to_pylist())[where] != "none"
        good = (np.array(table["left"].to_pylist())[where] == "no").astype(float)
        best = measure_qini(good, np.asarray(truth["uplift"])[where], treated, repeats=0).value
        dogs = np.asarray(truth["sleeping_dog"])[where]
        right = float(dogs[found.sleeping].mean()) if found.sleeping.any() else 0.0
        caught = float(found.sleeping[dogs].mean())
        short = best - found.qini.value
        lines.append(
            Line(
                f"offer experiment, seed {seed}: Qini",
                f"{found.qini.value:.4f}",
                f"true uplift {best:.4f}",
                "",
                "within .02",
                short <= 0.02,
            )
        )
        said = f"{right:.0%} of {int(found.sleeping.sum()):,} ({caught:.0%} of all found)"
        lines.append(Line("… sleeping dogs named rightly", said, "", "", "≥ 80 %", right >= 0.8))
    return lines
