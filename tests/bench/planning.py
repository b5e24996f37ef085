"""Figures of the plan: its value against the dual bound, CPU and memory; part of `python -m tests.bench.deciding`."""

from __future__ import annotations

import json
import secrets

from tests.bench.measuring import Line, child_cost
from tests.bench.plan_grid import REACH, SIZES, filter_values, grid

PLAN_CODE = """
import json, sys, time
import numpy as np, pandas as pd
from churn.campaigns.optimizer import Choices
from churn.campaigns.limits import Order
from churn.campaigns.plan import plan_campaign
from churn.money.economics import price_offers
from churn.money.playbook import Action, Estimate, Playbook, exact_estimate
from churn.money.economics import build_stakes
n, holdout = int(sys.argv[1]), float(sys.argv[2])
random = np.random.default_rng(0)
rows = {"key": [f"c{i}" for i in range(n)], "probability": random.beta(1.2, 3.0, n)}
rows["value"] = random.lognormal(4, 0.6, n)
rows["tier"] = np.where(rows["probability"] > 0.4, "High", np.where(rows["probability"] > 0.2, "Medium", "Low"))
rows["need"], rows["region"] = random.random(n), random.choice(["n", "e", "s", "w"], n)
scored = pd.DataFrame(rows)
def act(name, channel, save, take, wake, contact, offer, need):
    from churn.money.rules import parse_rule
    return Action(name, name, channel, exact_estimate(save), exact_estimate(take), exact_estimate(wake),
                  exact_estimate(contact), exact_estimate(offer), rule=parse_rule(need))
book = Playbook((act("tip", "app", .08, .10, 0, .2, 5, ""), act("gift", "email", .12, .3, .002, .5, 12, "need > 0.1"),
                 act("discount", "email", .2, .45, .003, .5, 30, "need > 0.3"),
                 act("letter", "post", .25, .25, .005, 1.5, 45, ""),
                 act("call", "call", .33, .4, .015, 9, 60, "need > 0.2")),
                capacity={"app": n // 10, "email": n * 15 // 100, "post": n // 20, "call": n // 50},
                margin=exact_estimate(.5), periods=exact_estimate(18))
order = Order(budget=2.0 * n, holdout=holdout, seed=1,
              at_most={("region", "n"): n // 12}, at_least={("region", "w"): n // 50})
start = time.process_time()
campaign = plan_campaign(scored, book, order)
cpu = time.process_time() - start
treat = campaign.table[campaign.table.arm == "treat"]
used = treat.channel.value_counts().to_dict()
kept = campaign.spent <= 2.0 * n + 1e-6 and all(used.get(c, 0) <= m for c, m in book.capacity.items())
kept = kept and (treat.region == "n").sum() <= n // 12 and (treat.region == "w").sum() >= n // 50
found = price_offers(build_stakes(scored.probability, scored.value, book), book, scored)
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


def every_case(small: bool) -> list[Line]:
    """The plan against its bound in every case of a grid that is made anew; the seed makes the same grid again."""
    seed, lines = secrets.randbelow(10**6), []
    for size in SIZES[:6] if small else SIZES:
        cases = list(grid(seed, (size,)))
        good = all(case.kept and case.reached >= REACH for case in cases)
        lines.append(
            Line(f"grid of seed {seed}, {size:,} customers", filter_values(cases), "", "", "≥ 99.9 % in all", good)
        )
    return lines
