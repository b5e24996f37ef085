"""Which model answers a list: the one asked for, else the live one whose columns the list has."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from churn.errors import NotFound, RequestRefused
from churn.intake.grids import Way, grid_of
from churn.intake.matching import sure_names
from churn.intake.opening import Source, opened
from churn.intake.words import folded
from churn.learning.model import Model
from churn.schema import Schema, schema_from
from churn.shelf.champion import live_models, load_live
from churn.shelf.versions import load, version_of

ENOUGH = 0.5  # a model fits when at least this share of its columns is in the list


@dataclass
class ModelsOpen:
    """Models already opened, by name and version: a version never changes, so it is opened and checked once."""

    home: Path
    kept: dict[tuple[str, str], Model] = field(default_factory=dict)

    def named(self, asked: str) -> Model:
        """The model `NAME` that is live, or the version `NAME@V`."""
        name, _, version = asked.partition("@")
        if version:
            return self._opened(name, version)
        live = live_models(self.home)
        if name not in live:
            return load_live(self.home, name)
        model = self.kept.get((name, live[name])) or load_live(self.home, name)
        self.kept[name, model.version] = model
        return model

    def fitting(self, source: Source, filename: str = "", sheet: str | None = None) -> Model:
        """The live model whose columns the list has; two that fit alike are refused by name."""
        live = live_models(self.home)
        if not live:
            raise NotFound("There is no model yet.", "Train one first: `python -m churn train LIST`.")
        if len(live) == 1:
            return self.named(next(iter(live)))
        schemas = {name: self._schema(name, version) for name, version in live.items()}
        shares = _shares(source, filename, sheet, schemas)
        best = max(shares.values())
        fitting = sorted(name for name, share in shares.items() if share == best)
        if best < ENOUGH:
            raise RequestRefused("The list fits none of the models.", f"Name one with --model: {', '.join(live)}.")
        if len(fitting) > 1:
            raise RequestRefused(f"The list fits {' and '.join(fitting)} alike.", "Choose one with --model.")
        return self.named(fitting[0])

    def _opened(self, name: str, version: str) -> Model:
        if (name, version) not in self.kept:
            self.kept[name, version] = load(self.home, name, version)
        return self.kept[name, version]

    def _schema(self, name: str, version: str) -> Schema:
        if (name, version) in self.kept:
            return self.kept[name, version].schema
        return schema_from(version_of(self.home, name, version).words["schema"])


def _shares(source: Source, filename: str, sheet: str | None, schemas: dict[str, Schema]) -> dict[str, float]:
    """Per model the share of its columns that the list's headings name outright."""
    known = {folded(s) for schema in schemas.values() for c in schema.columns for s in (c.name, *c.synonyms)}
    headings = grid_of(opened(source, filename), Way(lambda text: folded(text) in known, sheet)).layout.names
    return {name: _share(headings, schema) for name, schema in schemas.items()}


def _share(headings: tuple[str, ...], schema: Schema) -> float:
    features = {c.name for c in schema.features}
    return len(features & sure_names(headings, schema).keys()) / max(len(features), 1)
