"""The Model: all that is needed to score again, what its list looked like, and where it came from."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from churn.errors import Damaged
from churn.explain.explainer import Explainer, Proof
from churn.notices import Notice
from churn.schema import Schema, schema_from
from churn.training.calibration import Calibration, calibration_from
from churn.training.dataset import Examples, hash_rows
from churn.training.encoder import Encoder, encoder_from
from churn.training.report import with_leaks_first
from churn.training.thresholds import Thresholds, thresholds_from

MOST_ROWS = 2000
STEPS = 1000  # a percentile is read from this many steps
_PARTS = ("scores", "rows", "row_scores", "quantiles", "missing", "counts", "learnt")


@dataclass(frozen=True)
class Reference:
    """The training list in numbers: for percentiles, drift and charts.

    scores      quantiles 0, 1/1000 … 1 of the probabilities of customers scored by models that had not seen them
    rows        at most 2,000 encoded customers, float32 (rows, fields)
    row_scores  the probability of each of those rows
    quantiles   (fields, 101) quantiles of the known numbers of each field; NaN for fields with levels or flags
    counts      (fields, codes) customers per code for fields with levels and flags, the unseen code included
    missing     customers without a value, per field
    learnt      a short fingerprint of every encoded row that was learnt from, sorted: tells which rows are unseen
    customers   how many customers the list had
    """

    scores: np.ndarray
    rows: np.ndarray
    row_scores: np.ndarray
    quantiles: np.ndarray
    counts: np.ndarray
    missing: np.ndarray
    learnt: np.ndarray
    customers: int

    def percentile(self, probability: np.ndarray) -> np.ndarray:
        """The share of learnt customers with a lower score, 0 to 1; ties share the middle."""
        low = np.searchsorted(self.scores, probability, side="left")
        high = np.searchsorted(self.scores, probability, side="right")
        return np.clip((low + high) / (2 * len(self.scores)), 0, 1)

    def has_learnt(self, matrix: np.ndarray) -> np.ndarray:
        """True for encoded rows that the model has learnt from."""
        return np.isin(short_hashes(matrix), self.learnt)

    def arrays(self) -> dict[str, np.ndarray]:
        """The parts as arrays; `reference_from` reads them back."""
        return {part: getattr(self, part) for part in _PARTS} | {"customers": np.array(self.customers)}


def reference_from(arrays: Mapping[str, np.ndarray]) -> Reference:
    """The Reference that `arrays` wrote."""
    return Reference(**{part: arrays[part] for part in _PARTS}, customers=int(arrays["customers"]))


def build_reference(
    encoder: Encoder, matrix: np.ndarray, scores: np.ndarray, *, learnt: np.ndarray | None = None
) -> Reference:
    """Build the Reference of a training list: its encoded rows and their out-of-fold scores, in canonical order.

    learnt  all rows that were learnt from, where these are a sample of them
    """
    picked = np.linspace(0, len(matrix) - 1, min(MOST_ROWS, len(matrix))).round().astype(int)
    widest = max((len(f.levels) + 1 if f.levels else 2 for f in encoder.fields), default=2)
    quantiles = np.full((len(encoder.fields), 101), np.nan)
    counts = np.zeros((len(encoder.fields), widest), dtype=np.int64)
    for i, one in enumerate(encoder.fields):
        known = matrix[:, i][~np.isnan(matrix[:, i])]
        if one.form in ("number", "age"):
            quantiles[i] = np.quantile(known, np.linspace(0, 1, 101)) if len(known) else np.nan
        else:
            counts[i] = np.bincount(known.astype(np.int64), minlength=widest)[:widest]
    return Reference(
        scores=np.quantile(scores, np.linspace(0, 1, STEPS + 1)),
        rows=np.ascontiguousarray(matrix[picked]),
        row_scores=scores[picked],
        quantiles=quantiles,
        counts=counts,
        missing=np.isnan(matrix).sum(axis=0),
        learnt=np.unique(short_hashes(matrix if learnt is None else learnt)),
        customers=len(matrix),
    )


def short_hashes(matrix: np.ndarray) -> np.ndarray:
    """One 32-bit number per encoded row: enough to know a row again, too little to tell what is in it."""
    return (hash_rows(np.asarray(matrix)) >> np.uint64(32)).astype(np.uint32)


# The Model itself; nothing in it names a customer.


PROTOCOL = 1  # raised when an older program could not read what is written


@dataclass(frozen=True)
class Model:
    """A trained model, ready to score.

    stays, leaves  the list's own words for the two outcomes
    report         the ReportCard as JSON
    lineage        where it came from: data fingerprint, rows, seed, when, library versions, profile
    explainer      exact SHAP tables over the encoder's matrix, calibration slope included
    proof          fresh from training, the libraries' own models and answers; the registry keeps them beside the tables
    """

    name: str
    version: str
    schema: Schema
    encoder: Encoder
    explainer: Explainer
    calibration: Calibration
    thresholds: Thresholds
    reference: Reference
    stays: str = "No"
    leaves: str = "Yes"
    report: Mapping[str, Any] = field(default_factory=dict)
    lineage: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    proof: Proof | None = None

    def probability(self, matrix: np.ndarray) -> np.ndarray:
        """The probability of leaving of each row of an encoded list."""
        return self.calibration.probability(self.explainer.margin(matrix))

    def status(self, probability: float) -> str:
        """The list's own word for what is predicted: leaves at or above the threshold, stays below."""
        return self.leaves if probability >= self.thresholds.chosen else self.stays

    def renamed(self, name: str, version: str) -> Model:
        """The same model under another name and version."""
        return replace(self, name=name, version=version)

    def as_json(self) -> dict[str, Any]:
        """Everything but the arrays, as a plain mapping."""
        return {
            "protocol": PROTOCOL,
            "name": self.name,
            "version": self.version,
            "schema": self.schema.as_json(),
            "encoder": self.encoder.as_json(),
            "calibration": self.calibration.as_json(),
            "thresholds": self.thresholds.as_json(),
            "stays": self.stays,
            "leaves": self.leaves,
            "report": dict(self.report),
            "lineage": dict(self.lineage),
            "notices": [asdict(n) for n in self.notices],
        }


