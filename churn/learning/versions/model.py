"""A Model: all that is needed to score again, and nothing that names a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from churn.attribution.agreement import Proof
from churn.errors import Damaged
from churn.learning.encoded.encoding import Encoder, encoder_from
from churn.learning.measures.calibration import Calibration, calibration_from
from churn.learning.measures.leaks_first import with_leaks_first
from churn.learning.measures.thresholds import Thresholds, thresholds_from
from churn.learning.versions.reference import Reference, reference_from
from churn.notices import Notice
from churn.schema import Schema, schema_from

PROTOCOL = 1  # raised when an older program could not read what is written


class Explainer(Protocol):
    """The exact tables of `attribution`: log-odds and what each field adds to them."""

    @property
    def base(self) -> float:
        """The log-odds of the average learnt customer."""
        ...

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """The calibrated log-odds of leaving per row."""
        ...

    def contributions(self, matrix: np.ndarray) -> np.ndarray:
        """What each field adds to the log-odds, (rows, fields); with `base` they add up to `margin`."""
        ...


@dataclass(frozen=True)
class Model:
    """A learnt way to tell who may leave, ready to score.

    stays, leaves  the list's own words for the two outcomes
    report         the ReportCard as JSON
    lineage        where it came from: data fingerprint, rows, seed, when, library versions, profile
    explainer      exact attribution tables over the encoder's matrix, calibration slope included
    proof          fresh from training, the libraries' own models and answers; the shelf keeps them beside the tables
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

    def named(self, name: str, version: str) -> Model:
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
