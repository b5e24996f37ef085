"""Figures of money and deciding: `python -m tests.bench.deciding [--small] [SECTION…]`.

Plans against their dual bound, the Telco simulation, coverage of measured lift, learnt rates, uplift on real and made
experiments. Both sides run here; the seeds are fixed; nothing was tuned on what is measured.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence

import numpy as np

from tests.bench.experimenting import REAL, hillstrom, known_truth
from tests.bench.measuring import Line, cost_of, table_of
from tests.bench.planning import every_case, plans


def telco(small: bool) -> list[Line]:
    """A policy by expected gain on out-of-fold scores; the offer's effect is assumed, the outcomes are real."""
    import pandas as pd

    from churn.money.economics import build_stakes, price_offers
    from churn.money.playbook import Action, Playbook, exact_estimate
    from churn.money.policies import realised_gain

    path = REAL / "telco_customer_churn.csv"
    if not path.is_file():
        return [Line("Telco simulation", f"needs {path.name}", reach="+5 %, +30 %, +15 %")]
    rows = pd.read_csv(path)
    left = (rows["Churn"] == "Yes").to_numpy()
    p = _out_of_fold(rows.drop(columns=["customerID", "Churn"]), left)
    action = Action(
        "offer", channel="mail", save=exact_estimate(0.30), take_up=exact_estimate(0.45), contact=exact_estimate(1.0)
    )
    book = Playbook((action,), margin=exact_estimate(0.5), periods=exact_estimate(18.0))
    book = book.having("offer", bill_share=exact_estimate(0.15), bill_periods=6.0)
    given = build_stakes(p, rows["MonthlyCharges"], book)
    chosen = price_offers(given, book, rows).gain[:, 0] > 0
    ways = {"ours": chosen, ".30": p >= 0.30, ".50": p >= 0.50, "all": p >= 0}
    money = {k: realised_gain(given, book, rows, np.where(m, 0, -1), left=left)["mid"] for k, m in ways.items()}
    reaches = {".30": 0.05, ".50": 0.30, "all": 0.15}
    names = {".30": "threshold .30", ".50": "threshold .50", "all": "treat all"}
    return [
        Line(
            f"Telco, assuming save 30 %, take-up 45 %, 15 % off 6 months, 50 % of 18 months: over {names[k]}",
            f"{money['ours']:,.0f} ({int(chosen.sum()):,} treated)",
            f"{money[k]:,.0f}",
            f"{money['ours'] / money[k] - 1:+.1%}",
            f"≥ {reach:+.0%}",
            money["ours"] / money[k] - 1 >= reach,
        )
        for k, reach in reaches.items()
    ]


def _out_of_fold(rows: object, left: np.ndarray) -> np.ndarray:
    """Probabilities from a regularised booster with settings fixed beforehand, never on its own training rows."""
    import pandas as pd
    import xgboost
    from sklearn.model_selection import StratifiedKFold

    table = pd.DataFrame(rows).assign(TotalCharges=lambda t: pd.to_numeric(t["TotalCharges"], errors="coerce"))
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].astype("category")
    settings = {
        "n_estimators": 400,
        "learning_rate": 0.025,
        "max_depth": 3,
        "min_child_weight": 10,
        "colsample_bytree": 0.5,
        "subsample": 0.8,
        "reg_lambda": 5,
        "enable_categorical": True,
        "n_jobs": 1,
        "random_state": 0,
    }
    p = np.zeros(len(table))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(table, left):
        model = xgboost.XGBClassifier(**settings).fit(table.iloc[train], left[train])
        p[test] = model.predict_proba(table.iloc[test])[:, 1]
    return p


def lift_coverage(small: bool) -> list[Line]:
    """Simulated campaigns with known truth through `measured_lift`: coverage, and zero effects called inconclusive."""
    lines = []
    runs = 200 if small else 1000
    for customers, held in ((600, 0.2), (3000, 0.1)):
        covered = [_one_campaign(seed, customers, held, 0.25) for seed in range(runs)]
        nothing = [_one_campaign(10_000 + seed, customers, held, 0.0) for seed in range(runs)]
        share, none = np.mean([c for c, _ in covered]), np.mean([c == "inconclusive" for _, c in nothing])
        where = f"{runs} campaigns of {customers:,}, {held:.0%} held out"
        lines.append(
            Line(
                f"lift: 95 % interval covers the truth, {where}",
                f"{share:.1%}",
                "",
                "",
                "93–97 %",
                bool(0.93 <= share <= 0.97),
            )
        )
        lines.append(
            Line(
                f"lift: zero effect called no effect shown, {where}",
                f"{none:.1%}",
                "",
                "",
                "≥ 94 %",
                bool(none >= 0.94),
            )
        )
    return lines


