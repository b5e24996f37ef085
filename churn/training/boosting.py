"""Boosted trees: XGBoost and LightGBM on the encoder's matrix, shallow or deep as the customers earn it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, get_args

import numpy as np

from churn.errors import RequestRefused
from churn.money.economics import expected_maximum_profit
from churn.threads import set_passive_waiting, threads_for
from churn.training.calibration import sigmoid
from churn.training.dataset import Examples, Fold, folds
from churn.training.encoder import Field
from churn.training.metrics import logloss, metrics

Library = Literal["xgboost", "lightgbm"]


PATIENCE = 40  # rounds without a better check before growing stops


@dataclass(frozen=True)
class Rung:
    """One capacity: how deep trees are, how fast they learn, how many customers a leaf needs, how much is held back."""

    depth: int
    rate: float
    leaf: float
    columns: float = 0.6
    rows: float = 0.8
    ridge: float = 5.0

    @property
    def cost(self) -> float:
        """The cost of scoring one tree, in trees of depth 4: one level deeper costs double."""
        return 2.0 ** (self.depth - 4)


@dataclass(frozen=True)
class Boosted:
    """A boosted candidate: its library, its capacity, how many trees, and how many bags are averaged."""

    library: Library
    rung: Rung
    trees: int
    bags: int = 1

    @property
    def name(self) -> str:
        """The name on the leaderboard."""
        return {"xgboost": "XGBoost", "lightgbm": "LightGBM"}[self.library]

    @property
    def cost(self) -> float:
        """The cost of scoring, in trees of depth 4."""
        return self.rung.cost * self.trees * self.bags

    def fit(self, examples: Examples, *, seed: int) -> Bags:
        """Learn every bag from these customers, each with a seed of its own."""
        grow = _GROWERS[self.library]
        seeds = [seed * 1000 + bag for bag in range(self.bags)]
        return Bags(self.library, tuple(grow(examples, self.rung, self.trees, s, None)[0] for s in seeds))


@dataclass(frozen=True)
class Bags:
    """Fitted boosters of one kind whose log-odds are averaged."""

    library: Library
    boosters: tuple[Any, ...]

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The mean log-odds of the bags."""
        return np.mean([_margin(self.library, b, matrix) for b in self.boosters], axis=0)


def learning_curve(
    library: Library, examples: Examples, check: Examples, *, rung: Rung, most: int, seed: int
) -> np.ndarray:
    """The log loss on other customers after each tree, growing stopped when it no longer falls."""
    return _GROWERS[library](examples, rung, most, seed, check)[1]


def lightgbm_answers() -> str:
    """Empty when LightGBM can be loaded, else why not."""
    set_passive_waiting()
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError) as problem:
        return str(problem) or type(problem).__name__
    return ""


def _grow_xgboost(
    examples: Examples, rung: Rung, trees: int, seed: int, check: Examples | None
) -> tuple[Any, np.ndarray]:
    set_passive_waiting()
    import xgboost

    fields = examples.encoder.fields
    settings = {
        "objective": "binary:logistic",
        "eval_metric": "logloss",
        "tree_method": "hist",
        "max_depth": rung.depth,
        "eta": rung.rate,
        "min_child_weight": rung.leaf,
        "colsample_bytree": rung.columns,
        "subsample": rung.rows,
        "reg_lambda": rung.ridge,
        "monotone_constraints": _directions(fields),
        "nthread": threads_for(len(examples)),
        "seed": seed,
    }
    curve: dict[str, Any] = {}
    checked = [] if check is None else [(_xgboost_data(check), "check")]
    booster = xgboost.train(
        settings,
        _xgboost_data(examples),
        trees,
        evals=checked,
        evals_result=curve,
        verbose_eval=False,
        early_stopping_rounds=PATIENCE if checked else None,
    )
    return booster, np.array(curve["check"]["logloss"] if checked else [])


def _xgboost_data(examples: Examples) -> Any:
    import xgboost

    types = ["c" if f.is_set else "q" for f in examples.encoder.fields]
    return xgboost.DMatrix(
        examples.matrix,
        examples.labels,
        feature_types=types,
        enable_categorical=True,
        nthread=threads_for(len(examples)),
    )


def _grow_lightgbm(
    examples: Examples, rung: Rung, trees: int, seed: int, check: Examples | None
) -> tuple[Any, np.ndarray]:
    set_passive_waiting()
    import lightgbm

    fields = examples.encoder.fields
    settings = {
        "objective": "binary",
        "metric": "binary_logloss",
        "max_depth": rung.depth,
        "num_leaves": 2**rung.depth,
        "learning_rate": rung.rate,
        "min_child_samples": max(5, round(2 * rung.leaf)),
        "feature_fraction": rung.columns,
        "bagging_fraction": rung.rows,
        "bagging_freq": 1,
        "lambda_l2": rung.ridge,
        "monotone_constraints": list(_directions(fields)),
        "num_threads": threads_for(len(examples)),
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "verbosity": -1,
    }
    data = _lightgbm_data(examples, settings)
    curve: dict[str, Any] = {}
    watched: list[Callable[..., Any]] = []
    if check is not None:
        watched = [lightgbm.record_evaluation(curve), lightgbm.early_stopping(PATIENCE, verbose=False)]
    checked = [] if check is None else [_lightgbm_data(check, settings, like=data)]
    booster = lightgbm.train(settings, data, trees, valid_sets=checked, callbacks=watched)
    return booster, np.array(curve["valid_0"]["binary_logloss"] if checked else [])


