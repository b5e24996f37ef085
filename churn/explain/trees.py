"""Trees as plain data: splits, leaves and training weights, read from XGBoost, LightGBM and scikit-learn models."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from churn.errors import RequestRefused

Scale = Literal["log-odds", "probability"]
_LARGEST = float(np.finfo(np.float32).max)
DEEPEST = 6  # deeper trees would need tables too large to look up; they keep to the library's own arithmetic


@dataclass(frozen=True)
class Split:
    """One condition on one column; a customer goes left when it holds.

    edge          a number goes left when it is below this; unused where `members` is given
    members       the category codes that go left; every other code, seen or not, goes right
    missing_left  where a missing value goes
    zero_left     where an exact zero goes, for boosters that count zero as missing
    """

    feature: int
    edge: float = 0.0
    members: frozenset[int] | None = None
    missing_left: bool = False
    zero_left: bool | None = None


@dataclass(frozen=True)
class Tree:
    """One tree: per node its split (None for a leaf), children, leaf value, and cover (the training weight there)."""

    splits: tuple[Split | None, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    values: tuple[float, ...]
    covers: tuple[float, ...]

    @cached_property
    def depth(self) -> int:
        """The most splits on a path from the root to a leaf."""
        return max(len(leaf.steps) for leaf in self.leaves())

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf with the path that leads to it."""
        waiting: list[tuple[int, tuple[TreeStep, ...]]] = [(0, ())]
        while waiting:
            node, steps = waiting.pop()
            split = self.splits[node]
            if split is None:
                yield Leaf(steps, self.values[node])
                continue
            for child, goes_left in ((self.right[node], False), (self.left[node], True)):
                waiting.append((child, (*steps, TreeStep(split, goes_left, self._share(child, node)))))

    def _share(self, child: int, node: int) -> float:
        return self.covers[child] / self.covers[node] if self.covers[node] > 0 else 0.0


@dataclass(frozen=True)
class TreeStep:
    """One step on the path to a leaf, and the share of training customers who took it."""

    split: Split
    goes_left: bool
    share: float


@dataclass(frozen=True)
class Leaf:
    """A leaf: the path to it, and what it adds to the score."""

    steps: tuple[TreeStep, ...]
    value: float

    @property
    def share(self) -> float:
        """The share of training customers who end here."""
        return math.prod(step.share for step in self.steps)


@dataclass(frozen=True)
class Forest:
    """Trees whose leaf values add up to a score, and the score before any tree.

    scale  `log-odds`: the score is a margin and may be blended; `probability`: averaged votes, explained as they are
    """

    trees: tuple[Tree, ...]
    features: int
    base: float = 0.0
    scale: Scale = "log-odds"

    @property
    def depth(self) -> int:
        """The depth of the deepest tree."""
        return max((tree.depth for tree in self.trees), default=0)

    @property
    def expected(self) -> float:
        """The average of the trees' sums over the training customers, the base not counted."""
        return sum(leaf.value * leaf.share for tree in self.trees for leaf in tree.leaves())

    def scaled(self, weight: float) -> Forest:
        """The same trees with every leaf, and the base, multiplied."""
        scaled = tuple(replace(t, values=tuple(v * weight for v in t.values)) for t in self.trees)
        return replace(self, trees=scaled, base=self.base * weight)


def edge_above(threshold: float) -> float:
    """The float32 edge that "x <= threshold" means for a float32 x: the next number above the threshold's floor."""
    if threshold >= _LARGEST:
        return math.inf
    near = np.float32(max(threshold, -_LARGEST))
    if float(near) > threshold:
        return float(near)
    return float(np.nextafter(near, np.float32(np.inf)))


# Reading models: each library has its own rules for edges, sets and missing values.


def read_forest(estimator: Any) -> Forest:
    """Read the trees of a fitted binary model of any known library.

    A classifier that stopped early keeps its best round only, as its own `predict` does.
    """
    home = type(estimator).__module__.partition(".")[0]
    readers = {"xgboost": _from_xgboost, "lightgbm": _from_lightgbm, "sklearn": _from_sklearn}
    if home not in readers:
        raise RequestRefused(
            f"A {type(estimator).__name__} has no trees to read.", "Known: XGBoost, LightGBM, scikit-learn."
        )
    return readers[home](estimator)


def _from_xgboost(estimator: Any) -> Forest:
    booster = estimator.get_booster() if hasattr(estimator, "get_booster") else estimator
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    gradient = learner["gradient_booster"]
    shape = learner["learner_model_param"]
    if gradient["name"] != "gbtree" or int(shape["num_class"]) > 1 or int(shape.get("num_target", 1)) > 1:
        raise _unreadable("XGBoost", "a gbtree booster with one output")
    if "weight_drop" in gradient["model"]:
        raise _unreadable("XGBoost", "trees that all count alike, without dropout")
    trees = gradient["model"]["trees"]
    if booster is not estimator and "best_iteration" in learner["attributes"]:
        rounds = gradient["model"]["iteration_indptr"]
        trees = trees[: rounds[int(learner["attributes"]["best_iteration"]) + 1]]
    base = float(np.float32(json.loads(shape["base_score"].strip("[]"))))
    is_logistic = learner["objective"]["name"] in ("binary:logistic", "reg:logistic", "binary:logitraw")
    offset = math.log(base / (1 - base)) if is_logistic else base
    return Forest(tuple(_xgboost_tree(t) for t in trees), int(shape["num_feature"]), offset)


