"""Which model answers a list: the one asked for, else the live one whose columns the list has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from churn.errors import NoModelFits, NoModelYet
from churn.intake.formats.grids import Way, grid_of
from churn.intake.text.opening import Source, opened
from churn.intake.understanding.matching import sure_names
from churn.intake.values.words import folded
from churn.learning.versions.model import Model
from churn.learning.versions.same_business import ENOUGH
from churn.schema import Schema, schema_from
from churn.shelf.champions import called, live_models, load_live
from churn.shelf.version_folders import load, version_of


@dataclass
class ModelsOpen:
    """Models already opened, by name and version: a version never changes, so it is opened and checked once."""

    home: Path
    kept: dict[tuple[str, str], Model] = field(default_factory=dict)

    def named(self, asked: str) -> Model:
        """The model `NAME` that is live, or the version `NAME@V`; the name may be the words it was given."""
        name, _, version = asked.partition("@")
        name = called(self.home, name)
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
        live = self._live()
        if len(live) == 1:
            return self.named(next(iter(live)))
        return self._best(live, _headings(source, filename, sheet, self._schemas(live).values()))

    def fitting_names(self, names: tuple[str, ...]) -> Model:
        """The live model whose columns these names are, for customers that come without a file."""
        live = self._live()
        if len(live) == 1:
            return self.named(next(iter(live)))
        return self._best(live, names)

    def sharing_customers(self, headings: tuple[str, ...]) -> str:
        """The one live model whose key and most of whose columns these headings are; "" for none or several."""
        shares: dict[str, float] = {}
        for name, schema in self._schemas(live_models(self.home)).items():
            if schema.key and schema.key.name in sure_names(headings, schema):
                shares[name] = _share(headings, schema)
        best = max(shares.values(), default=0.0)
        found = [name for name, share in shares.items() if share == best >= ENOUGH]
        return found[0] if len(found) == 1 else ""

    def _live(self) -> dict[str, str]:
        live = live_models(self.home)
        if not live:
            raise NoModelYet("There is no model yet.", "Train one first.", options=("verb train LIST",))
        return live

    def _best(self, live: dict[str, str], headings: tuple[str, ...]) -> Model:
        shares = {name: _share(headings, schema) for name, schema in self._schemas(live).items()}
        best = max(shares.values())
        fitting = sorted(name for name, share in shares.items() if share == best)
        if best < ENOUGH:
            which = f"Say which one is to score it: {', '.join(live)}."
            raise NoModelFits("The list fits none of the models.", which, options=("model=NAME",))
        if len(fitting) > 1:
            options = tuple(f"model={name}" for name in fitting)
            raise NoModelFits(f"The list fits {' and '.join(fitting)} alike.", "Choose one of them.", options=options)
        return self.named(fitting[0])

    def _schemas(self, live: dict[str, str]) -> dict[str, Schema]:
        return {name: self._schema(name, version) for name, version in live.items()}

    def _opened(self, name: str, version: str) -> Model:
        if (name, version) not in self.kept:
            self.kept[name, version] = load(self.home, name, version)
        return self.kept[name, version]

    def _schema(self, name: str, version: str) -> Schema:
        if (name, version) in self.kept:
            return self.kept[name, version].schema
        return schema_from(version_of(self.home, name, version).words["schema"])


def _headings(source: Source, filename: str, sheet: str | None, schemas: Iterable[Schema]) -> tuple[str, ...]:
    """The headings of a list, found by what the models' columns are called."""
    known = {folded(s) for schema in schemas for c in schema.columns for s in (c.name, *c.synonyms)}
    return grid_of(opened(source, filename), Way(lambda text: folded(text) in known, sheet)).layout.names


def _share(headings: tuple[str, ...], schema: Schema) -> float:
    features = {c.name for c in schema.features}
    return len(features & sure_names(headings, schema).keys()) / max(len(features), 1)