def model_from(words: Mapping[str, Any], explainer: Explainer, reference: Mapping[str, np.ndarray]) -> Model:
    """The Model that `as_json` wrote, with its explainer and the arrays of its reference."""
    if words.get("protocol") != PROTOCOL:
        raise Damaged(
            f"This model was saved with protocol {words.get('protocol')!r}; this program reads {PROTOCOL}.",
            "Use the program that saved it, or train again.",
        )
    return Model(
        name=words["name"],
        version=words["version"],
        schema=schema_from(words["schema"]),
        encoder=encoder_from(words["encoder"]),
        explainer=explainer,
        calibration=calibration_from(words["calibration"]),
        thresholds=thresholds_from(words["thresholds"]),
        reference=reference_from(reference),
        stays=words["stays"],
        leaves=words["leaves"],
        report=with_leaks_first(words["report"]),
        lineage=words["lineage"],
        notices=tuple(
            Notice(**{**n, "lines": tuple(n["lines"]), "options": tuple(n.get("options", ()))})
            for n in words["notices"]
        ),
    )


# Lineage: what a model was learnt from and with, so that it can be recognised and reproduced.


PACKAGES = ("numpy", "pyarrow", "scipy", "scikit-learn", "xgboost-cpu", "xgboost", "lightgbm", "optuna")


def library_versions() -> dict[str, str]:
    """The versions of Python, the processor and the libraries a model is learnt with."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def data_digest(examples: Examples) -> str:
    """A fingerprint of what was learnt from: the same for the same customers in any order of rows and columns."""
    digest = hashlib.sha256("\0".join(examples.encoder.names).encode())
    digest.update(np.nan_to_num(examples.matrix, nan=-3.0e38).tobytes())
    digest.update(examples.labels.astype(np.int8).tobytes())
    return digest.hexdigest()


def model_digest(model: Model) -> str:
    """A fingerprint of how a model scores: its tables, thresholds and calibration, not when it was made."""
    arrays = model.explainer.to_arrays()
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    digest.update(repr((model.calibration, model.thresholds, model.encoder)).encode())
    return digest.hexdigest()
