"""Figures of money and deciding: `python -m tests.bench.deciding [--small]`.

Plans against their dual bound, the Telco simulation, coverage of measured lift, learnt rates, uplift on real and made
experiments. Both sides run here; the seeds are fixed; nothing was tuned on what is measured.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path

import numpy as np

from tests.bench.measuring import Line, child_cost, cost_of, table_of

REAL = Path(os.environ.get("CHURN_REAL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))

PLAN_CODE = """
import json, sys, time
import numpy as np, pandas as pd
from churn.deciding.choices import Choices
from churn.deciding.ordering import Order
from churn.deciding.plan import planned_campaign
from churn.money.gain import offers
from churn.money.playbook import Action, Estimate, Playbook, exactly
from churn.money.worth import stakes
n, holdout = int(sys.argv[1]), float(sys.argv[2])
random = np.random.default_rng(0)
rows = {"key": [f"c{i}" for i in range(n)], "probability": random.beta(1.2, 3.0, n)}
rows["value"] = random.lognormal(4, 0.6, n)
rows["tier"] = np.where(rows["probability"] > 0.4, "High", np.where(rows["probability"] > 0.2, "Medium", "Low"))
rows["need"], rows["region"] = random.random(n), random.choice(["n", "e", "s", "w"], n)
scored = pd.DataFrame(rows)
def act(name, channel, save, take, wake, contact, offer, need):
    from churn.money.eligibility import rule_from
    return Action(name, name, channel, exactly(save), exactly(take), exactly(wake), exactly(contact), exactly(offer),
                  rule=rule_from(need))
