"""How often watching cries wolf on lists that have not changed, and how often it finds what has."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from churn.monitoring.drift import chance_of_gap
from churn.monitoring.report import watch_list
from tests.bench.measuring import Line
from tests.bench.watch_customers import LEARNT, LEVELS, NUMBERS, PLAYBOOK, as_table, customers, model_of

BY_HAND = 5000  # longest list on which the tests by hand are repeated too
LENGTHS = (500, 5000, 100_000, 1_000_000)
REPEATS = 200
A_FEW = {500: 40, 5000: 40, 100_000: 4}


def alarm_lines(small: bool) -> Iterator[Line]:
    """How often an unchanged list raises any alarm."""
    for rows, repeats in (A_FEW if small else dict.fromkeys(LENGTHS, REPEATS)).items():
        ours, theirs = false_alarms(rows, repeats)
        what = f"no drift, 20 columns, {rows:,} customers, {repeats} repeats: lists with any alarm"
        yield Line(what, f"{ours:.1%}", f"{theirs:.1%}" if rows <= BY_HAND else "", "", "≤ 5 %", ours <= 0.05)


def power_lines(small: bool) -> Iterator[Line]:
    """How often a real shift is found."""
    repeats = 40 if small else REPEATS
    for what, share in zip(("one column shifted .3 sd", "one level +10 points"), found_shifts(repeats), strict=True):
        said = f"{what}, 2,000 customers, {repeats} repeats: found"
        yield Line(said, f"{share:.1%}", "", "", "≥ 95 %", share >= 0.95)


def false_alarms(rows: int, repeats: int) -> tuple[float, float]:
    """Share of unchanged lists with any alarm of ours, and with any raw p < .05 by hand."""
    ours, theirs = 0, 0
    for seed in range(repeats):
        learnt, list_ = customers(LEARNT, 2 * seed), customers(rows, 2 * seed + 1)
        report = watch_list(model_of(as_table(learnt)), as_table(list_), playbook=PLAYBOOK, telltale=False)
        ours += bool(report.moved or report.alarms or report.verdict != "keep")
        theirs += rows <= BY_HAND and any(by_hand(learnt[n], list_[n], n) < 0.05 for n in learnt)
    return ours / repeats, theirs / repeats


def by_hand(learnt: np.ndarray, now: np.ndarray, name: str) -> float:
    """The p-value of the usual test of one column."""
    from scipy.stats import ks_2samp

    if name in NUMBERS:
        return float(ks_2samp(learnt[~np.isnan(learnt)], now[~np.isnan(now)], method="asymp").pvalue)
    a, b = (np.bincount(x.astype(int), minlength=20).astype(float) for x in (learnt, now))
    return chance_of_gap(b, a)


def found_shifts(repeats: int) -> tuple[float, float]:
    """How often a shift of .3 sd in one number, and +10 points of one level, is found at 2,000 customers."""
    hits = [0, 0]
    for seed in range(repeats):
        model = model_of(as_table(customers(LEARNT, 2 * seed)))
        number, level = NUMBERS[seed % 12], LEVELS[seed % 5]
        moved = customers(2000, 2 * seed + 1)
        moved[number] = moved[number] + 0.3 * np.nanstd(moved[number])
        hits[0] += number in watch_list(model, as_table(moved), telltale=False).moved
        more = customers(2000, 2 * seed + 1)
        others = np.flatnonzero(more[level] != 0)
        more[level][others[:200]] = 0
        hits[1] += level in watch_list(model, as_table(more), telltale=False).moved
    return hits[0] / repeats, hits[1] / repeats
