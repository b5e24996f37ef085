"""Lineage: what a model was learnt from and with, so that it can be told apart and made again."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from churn.learning.encoded.examples import Examples
from churn.learning.versions.model import Model

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
    arrays: dict[str, Any] = model.explainer.to_arrays()  # type: ignore[attr-defined]
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    digest.update(repr((model.calibration, model.thresholds, model.encoder)).encode())
    return digest.hexdigest()