def _one_campaign(seed: int, customers: int, held: float, kept: float) -> tuple[bool, str]:
    import pandas as pd

    from churn.campaigns.holdout import assign_holdout
    from churn.campaigns.lift import measure_lift

    random = np.random.default_rng(seed)
    p = random.beta(1.3, 2.5, customers)
    keys = [f"{seed}-{i}" for i in range(customers)]
    tier = np.where(p > 0.4, "High", "Low")
    out = assign_holdout(keys, tier, share=held, seed=seed)
    table = pd.DataFrame(
        {"id": keys, "arm": np.where(out, "holdout", "treat"), "probability": p, "worth": 300.0, "cost": 5.0}
    )
    left = random.random(customers) < np.where(out, p, p * (1 - kept))
    found = measure_lift(table, pd.DataFrame({"id": keys, "left": left}), name="x", key="id", outcome="left")
    assert found.low is not None and found.high is not None
    return bool(found.low <= kept * p.mean() <= found.high), found.conclusion


def learnt_rates(small: bool) -> list[Line]:
    """Take-up in 6 segments × 5 actions, the assumption off by a factor (lognormal, sd .5): error against raw."""
    from churn.campaigns.learning import Cell, estimate_take_up
    from churn.money.playbook import Estimate

    lines, random = [], np.random.default_rng(0)
    for offered in (20, 50, 200, 1000):
        ours, raw, pooled = [], [], []
        for _ in range(40 if small else 200):
            for true_mean in random.uniform(0.05, 0.4, 5):
                true = np.clip(true_mean + random.normal(0, 0.05, 6), 0.01, 0.9)
                took = random.binomial(offered, true)
                guess = float(np.clip(true_mean * random.lognormal(0, 0.5), 0.02, 0.6))
                cells = [Cell("a", str(i), offered, int(k)) for i, k in enumerate(took)]
                found = estimate_take_up(cells, Estimate(0.6 * guess, guess, min(1.0, 1.4 * guess)))
                ours += [(f.estimate.mid - t) ** 2 for f, t in zip(found, true, strict=True)]
                raw += list((took / offered - true) ** 2)
                pooled += list((took.sum() / offered / 6 - true) ** 2)
        errors = [float(np.sqrt(np.mean(e))) for e in (ours, raw, pooled)]
        theirs = f"raw {errors[1]:.4f}, pooled {errors[2]:.4f}"
        name = f"empirical Bayes error of take-up, {offered} offered a cell"
        lines.append(
            Line(name, f"{errors[0]:.4f}", theirs, f"{errors[0] / errors[1]:.2f}×", "≤ raw", errors[0] <= errors[1])
        )
    return lines


def profit_of_a_million(small: bool) -> list[Line]:
    """The profit curve of a million customers, and EMPC against empulse."""
    from churn.money.economics import expected_maximum_profit
    from churn.money.policies import profit_curve

    random = np.random.default_rng(0)
    many = 100_000 if small else 1_000_000
    gain, risk = random.normal(0, 10, many), random.random(many)
    curve = cost_of(lambda: profit_curve(gain, risk))
    p = random.beta(1, 3, 7043)
    left = random.random(7043) < p
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from empulse.metrics import empc_score

        theirs = cost_of(lambda: empc_score(left.astype(int), p), repeats=3)
    ours = cost_of(lambda: expected_maximum_profit(left, p), repeats=3)
    gap = abs(ours.result.profit - theirs.result)
    ratio = f"{theirs.cpu / max(ours.cpu, 1e-9):.1f}×"
    return [
        Line(f"profit curve of {many:,} customers", f"{curve.cpu:.2f} CPU s", "", "", "< 1 s", curve.cpu < 1),
        Line("EMPC of 7,043 customers", f"{ours.cpu * 1000:.1f} ms", f"empulse {theirs.cpu * 1000:.1f} ms", ratio),
        Line("… same figure", f"difference {gap:.1e}", "", "", "≤ 1e-6", gap <= 1e-6),
    ]


SECTIONS: dict[str, Callable[[bool], list[Line]]] = {
    "money": profit_of_a_million,
    "plans": plans,
    "grid": every_case,
    "telco": telco,
    "lift": lift_coverage,
    "learnt": learnt_rates,
    "hillstrom": hillstrom,
    "truth": known_truth,
}


def figures(names: Sequence[str], small: bool) -> list[Line]:
    """The lines of these sections, each also told on standard error as soon as it is done."""
    lines: list[Line] = []
    for name in names or SECTIONS:
        lines += SECTIONS[name](small)
        print(f"{name} done", file=sys.stderr, flush=True)
    return lines


if __name__ == "__main__":
    lines = figures([a for a in sys.argv[1:] if a in SECTIONS], "--small" in sys.argv[1:])
    print(table_of(lines))
    sys.exit(any(x.reached is False for x in lines))