def _lightgbm_data(examples: Examples, settings: dict[str, Any], like: Any = None) -> Any:
    import lightgbm

    sets = [i for i, f in enumerate(examples.encoder.fields) if f.is_set]
    names = list(examples.encoder.safe_names)
    return lightgbm.Dataset(
        examples.matrix,
        examples.labels,
        reference=like,
        feature_name=names,
        categorical_feature=sets,
        params=dict(settings),
    )


def _directions(fields: Sequence[Field]) -> tuple[int, ...]:
    return tuple(0 if f.is_set else f.direction for f in fields)


def _margin(library: Library, booster: Any, matrix: np.ndarray) -> np.ndarray:
    if library == "xgboost":
        return booster.inplace_predict(np.ascontiguousarray(matrix), predict_type="margin").astype(np.float64)
    return booster.predict(matrix, raw_score=True, num_threads=threads_for(len(matrix)))


_GROWERS: dict[str, Callable[..., tuple[Any, np.ndarray]]] = {"xgboost": _grow_xgboost, "lightgbm": _grow_lightgbm}


# The ladder of capacities: shallow and slow first, deeper only while customers never seen say that it pays.


BUDGET = 2500.0  # what the whole champion may cost to score, in trees of depth 4


MOST_BAGS = 4


SHARE = 1200.0  # of it, for one bag of one library


SELECTION_SEED = 7_919  # capacities are chosen on folds that the report never uses


RUNGS = (
    Rung(depth=3, rate=0.03, leaf=10, columns=0.5, ridge=5),
    Rung(depth=4, rate=0.05, leaf=4, columns=0.5, ridge=2),
    Rung(depth=5, rate=0.07, leaf=1, columns=0.5, ridge=1),
    Rung(depth=6, rate=0.1, leaf=1, columns=0.6, ridge=1),
)


QUICK_RUNGS = tuple(replace(rung, rate=2 * rung.rate) for rung in RUNGS[:3])  # half as many trees, a little worse


@dataclass(frozen=True)
class Step:
    """What one rung reached: its log loss on customers not learnt from, with how many trees, at what scoring cost."""

    library: Library
    rung: Rung
    trees: int
    logloss: float

    @property
    def cost(self) -> float:
        """The cost of scoring, in trees of depth 4."""
        return self.rung.cost * self.trees


def climbed(
    library: Library,
    examples: Examples,
    *,
    checks: int,
    seed: int,
    rungs: Sequence[Rung] = RUNGS,
    heard: Callable[[Step], None] = lambda step: None,
) -> list[Step]:
    """Every rung tried, in order; climbing ends at the first that is no better than the one below."""
    steps: list[Step] = []
    for rung in rungs:
        steps.append(rung_result(library, examples, rung, checks=checks, seed=seed))
        heard(steps[-1])
        if len(steps) > 1 and steps[-1].logloss >= steps[-2].logloss:
            break
    return steps


def best_step(steps: Sequence[Step]) -> Step:
    """The rung with the lowest log loss."""
    return min(steps, key=lambda s: s.logloss)


def rung_result(library: Library, examples: Examples, rung: Rung, *, checks: int, seed: int) -> Step:
    """How far one rung gets: the mean of its curves over the checks, and the number of trees at their lowest point."""
    most = max(50, int(SHARE / rung.cost) if rung.cost > 1 else int(SHARE))
    curves = [
        learning_curve(library, examples.only(learn), examples.only(check), rung=rung, most=most, seed=seed)
        for learn, check in folds(examples, checks, seed=SELECTION_SEED + seed)
    ]
    shortest = min(len(c) for c in curves)
    mean = np.mean([c[:shortest] for c in curves], axis=0)
    return Step(library, rung, int(mean.argmin()) + 1, float(mean.min()))


def with_bags(chosen: Sequence[Step], *, most: int = MOST_BAGS) -> list[Boosted]:
    """The chosen rungs as candidates, with as many bags as the scoring budget allows."""
    single = sum(step.cost for step in chosen)
    bags = int(np.clip(BUDGET / max(single, 1.0), 1, most))
    return [Boosted(s.library, s.rung, s.trees, bags) for s in chosen]


# Tuning: a search for better booster settings, on folds the report never uses; can be stopped and continued.


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