def _xgboost_tree(tree: Mapping[str, Any]) -> Tree:
    left, right = list(tree["left_children"]), list(tree["right_children"])
    sets = _xgboost_sets(tree)
    splits: list[Split | None] = []
    for node, child in enumerate(left):
        if child < 0:
            splits.append(None)
            continue
        feature, default_left = tree["split_indices"][node], bool(tree["default_left"][node])
        if tree["split_type"][node]:
            # Its sets name the codes that go right; ours name those that go left.
            left[node], right[node] = right[node], left[node]
            splits.append(Split(feature, members=sets[node], missing_left=not default_left))
        else:
            splits.append(Split(feature, float(np.float32(tree["split_conditions"][node])), missing_left=default_left))
    values = (float(np.float32(v)) if s is None else 0.0 for v, s in zip(tree["split_conditions"], splits, strict=True))
    return Tree(tuple(splits), tuple(left), tuple(right), tuple(values), tuple(tree["sum_hessian"]))


def _xgboost_sets(tree: Mapping[str, Any]) -> dict[int, frozenset[int]]:
    places = zip(tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"], strict=True)
    return {node: frozenset(tree["categories"][start : start + size]) for node, start, size in places}


def _from_lightgbm(estimator: Any) -> Forest:
    booster = getattr(estimator, "booster_", estimator)
    model = booster.dump_model()
    if model["num_class"] != 1 or model.get("average_output") or _has_linear_leaves(model):
        raise _unreadable("LightGBM", "a boosted model with one output and constant leaves")
    trees = tuple(_lightgbm_tree(t["tree_structure"]) for t in model["tree_info"])
    return Forest(trees, model["max_feature_idx"] + 1)


def _has_linear_leaves(model: Mapping[str, Any]) -> bool:
    return any("leaf_coeff" in node for t in model["tree_info"] for node in _walk_nodes(t["tree_structure"]))


def _lightgbm_tree(root: Mapping[str, Any]) -> Tree:
    nodes = list(_walk_nodes(root))
    place = {id(node): i for i, node in enumerate(nodes)}
    return Tree(
        tuple(_lightgbm_split(n) for n in nodes),
        tuple(place[id(n["left_child"])] if "left_child" in n else -1 for n in nodes),
        tuple(place[id(n["right_child"])] if "right_child" in n else -1 for n in nodes),
        tuple(float(n.get("leaf_value", 0.0)) for n in nodes),
        tuple(float(n.get("internal_count", n.get("leaf_count", 1))) for n in nodes),
    )


def _walk_nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for side in ("left_child", "right_child"):
        if side in node:
            yield from _walk_nodes(node[side])


def _lightgbm_split(node: Mapping[str, Any]) -> Split | None:
    if "split_feature" not in node:
        return None
    feature, default_left = node["split_feature"], bool(node["default_left"])
    if node["decision_type"] == "==":
        members = frozenset(int(code) for code in str(node["threshold"]).split("||"))
        return Split(feature, members=members)
    edge = edge_above(float(node["threshold"]))
    if node["missing_type"] == "Zero":
        return Split(feature, edge, missing_left=default_left, zero_left=default_left)
    # Where nothing was missing in training, LightGBM reads a missing value as zero.
    missing_left = default_left if node["missing_type"] == "NaN" else edge > 0
    return Split(feature, edge, missing_left=missing_left)


def _from_sklearn(estimator: Any) -> Forest:
    members = getattr(estimator, "estimators_", [estimator])
    if not all(hasattr(m, "tree_") for m in members) or len(getattr(estimator, "classes_", ())) != 2:
        raise _unreadable("scikit-learn", "a decision tree or a random forest with two classes")
    trees = tuple(_sklearn_tree(m.tree_, 1 / len(members)) for m in members)
    return Forest(trees, estimator.n_features_in_, scale="probability")


def _sklearn_tree(tree: Any, weight: float) -> Tree:
    nodes = tree.__getstate__()["nodes"]
    counts = tree.value[:, 0, :]
    shares = counts[:, 1] / counts.sum(axis=1) * weight
    splits = (
        Split(int(n["feature"]), edge_above(float(n["threshold"])), missing_left=bool(n["missing_go_to_left"]))
        if n["left_child"] >= 0
        else None
        for n in nodes
    )
    return Tree(
        tuple(splits),
        tuple(int(c) for c in nodes["left_child"]),
        tuple(int(c) for c in nodes["right_child"]),
        tuple(float(s) for s in shares),
        tuple(float(w) for w in nodes["weighted_n_node_samples"]),
    )


def _unreadable(library: str, wanted: str) -> RequestRefused:
    return RequestRefused(f"This {library} model cannot be put into tables.", f"Tables cover {wanted}.")
