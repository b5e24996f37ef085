"""Tuning: a search for better booster settings, on folds the report never uses; can be stopped and continued."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np

from churn.errors import RequestRefused
from churn.learning.boosting import Boosted, Library, Rung, lightgbm_answers
from churn.learning.calibration import sigmoid
from churn.learning.examples import Examples
from churn.learning.folding import Fold, folds
from churn.learning.ladder import SELECTION_SEED, SHARE, Step
from churn.learning.yardsticks import logloss, metrics
from churn.money.empc import expected_maximum_profit

Aim = Literal["profit", "recall", "logloss"]
CHECKS = 4
SAMPLE = 20_000
WARM_UP = 5  # trials before a hopeless one is cut short


def tuned_steps(
    examples: Examples,
    *,
    trials: int,
    aim: Aim,
    seed: int,
    heard: Callable[[float, str], None] = lambda share, text: None,
    log: list[dict[str, Any]] | None = None,
) -> list[Step]:
    """The best settings found for each library, as steps that replace the ladder; none when there is nothing to try.

    log  earlier trials as this function wrote them: they count, and new ones are added, so a search can go on later
    """
    if trials < 0 or aim not in get_args(Aim):
        raise RequestRefused(f"Tuning {trials} times for {aim!r} makes no sense.", "Aims: profit, recall, logloss.")
    if not trials:
        return []
    libraries: list[Library] = ["xgboost"] if lightgbm_answers() else ["xgboost", "lightgbm"]
    written = [] if log is None else log
    each = max(1, trials // len(libraries))
    for place, library in enumerate(libraries):

        def tell(done: int, value: float, place: int = place, library: str = library) -> None:
            share = (place + done / each) / len(libraries)
            heard(0.05 + 0.25 * share, f"Tuning {library}: trial {done} of {each}, best {aim} {value:.4f}")

        _search(library, examples, each, aim=aim, seed=seed, log=written, tell=tell)
    return [_best(library, written, aim) for library in libraries]


def _search(
    library: Library,
    examples: Examples,
    trials: int,
    *,
    aim: Aim,
    seed: int,
    log: list[dict[str, Any]],
    tell: Callable[[int, float], None],
) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    count = int(np.ceil(len(examples) / SAMPLE))
    sample = examples if count == 1 else examples.only(np.arange(0, len(examples), count))
    checks = folds(sample, CHECKS, seed=SELECTION_SEED + seed)
    earlier = [entry for entry in log if entry["library"] == library and entry["aim"] == aim]
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=seed + len(earlier)),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=WARM_UP),
    )
    for entry in earlier:
        study.add_trial(optuna.trial.create_trial(params=entry["params"], distributions=_space(), value=entry["value"]))
    while len(study.get_trials(deepcopy=False)) < trials:
        trial = study.ask(_space())
        value = _judge(library, sample, checks, trial, aim)
        study.tell(trial, value, state=None if value is not None else optuna.trial.TrialState.PRUNED)
        if value is not None:
            log.append({"library": library, "aim": aim, "params": dict(trial.params), "value": value})
        tell(len(study.get_trials(deepcopy=False)), study.best_value if log else float("nan"))


def _judge(library: Library, sample: Examples, checks: list[Fold], trial: Any, aim: Aim) -> float | None:
    """What one setting reaches on customers not learnt from, lower is better; None when it was cut short."""
    step = _step(library, trial.params, float("nan"))
    prices = []
    for k, (learn, check) in enumerate(checks):
        fitted = Boosted(library, step.rung, step.trees).fit(sample.only(learn), seed=k)
        prices.append(_price(sample.labels[check], sigmoid(fitted.margin(sample.matrix[check])), aim))
        trial.report(float(np.mean(prices)), k)
        if k < len(checks) - 1 and trial.should_prune():
            return None
    return float(np.mean(prices))


def _price(labels: np.ndarray, p: np.ndarray, aim: Aim) -> float:
    if aim == "profit":
        return -expected_maximum_profit(labels == 1, p).profit
    if aim == "recall":
        return -metrics(labels, p)["precision_at_recall_0.9"]
    return logloss(labels, p)


def _space() -> dict[str, Any]:
    from optuna.distributions import FloatDistribution, IntDistribution

    return {
        "depth": IntDistribution(3, 6),
        "rate": FloatDistribution(0.02, 0.2, log=True),
        "trees": IntDistribution(50, int(SHARE), log=True),
        "leaf": FloatDistribution(1, 30, log=True),
        "columns": FloatDistribution(0.3, 1.0),
        "rows": FloatDistribution(0.6, 1.0),
        "ridge": FloatDistribution(0.5, 20, log=True),
    }


def _step(library: Library, params: dict[str, Any], value: float) -> Step:
    held = {name: params[name] for name in ("depth", "rate", "leaf", "columns", "rows", "ridge")}
    rung = Rung(**held)
    most = int(SHARE / rung.cost)
    return Step(library, rung, max(20, min(params["trees"], most)), value)


def _best(library: Library, log: list[dict[str, Any]], aim: Aim) -> Step:
    entries = [e for e in log if e["library"] == library and e["aim"] == aim]
    best = min(entries, key=lambda e: e["value"])
    return _step(library, best["params"], best["value"])
