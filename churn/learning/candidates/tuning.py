"""Tuning: a search for better booster settings, on folds the report never uses; can be stopped and continued."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, Protocol, get_args

import numpy as np

from churn.errors import RequestRefused
from churn.learning.candidates.boosting import Boosted, Library, Rung, lightgbm_answers
from churn.learning.candidates.ladder import SELECTION_SEED, SHARE, Step
from churn.learning.encoded.examples import Examples
from churn.learning.encoded.folding import Fold, folds
from churn.learning.measures.calibration import sigmoid
from churn.learning.measures.yardsticks import logloss, metrics
from churn.money.empc import expected_maximum_profit

Aim = Literal["profit", "recall", "logloss"]
Trial = dict[str, Any]  # library, aim, number, params, what each check cost, and the value (None: cut short)
CHECKS = 4
SAMPLE = 20_000
WARM_UP = 5  # trials before a hopeless one is cut short


class Trials(Protocol):
    """What a search has tried so far: a list, or a file that outlives the process."""

    def __iter__(self) -> Iterator[Trial]:
        """Every trial, the oldest first."""
        ...

    def append(self, trial: Trial, /) -> None:
        """Keep one more trial."""
        ...


def tuned_steps(
    examples: Examples,
    *,
    trials: int,
    aim: Aim,
    seed: int,
    heard: Callable[[float, str], None] = lambda share, text: None,
    log: Trials | None = None,
) -> list[Step]:
    """The best settings found for each library, as steps that replace the ladder; none when there is nothing to try.

    log  earlier trials as this function wrote them: they count, and new ones are added, so that a search that was
         stopped goes on, and ends where it would have ended
    """
    if trials < 0 or aim not in get_args(Aim):
        raise RequestRefused(f"Tuning {trials} times for {aim!r} makes no sense.", "Aims: profit, recall, logloss.")
    if not trials:
        return []
    libraries: list[Library] = ["xgboost"] if lightgbm_answers() else ["xgboost", "lightgbm"]
    written: Trials = [] if log is None else log
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
    log: Trials,
    tell: Callable[[int, float], None],
) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    count = int(np.ceil(len(examples) / SAMPLE))
    sample = examples if count == 1 else examples.only(np.arange(0, len(examples), count))
    checks = folds(sample, CHECKS, seed=SELECTION_SEED + seed)
    study = optuna.create_study(pruner=optuna.pruners.MedianPruner(n_startup_trials=WARM_UP))
    for entry in _earlier(log, library, aim):
        study.add_trial(_told(entry))
    for number in range(len(study.get_trials(deepcopy=False)), trials):
        # A sampler of its own for every trial: where the search was stopped then makes no difference.
        study.sampler = optuna.samplers.TPESampler(seed=1000 * seed + number)
        trial = study.ask(_space())
        value, prices = _judge(library, sample, checks, trial, aim)
        study.tell(trial, value, state=None if value is not None else optuna.trial.TrialState.PRUNED)
        head = {"library": library, "aim": aim, "number": number}
        log.append({**head, "params": dict(trial.params), "prices": prices, "value": value})
        tell(number + 1, study.best_value)


def _earlier(log: Trials, library: Library, aim: Aim) -> list[Trial]:
    """The trials of one library in order; the first of each number counts, should two processes have searched."""
    found: dict[int, Trial] = {}
    for entry in log:
        if (entry["library"], entry["aim"]) == (library, aim):
            found.setdefault(entry["number"], entry)
    return [found[number] for number in sorted(found)]


def _told(entry: Trial) -> Any:
    """An earlier trial as the study would remember it, a cut-short one with what it had cost until then."""
    from optuna.trial import TrialState, create_trial

    return create_trial(
        state=TrialState.PRUNED if entry["value"] is None else TrialState.COMPLETE,
        params=entry["params"],
        distributions=_space(),
        value=entry["value"],
        intermediate_values=dict(enumerate(entry["prices"])),
    )


def _judge(
    library: Library, sample: Examples, checks: list[Fold], trial: Any, aim: Aim
) -> tuple[float | None, list[float]]:
    """What one setting reaches on customers not learnt from, lower is better; no value when it was cut short.

    Beside it the mean after every check, by which hopeless settings are recognised.
    """
    step = _step(library, trial.params, float("nan"))
    prices, means = [], []
    for k, (learn, check) in enumerate(checks):
        fitted = Boosted(library, step.rung, step.trees).fit(sample.only(learn), seed=k)
        prices.append(_price(sample.labels[check], sigmoid(fitted.margin(sample.matrix[check])), aim))
        means.append(float(np.mean(prices)))
        trial.report(means[-1], k)
        if k < len(checks) - 1 and trial.should_prune():
            return None, means
    return means[-1], means


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


def _best(library: Library, log: Trials, aim: Aim) -> Step:
    entries = [e for e in _earlier(log, library, aim) if e["value"] is not None]
    best = min(entries, key=lambda e: e["value"])
    return _step(library, best["params"], best["value"])
