"""Models that tables cannot cover, explained by their own library: exact but slow, imported only when needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, Literal

import numpy as np

from churn.errors import Unavailable
from churn.explain.trees import DEEPEST, Forest, Scale, Split, Tree, read_forest
from churn.threads import one_thread, threads_for

LibraryKind = Literal["xgboost", "lightgbm", "shap"]
ContributionFunction = Callable[[np.ndarray], np.ndarray]  # a matrix in; contributions and, last, the base out


@dataclass(frozen=True)
class LibraryModel:
    """A model that its own library explains; kept as plain arrays, never as pickled objects.

    arrays  for `xgboost` and `lightgbm` the bytes the library saves; for `shap` the trees
    """

    kind: LibraryKind
    arrays: Mapping[str, np.ndarray]
    base: float
    weight: float = 1.0
    scale: Scale = "log-odds"

    def add_to(self, totals: np.ndarray, matrix: np.ndarray) -> None:
        """Add what every column contributes, for a float32 matrix of customers, to `totals` (columns, customers)."""
        answers = self._answers(np.ascontiguousarray(matrix))[:, :-1]
        totals += (answers.T * self.weight).astype(np.float32)

    def scaled(self, weight: float) -> LibraryModel:
        """The same model with everything multiplied."""
        return replace(self, weight=self.weight * weight, base=self.base * weight)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The model as plain arrays; `library_model_from` reads them back."""
        numbers = {"base": np.array(self.base), "weight": np.array(self.weight)}
        words = {"kind": np.array(self.kind), "scale": np.array(self.scale)}
        return {**numbers, **words, **{f"model.{name}": array for name, array in self.arrays.items()}}

    @property
    def library_base(self) -> float:
        """What the library adds for every customer alike."""
        features = int(self.arrays["features"])
        return float(self._answers(np.full((1, features), np.nan, np.float32))[0, -1])

    @cached_property
    def _answers(self) -> ContributionFunction:
        ways = {"xgboost": _xgboost_contributions, "lightgbm": _lightgbm_contributions, "shap": _shap_contributions}
        try:
            return ways[self.kind](self.arrays)
        except (ImportError, OSError) as problem:
            raise Unavailable(
                f"This model is explained by {self.kind}, which cannot be loaded here.",
                "Install it, or roll back to a version that is explained by tables.",
            ) from problem


def read_member(estimator: Any) -> Forest | LibraryModel:
    """Read a fitted model as trees for the tables; as a LibraryModel where the tables cannot cover it."""
    if _kind_of(estimator) == "xgboost" and _has_no_plain_trees(estimator):
        return read_library_model(estimator)
    forest = read_forest(estimator)
    return forest if forest.depth <= DEEPEST else read_library_model(estimator)


def read_library_model(estimator: Any) -> LibraryModel:
    """Read a fitted model as its own library explains it, even where tables could cover it."""
    kind = _kind_of(estimator)
    if kind == "xgboost":
        booster = _booster_of(estimator)
        content, features = _bytes(bytes(booster.save_raw("ubj"))), booster.num_features()
    elif kind == "lightgbm":
        booster = getattr(estimator, "booster_", estimator)
        content, features = _bytes(booster.model_to_string().encode()), booster.num_feature()
    else:
        forest = read_forest(estimator)
        return LibraryModel("shap", _stack_trees(forest), forest.expected, scale=forest.scale)
    library = LibraryModel(kind, {"bytes": content, "features": np.array(features)}, 0.0)
    return replace(library, base=library.library_base)


def library_model_from(arrays: Mapping[str, np.ndarray]) -> LibraryModel:
    """The model that `to_arrays` wrote."""
    model = {name.removeprefix("model."): a for name, a in arrays.items() if name.startswith("model.")}
    kind: Any = str(arrays["kind"])
    scale: Scale = "probability" if str(arrays["scale"]) == "probability" else "log-odds"
    return LibraryModel(kind, model, float(arrays["base"]), float(arrays["weight"]), scale)


def _kind_of(estimator: Any) -> Any:
    return type(estimator).__module__.partition(".")[0]


