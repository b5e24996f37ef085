"""Templates: what a list should look like, for every live model and every ready-made business."""

from __future__ import annotations

from pathlib import Path

from churn.intake.understanding.template import template_csv
from churn.profiles import profile_names, read_profile
from churn.schema import Schema, schema_from
from churn.shelf.champions import live_models
from churn.shelf.version_folders import version_of


def templates_of(home: Path) -> dict[str, str]:
    """A small CSV for each, by the name of the model or the title of the business; models stand first."""
    models = {f"{n} {v}": _to_score(version_of(home, n, v).words["schema"]) for n, v in live_models(home).items()}
    profiles = (read_profile(name, home) for name in profile_names(home))
    return {**models, **{p.title: template_csv(p.schema) for p in profiles if p.schema.columns}}


def _to_score(words: list[dict[str, object]]) -> str:
    """Without the outcome: a list to score does not know it yet."""
    schema = schema_from(words)
    return template_csv(Schema(tuple(c for c in schema.columns if c.role != "outcome")))
