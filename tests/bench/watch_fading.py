"""Whether a retrain is advised once behaviour changes although no column does, and never before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from churn.money.economics import Stakes
from churn.monitoring.performance import FollowedList, follow_list, measure_performance
from churn.monitoring.report import EarlierLists, watch_list
from churn.training.calibration import sigmoid
from churn.training.model import Model
from tests.bench.measuring import Line
from tests.bench.watch_customers import LEARNT, PLAYBOOK, as_table, customers, model_of

ROWS, STABLE, AFTER = 5000, 20, 12
FADES = 0.1  # on every list from the stable ones on, what drove the risk drives it by so much less


@dataclass(frozen=True)
class Month:
    """One list with its outcomes, and whether acting on the scores truly brings 5 % less than they promise."""

    table: pa.Table
    followed: FollowedList
    fallen: bool


def advice_lines(small: bool) -> Iterator[Line]:
    """Stable lists that advised a retrain, and how many lists it took once profit had fallen."""
    runs = [run_of(seed) for seed in range(1, 4 if small else 21)]
    wrong, waits = sum(r[0] for r in runs), [r[1] for r in runs]
    yield Line(f"retrain advised in {STABLE * len(runs)} stable lists of {ROWS:,}", f"{wrong}", "", "", "0", wrong == 0)
    late = [w for w in waits if w is None or w > 2]
    said = ", ".join(str(w) for w in sorted(waits, key=lambda w: w or 99))
    yield Line("lists until retrain once profit fell 5 %, per run", said, "", "", "≤ 2", not late)


def run_of(seed: int) -> tuple[int, int | None]:
    """Stable lists that advised a retrain, and after how many lists it was advised once true profit was down 5 %."""
    model = model_of(as_table(customers(LEARNT, seed)))
    random, signs, wrong, fallen = np.random.default_rng(seed), [], 0, None
    for step in range(STABLE + AFTER):
        month = month_of(model, random, (seed, step))
        before = EarlierLists(tuple(signs), performance=measure_performance(model, month.followed))
        report = watch_list(model, month.table, playbook=PLAYBOOK, before=before, telltale=False)
        signs.append(report.advice.signs)
        if fallen is None and month.fallen:
            fallen = step
        if report.verdict == "retrain":
            if step >= STABLE:
                return wrong, max(0, step - (fallen if fallen is not None else step)) + 1
            wrong += 1
    return wrong, None


def month_of(model: Model, random: np.random.Generator, at: tuple[int, int]) -> Month:
    """One list of a run: as learnt at first, then customers whose risk follows the columns less and less."""
    seed, step = at
    table = as_table(customers(ROWS, 1000 * seed + step + 1))
    matrix = model.encoder.matrix(table)
    margin = model.explainer.margin(matrix)
    fading = 1 - FADES * max(0, step - STABLE + 1)
    truth, given = sigmoid(-1.2 + fading * (margin + 1.2)), sigmoid(margin)
    stakes = Stakes(given, matrix[:, model.encoder.names.index("n0")].astype(float))
    left = (random.random(ROWS) < truth).astype(float)
    followed = follow_list(f"list {step}", stakes, left, playbook=PLAYBOOK, columns=table)
    assert followed.if_leaves is not None
    assert followed.if_stays is not None
    at_stake = followed.if_leaves - followed.if_stays
    brings, promised = ((followed.if_stays + p * at_stake).mean() for p in (truth, given))
    return Month(table, followed, step >= STABLE and bool(brings < 0.95 * promised))