def _bytes(content: bytes) -> np.ndarray:
    return np.frombuffer(content, np.uint8)


def _booster_of(estimator: Any) -> Any:
    """The booster as the classifier would use it: up to its best round."""
    if not hasattr(estimator, "get_booster"):
        return estimator
    booster = estimator.get_booster()
    best = booster.attr("best_iteration")
    return booster[: int(best) + 1] if best else booster


def _has_no_plain_trees(estimator: Any) -> bool:
    """A linear booster, or trees that count by weights of their own: until XGBoost 3.3 another booster, now a field."""
    booster = json.loads(bytes(_booster_of(estimator).save_raw("json")))["learner"]["gradient_booster"]
    return bool(booster["name"] != "gbtree" or "weight_drop" in booster.get("model", {}))


def _xgboost_contributions(arrays: Mapping[str, np.ndarray]) -> ContributionFunction:
    import xgboost

    @cache
    def loaded(threads: int) -> Any:
        booster = xgboost.Booster({"nthread": threads})
        with one_thread():  # reading a model asks for every core, and has no parameter to say otherwise
            booster.load_model(bytearray(arrays["bytes"].tobytes()))
        return booster

    def contributions_and_base(matrix: np.ndarray) -> np.ndarray:
        threads = threads_for(len(matrix))
        booster = loaded(threads)
        rows = xgboost.DMatrix(matrix, feature_types=booster.feature_types, enable_categorical=True, nthread=threads)
        answers: np.ndarray = booster.predict(rows, pred_contribs=True, validate_features=False)
        return answers

    return contributions_and_base


def _lightgbm_contributions(arrays: Mapping[str, np.ndarray]) -> ContributionFunction:
    import lightgbm

    booster = lightgbm.Booster(model_str=arrays["bytes"].tobytes().decode())
    return lambda matrix: np.asarray(booster.predict(matrix, pred_contrib=True, num_threads=threads_for(len(matrix))))


def _shap_contributions(arrays: Mapping[str, np.ndarray]) -> ContributionFunction:
    import shap

    cuts = arrays["starts"][1:-1]
    named = {name: np.split(arrays[name], cuts) for name in _SHAP_ARRAYS}
    trees = [{name: parts[i] for name, parts in named.items()} for i in range(len(cuts) + 1)]
    explainer = shap.TreeExplainer({"trees": trees}, feature_perturbation="tree_path_dependent")

    def contributions_and_base(matrix: np.ndarray) -> np.ndarray:
        found = np.asarray(explainer.shap_values(matrix, check_additivity=False))
        return np.column_stack([found.reshape(matrix.shape), np.full(len(matrix), explainer.expected_value)])

    return contributions_and_base


_SHAP_ARRAYS = (
    "children_left",
    "children_right",
    "children_default",
    "features",
    "thresholds",
    "values",
    "node_sample_weight",
)


def _stack_trees(forest: Forest) -> dict[str, np.ndarray]:
    """The trees of a scikit-learn forest as shap names them, one after the other."""
    trees = [_as_shap(tree) for tree in forest.trees]
    stacked = {name: np.concatenate([tree[name] for tree in trees]) for name in _SHAP_ARRAYS}
    return {**stacked, "starts": np.cumsum([0, *(len(t.values) for t in forest.trees)])}


def _as_shap(tree: Tree) -> dict[str, np.ndarray]:
    left, right = np.array(tree.left, np.int32), np.array(tree.right, np.int32)
    asked = [s or Split(-2) for s in tree.splits]
    edges = np.array([s.edge for s in asked], np.float32)
    return {
        "children_left": left,
        "children_right": right,
        "children_default": np.where([s.missing_left for s in asked], left, right),
        "features": np.array([s.feature for s in asked], np.int32),
        # It sends x <= threshold to the left; we, x < edge.
        "thresholds": np.nextafter(edges, np.float32(-np.inf)).astype(np.float64),
        "values": np.array(tree.values)[:, None],
        "node_sample_weight": np.array(tree.covers),
    }
