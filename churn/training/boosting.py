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
from churn.training.dataset import Examples, Fold, make_folds
from churn.training.encoder import Field
from churn.training.metrics import logloss, metrics

BoosterLibrary = Literal["xgboost", "lightgbm"]
PATIENCE = 40  # rounds without a better check before growing stops


@dataclass(frozen=True)
class BoostingParams:
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

    library: BoosterLibrary
    params: BoostingParams
    trees: int
    bags: int = 1

    @property
    def name(self) -> str:
        """The name on the leaderboard."""
        return {"xgboost": "XGBoost", "lightgbm": "LightGBM"}[self.library]

    @property
    def cost(self) -> float:
        """The cost of scoring, in trees of depth 4."""
        return self.params.cost * self.trees * self.bags

    def fit(self, examples: Examples, *, seed: int) -> Bags:
        """Learn every bag from these customers, each with a seed of its own."""
        grow = _GROWERS[self.library]
        seeds = [seed * 1000 + bag for bag in range(self.bags)]
        return Bags(self.library, tuple(grow(examples, self.params, self.trees, s, None)[0] for s in seeds))


@dataclass(frozen=True)
class Bags:
    """Fitted boosters of one kind whose log-odds are averaged."""

    library: BoosterLibrary
    boosters: tuple[Any, ...]

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The mean log-odds of the bags."""
        return np.mean([_margin(self.library, b, matrix) for b in self.boosters], axis=0)


def loss_by_tree(
    library: BoosterLibrary, examples: Examples, check: Examples, *, params: BoostingParams, most: int, seed: int
) -> np.ndarray:
    """The log loss on other customers after each tree, growing stopped when it no longer falls."""
    return _GROWERS[library](examples, params, most, seed, check)[1]


def lightgbm_import_error() -> str:
    """Empty when LightGBM can be loaded, else why not."""
    set_passive_waiting()
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError) as problem:
        return str(problem) or type(problem).__name__
    return ""


def _grow_xgboost(
    examples: Examples, params: BoostingParams, trees: int, seed: int, check: Examples | None
) -> tuple[Any, np.ndarray]:
    set_passive_waiting()
    import xgboost

    fields = examples.encoder.fields
    settings = {
        "objective": "binary:logistic",
        "eval_metric": "logloss",
        "tree_method": "hist",
        "max_depth": params.depth,
        "eta": params.rate,
        "min_child_weight": params.leaf,
        "colsample_bytree": params.columns,
        "subsample": params.rows,
        "reg_lambda": params.ridge,
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
    examples: Examples, params: BoostingParams, trees: int, seed: int, check: Examples | None
) -> tuple[Any, np.ndarray]:
    set_passive_waiting()
    import lightgbm

    fields = examples.encoder.fields
    settings = {
        "objective": "binary",
        "metric": "binary_logloss",
        "max_depth": params.depth,
        "num_leaves": 2**params.depth,
        "learning_rate": params.rate,
        "min_child_samples": max(5, round(2 * params.leaf)),
        "feature_fraction": params.columns,
        "bagging_fraction": params.rows,
        "bagging_freq": 1,
        "lambda_l2": params.ridge,
        "monotone_constraints": list(_directions(fields)),
        "num_threads": threads_for(len(examples)),
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "verbosity": -1,
    }
    data = _lightgbm_data(examples, settings)
    curve: dict[str, Any] = {}
    callbacks: list[Callable[..., Any]] = []
    if check is not None:
        callbacks = [lightgbm.record_evaluation(curve), lightgbm.early_stopping(PATIENCE, verbose=False)]
    checked = [] if check is None else [_lightgbm_data(check, settings, like=data)]
    booster = lightgbm.train(settings, data, trees, valid_sets=checked, callbacks=callbacks)
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


def _margin(library: BoosterLibrary, booster: Any, matrix: np.ndarray) -> np.ndarray:
    if library == "xgboost":
        return booster.inplace_predict(np.ascontiguousarray(matrix), predict_type="margin").astype(np.float64)
    return booster.predict(matrix, raw_score=True, num_threads=threads_for(len(matrix)))


_GROWERS: dict[str, Callable[..., tuple[Any, np.ndarray]]] = {"xgboost": _grow_xgboost, "lightgbm": _grow_lightgbm}


# Capacity: shallow, slow trees first; deeper ones only while that pays on customers never seen.


BUDGET = 2500.0  # what the whole champion may cost to score, in trees of depth 4
MOST_BAGS = 4
BAG_BUDGET = 1200.0  # of it, for one bag of one library
SELECTION_SEED = 7_919  # capacities are chosen on folds that the report never uses

CAPACITIES = (
    BoostingParams(depth=3, rate=0.03, leaf=10, columns=0.5, ridge=5),
    BoostingParams(depth=4, rate=0.05, leaf=4, columns=0.5, ridge=2),
    BoostingParams(depth=5, rate=0.07, leaf=1, columns=0.5, ridge=1),
    BoostingParams(depth=6, rate=0.1, leaf=1, columns=0.6, ridge=1),
)

QUICK_CAPACITIES = tuple(
    replace(params, rate=2 * params.rate) for params in CAPACITIES[:3]
)  # half as many trees, a little worse


@dataclass(frozen=True)
class SearchResult:
    """How well some parameters did: log loss on customers not learnt from, number of trees, and cost of scoring."""

    library: BoosterLibrary
    params: BoostingParams
    trees: int
    logloss: float

    @property
    def cost(self) -> float:
        """The cost of scoring, in trees of depth 4."""
        return self.params.cost * self.trees


def search_capacity(
    library: BoosterLibrary,
    examples: Examples,
    *,
    checks: int,
    seed: int,
    capacities: Sequence[BoostingParams] = CAPACITIES,
    on_result: Callable[[SearchResult], None] = lambda result: None,
) -> list[SearchResult]:
    """Try each capacity in order, and stop at the first that is no better than the one before."""
    results: list[SearchResult] = []
    for params in capacities:
        results.append(evaluate_params(library, examples, params, checks=checks, seed=seed))
        on_result(results[-1])
        if len(results) > 1 and results[-1].logloss >= results[-2].logloss:
            break
    return results


def best_result(results: Sequence[SearchResult]) -> SearchResult:
    """The result with the lowest log loss."""
    return min(results, key=lambda s: s.logloss)


def evaluate_params(
    library: BoosterLibrary, examples: Examples, params: BoostingParams, *, checks: int, seed: int
) -> SearchResult:
    """Average the loss curves of all folds; the lowest point of the mean gives the number of trees."""
    most = max(50, int(BAG_BUDGET / params.cost) if params.cost > 1 else int(BAG_BUDGET))
    curves = [
        loss_by_tree(library, examples.take(learn), examples.take(check), params=params, most=most, seed=seed)
        for learn, check in make_folds(examples, checks, seed=SELECTION_SEED + seed)
    ]
    shortest = min(len(c) for c in curves)
    mean = np.mean([c[:shortest] for c in curves], axis=0)
    return SearchResult(library, params, int(mean.argmin()) + 1, float(mean.min()))


def with_bags(results: Sequence[SearchResult], *, most: int = MOST_BAGS) -> list[Boosted]:
    """The chosen boosters as candidates, with as many bags as the scoring budget allows."""
    single = sum(result.cost for result in results)
    bags = int(np.clip(BUDGET / max(single, 1.0), 1, most))
    return [Boosted(s.library, s.params, s.trees, bags) for s in results]


# Tuning: a search for better booster settings, on folds the report never uses; can be stopped and continued.


TuningAim = Literal["profit", "recall", "logloss"]
Trial = dict[str, Any]  # library, aim, number, params, what each check cost, and the value (None: cut short)
TUNING_FOLDS = 4
TUNING_SAMPLE = 20_000
WARM_UP = 5  # trials before a hopeless one is cut short


class Trials(Protocol):
    """What a search has tried so far: a list, or a file that outlives the process."""

    def __iter__(self) -> Iterator[Trial]:
        """Every trial, the oldest first."""
        ...

    def append(self, trial: Trial, /) -> None:
        """Keep one more trial."""
        ...


def tune(
    examples: Examples,
    *,
    trials: int,
    aim: TuningAim,
    seed: int,
    on_progress: Callable[[float, str], None] = lambda share, text: None,
    log: Trials | None = None,
) -> list[SearchResult]:
    """Search for the best settings of each library, used instead of the search over capacities; none for no trials.

    log  earlier trials as this function wrote them: they count, and new ones are added, so that a search that was
         stopped goes on, and ends where it would have ended
    """
    if trials < 0 or aim not in get_args(TuningAim):
        raise RequestRefused(f"Tuning {trials} times for {aim!r} makes no sense.", "Aims: profit, recall, logloss.")
    if not trials:
        return []
    libraries: list[BoosterLibrary] = ["xgboost"] if lightgbm_import_error() else ["xgboost", "lightgbm"]
    kept: Trials = [] if log is None else log
    each = max(1, trials // len(libraries))
    for number, library in enumerate(libraries):

        def tell(done: int, value: float, number: int = number, library: str = library) -> None:
            share = (number + done / each) / len(libraries)
            on_progress(0.05 + 0.25 * share, f"Tuning {library}: trial {done} of {each}, best {aim} {value:.4f}")

        _search(library, examples, each, aim=aim, seed=seed, log=kept, on_trial=tell)
    return [_best_trial(library, kept, aim) for library in libraries]


def _search(
    library: BoosterLibrary,
    examples: Examples,
    trials: int,
    *,
    aim: TuningAim,
    seed: int,
    log: Trials,
    on_trial: Callable[[int, float], None],
) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    count = int(np.ceil(len(examples) / TUNING_SAMPLE))
    sample = examples if count == 1 else examples.take(np.arange(0, len(examples), count))
    checks = make_folds(sample, TUNING_FOLDS, seed=SELECTION_SEED + seed)
    study = optuna.create_study(pruner=optuna.pruners.MedianPruner(n_startup_trials=WARM_UP))
    for entry in _earlier_trials(log, library, aim):
        study.add_trial(_as_optuna_trial(entry))
    for number in range(len(study.get_trials(deepcopy=False)), trials):
        # A sampler of its own for every trial: where the search was stopped then makes no difference.
        study.sampler = optuna.samplers.TPESampler(seed=1000 * seed + number)
        trial = study.ask(_search_space())
        value, losses = _evaluate_trial(library, sample, checks, trial, aim)
        study.tell(trial, value, state=None if value is not None else optuna.trial.TrialState.PRUNED)
        head = {"library": library, "aim": aim, "number": number}
        log.append({**head, "params": dict(trial.params), "prices": losses, "value": value})
        on_trial(number + 1, study.best_value)


def _earlier_trials(log: Trials, library: BoosterLibrary, aim: TuningAim) -> list[Trial]:
    """The trials of one library in order; the first of each number counts, should two processes have searched."""
    found: dict[int, Trial] = {}
    for entry in log:
        if (entry["library"], entry["aim"]) == (library, aim):
            found.setdefault(entry["number"], entry)
    return [found[number] for number in sorted(found)]


def _as_optuna_trial(entry: Trial) -> Any:
    """An earlier trial as the study would remember it, a cut-short one with what it had cost until then."""
    from optuna.trial import TrialState, create_trial

    return create_trial(
        state=TrialState.PRUNED if entry["value"] is None else TrialState.COMPLETE,
        params=entry["params"],
        distributions=_search_space(),
        value=entry["value"],
        intermediate_values=dict(enumerate(entry["prices"])),
    )


def _evaluate_trial(
    library: BoosterLibrary, sample: Examples, checks: list[Fold], trial: Any, aim: TuningAim
) -> tuple[float | None, list[float]]:
    """What one setting reaches on customers not learnt from, lower is better; no value when it was cut short.

    Beside it the mean after every check, by which hopeless settings are recognised.
    """
    result = _as_result(library, trial.params, float("nan"))
    losses, means = [], []
    for k, (learn, check) in enumerate(checks):
        fitted = Boosted(library, result.params, result.trees).fit(sample.take(learn), seed=k)
        losses.append(_loss_of(sample.labels[check], sigmoid(fitted.margin(sample.matrix[check])), aim))
        means.append(float(np.mean(losses)))
        trial.report(means[-1], k)
        if k < len(checks) - 1 and trial.should_prune():
            return None, means
    return means[-1], means


def _loss_of(labels: np.ndarray, p: np.ndarray, aim: TuningAim) -> float:
    if aim == "profit":
        return -expected_maximum_profit(labels == 1, p).profit
    if aim == "recall":
        return -metrics(labels, p)["precision_at_recall_0.9"]
    return logloss(labels, p)


def _search_space() -> dict[str, Any]:
    from optuna.distributions import FloatDistribution, IntDistribution

    return {
        "depth": IntDistribution(3, 6),
        "rate": FloatDistribution(0.02, 0.2, log=True),
        "trees": IntDistribution(50, int(BAG_BUDGET), log=True),
        "leaf": FloatDistribution(1, 30, log=True),
        "columns": FloatDistribution(0.3, 1.0),
        "rows": FloatDistribution(0.6, 1.0),
        "ridge": FloatDistribution(0.5, 20, log=True),
    }


def _as_result(library: BoosterLibrary, params: dict[str, Any], value: float) -> SearchResult:
    booster = BoostingParams(**{name: params[name] for name in ("depth", "rate", "leaf", "columns", "rows", "ridge")})
    most = int(BAG_BUDGET / booster.cost)
    return SearchResult(library, booster, max(20, min(params["trees"], most)), value)


def _best_trial(library: BoosterLibrary, log: Trials, aim: TuningAim) -> SearchResult:
    entries = [e for e in _earlier_trials(log, library, aim) if e["value"] is not None]
    best = min(entries, key=lambda e: e["value"])
    return _as_result(library, best["params"], best["value"])