book = Playbook((act("tip", "app", .08, .10, 0, .2, 5, ""), act("gift", "email", .12, .3, .002, .5, 12, "need > 0.1"),
                 act("discount", "email", .2, .45, .003, .5, 30, "need > 0.3"),
                 act("letter", "post", .25, .25, .005, 1.5, 45, ""),
                 act("call", "call", .33, .4, .015, 9, 60, "need > 0.2")),
                capacity={"app": n // 10, "email": n * 15 // 100, "post": n // 20, "call": n // 50},
                margin=exactly(.5), periods=exactly(18))
order = Order(budget=2.0 * n, holdout=holdout, seed=1,
              at_most={("region", "n"): n // 12}, at_least={("region", "w"): n // 50})
start = time.process_time()
campaign = planned_campaign(scored, book, order)
cpu = time.process_time() - start
treat = campaign.table[campaign.table.arm == "treat"]
used = treat.channel.value_counts().to_dict()
kept = campaign.spent <= 2.0 * n + 1e-6 and all(used.get(c, 0) <= m for c, m in book.capacity.items())
kept = kept and (treat.region == "n").sum() <= n // 12 and (treat.region == "w").sum() >= n // 50
found = offers(stakes(scored.probability, scored.value, book), book, scored)
best, order_ = found.best, np.argsort(-found.gain.max(axis=1))
room, money, greedy = dict(book.capacity), 2.0 * n, 0.0
channels = [a.channel for a in book.actions]
for i in order_[: min(n, 400_000)]:
    a = best[i]
    if a >= 0 and room[channels[a]] > 0 and found.cost[i, a] <= money:
        room[channels[a]] -= 1; money -= found.cost[i, a]; greedy += found.gain[i, a]
print(json.dumps({"reached": campaign.reached, "cpu": cpu, "kept": bool(kept), "greedy": greedy / campaign.bound,
                  "treated": campaign.treated, "held": campaign.held}))
"""


def plans(small: bool) -> list[Line]:
    """The plan against its dual bound, its CPU seconds and peak memory, beside "best action, highest gain first"."""
    lines = []
    for customers in (1_000, 10_000) if small else (1_000, 10_000, 100_000, 1_000_000):
        for holdout in (0.0, 0.1) if customers in (1_000, 1_000_000) else (0.0,):
            cost, peak = child_cost(PLAN_CODE, str(customers), str(holdout))
            got = json.loads(cost.result)
            name = f"plan {customers:,} × 5 actions × 4 channels, holdout {holdout:.0%}"
            good = got["reached"] >= 0.995 and got["kept"]
            reach = "≥ 99.5 % of the bound, no limit broken"
            value, theirs = (
                f"{got['reached']:.3%}, limits {'kept' if got['kept'] else 'BROKEN'}",
                f"greedy {got['greedy']:.1%}",
            )
            lines.append(Line(name, value, theirs, f"{got['reached'] / got['greedy']:.2f}×", reach, good))
            large = customers == 1_000_000
            fits = got["cpu"] < 8 and peak < 1500 if large else None
            reach = "< 8 CPU s, < 1.5 GB" if large else ""
            lines.append(Line("… CPU, peak memory", f"{got['cpu']:.2f} s, {peak:,.0f} MB", "", "", reach, fits))
    return lines


def telco() -> list[Line]:
    """A policy by expected gain on out-of-fold scores; the offer's effect is assumed, the outcomes are real."""
    import pandas as pd

    from churn.money.gain import offers
    from churn.money.playbook import Action, Playbook, exactly
    from churn.money.policies import realised
    from churn.money.worth import stakes

    path = REAL / "telco_customer_churn.csv"
    if not path.is_file():
        return [Line("Telco simulation", f"needs {path.name}", reach="+5 %, +30 %, +15 %")]
    rows = pd.read_csv(path)
    left = (rows["Churn"] == "Yes").to_numpy()
    p = _out_of_fold(rows.drop(columns=["customerID", "Churn"]), left)
    action = Action("offer", channel="mail", save=exactly(0.30), take_up=exactly(0.45), contact=exactly(1.0))
    book = Playbook((action,), margin=exactly(0.5), periods=exactly(18.0))
    book = book.having("offer", bill_share=exactly(0.15), bill_periods=6.0)
    given = stakes(p, rows["MonthlyCharges"], book)
    chosen = offers(given, book, rows).gain[:, 0] > 0
    ways = {"ours": chosen, ".30": p >= 0.30, ".50": p >= 0.50, "all": p >= 0}
    money = {k: realised(given, book, rows, np.where(m, 0, -1), left=left)["mid"] for k, m in ways.items()}
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

    from churn.deciding.holdout import arms
    from churn.deciding.lift import measured_lift

    random = np.random.default_rng(seed)
    p = random.beta(1.3, 2.5, customers)
    keys = [f"{seed}-{i}" for i in range(customers)]
    tier = np.where(p > 0.4, "High", "Low")
    out = arms(keys, tier, share=held, seed=seed)
    table = pd.DataFrame(
        {"id": keys, "arm": np.where(out, "holdout", "treat"), "probability": p, "worth": 300.0, "cost": 5.0}
    )
    left = random.random(customers) < np.where(out, p, p * (1 - kept))
    found = measured_lift(table, pd.DataFrame({"id": keys, "left": left}), name="x", key="id", outcome="left")
    assert found.low is not None and found.high is not None
    return bool(found.low <= kept * p.mean() <= found.high), found.conclusion


def learnt_rates(small: bool) -> list[Line]:
    """Take-up in 6 segments × 5 actions, the assumption off by a factor (lognormal, sd .5): error against raw."""
    from churn.deciding.learnt import Cell, learnt_take_up
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
                found = learnt_take_up(cells, Estimate(0.6 * guess, guess, min(1.0, 1.4 * guess)))
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


def hillstrom(small: bool) -> list[Line]:
    """The real e-mail experiment: our Qini with its interval, beside scikit-uplift's two-model learner."""
    import pandas as pd
    import pyarrow as pa

    from churn.deciding.experiment import Experiment, experiment_uplift
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

    from churn.deciding.experiment import Experiment, experiment_uplift
    from churn.deciding.qini import qini_of
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
        best = qini_of(good, np.asarray(truth["uplift"])[where], treated, repeats=0).value
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


def profit_of_a_million() -> list[Line]:
    """The profit curve of a million customers, and EMPC against empulse."""
    from churn.money.empc import expected_maximum_profit
    from churn.money.policies import profit_curve

    random = np.random.default_rng(0)
    gain, risk = random.normal(0, 10, 1_000_000), random.random(1_000_000)
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
        Line("profit curve of 1,000,000 customers", f"{curve.cpu:.2f} CPU s", "", "", "< 1 s", curve.cpu < 1),
        Line("EMPC of 7,043 customers", f"{ours.cpu * 1000:.1f} ms", f"empulse {theirs.cpu * 1000:.1f} ms", ratio),
        Line("… same figure", f"difference {gap:.1e}", "", "", "≤ 1e-6", gap <= 1e-6),
    ]


def figures(small: bool) -> list[Line]:
    """Every line of the table."""
    return [
        *profit_of_a_million(),
        *plans(small),
        *telco(),
        *lift_coverage(small),
        *learnt_rates(small),
        *hillstrom(small),
        *known_truth(small),
    ]


if __name__ == "__main__":
    lines = figures("--small" in sys.argv[1:])
    print(table_of(lines))
    sys.exit(any(x.reached is False for x in lines))
