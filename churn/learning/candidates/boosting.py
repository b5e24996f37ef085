"""Boosted trees: XGBoost and LightGBM on the encoder's matrix, shallow or deep as the customers earn it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from churn.learning.encoded.encoding import Field
from churn.learning.encoded.examples import Examples
from churn.threads import set_passive_waiting, threads_for

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
