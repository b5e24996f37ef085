"""The business a model or a list belongs to: its words, its offers, and the action they suggest for a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.errors import ChurnError, Unavailable
from churn.intake.sources import Source, is_parquet
from churn.money.economics import Valuation
from churn.money.playbook import Playbook
from churn.money.policies import build_suggester
from churn.profiles import GENERAL, Profile, profile_names, read_profile
from churn.schema import Schema
from churn.scoring.score import Suggester
from churn.scoring.wording import Wording, wording_for
from churn.training.model import Model
from churn.workspace.playbooks import active_playbook, read_playbook
from churn.workspace.store import settled_row, settled_rows

if TYPE_CHECKING:
    pass


def profile_of(model: Model, home: Path) -> Profile:
    """The ready-made business a model was trained for; the general one where it is not here any more."""
    return profile_named(model.lineage.get("profile", GENERAL), home)


def profile_named(name: str, home: Path) -> Profile:
    """The ready-made business of a name; the general one where it is not here any more."""
    return read_profile(name if name in profile_names(home) else GENERAL, home)


def find_business(home: Path, words: str) -> str:
    """The name of the business with this name or title; the words themselves where there is none."""
    from churn.training.registry import find_name

    titled = (row.business for row in settled_rows(home).values() if row.title == " ".join(words.split()))
    return next(titled, None) or find_name(home, words)


def currency_of(model: Model, home: Path) -> str:
    """The currency a model's money is in: settled for its business, else the profile's, else marked in its list."""
    row = settled_row(home, model.name)
    own = row.currency if row else ""
    return own or profile_of(model, home).currency or str(model.lineage.get("currency", ""))


def currency_in(home: Path, name: str) -> str:
    """The same for a business by its name, whether it has a model or not."""
    from churn.training.registry import live_manifest

    row, lineage = settled_row(home, name), (live_manifest(home, name) or {}).get("lineage", {})
    profile = profile_named(str(lineage.get("profile") or (row.profile if row else GENERAL)), home)
    return (row.currency if row else "") or profile.currency or str(lineage.get("currency", ""))


def wording_of(model: Model, home: Path) -> Wording:
    """The words in which this model's reasons are said."""
    row = settled_row(home, model.name)
    business = replace(profile_of(model, home), currency=currency_of(model, home))
    return wording_in(business, model.schema, home, row.labels if row else {})


def wording_in(business: Profile, schema: Schema, home: Path, labels: Mapping[str, str] | None = None) -> Wording:
    """The words in which a business speaks of these columns; the general ones where it has none of its own.

    labels   what a person wrote for some columns
    """
    if labels:
        columns = business.phrases.get("columns", {})
        called = {name: {**columns.get(name, {}), "label": label} for name, label in labels.items()}
        business = replace(business, phrases={**business.phrases, "columns": {**columns, **called}})
    return wording_for(schema, business.phrases, read_profile(GENERAL, home).phrases, business.currency)


def playbook_of(profile: Profile, home: Path, file: Path | None = None) -> Playbook:
    """The offers of a ready-made business: those of the file given, else the default set for it, else its own."""
    if file is not None:
        return read_playbook(file)
    return active_playbook(home, "", profile=profile.name).playbook


def playbook_for(model: Model, home: Path) -> Playbook:
    """The offers of the business a model was trained for, as they count now."""
    active = active_playbook(home, model.name, profile=profile_of(model, home).name)
    return with_learnt_bills(active.playbook, model)


def with_learnt_bills(playbook: Playbook, model: Model) -> Playbook:
    """The playbook with what bills the model has learnt from, so that no slip of the keyboard becomes a gain."""
    value, names = model.schema.value, model.encoder.names
    if value is None or value.name not in names:
        return playbook
    place = names.index(value.name)
    far, largest = model.encoder.fields[place].high, float(model.reference.quantiles[place][-1])
    return replace(playbook, learnt_bills=(far, largest)) if far is not None and largest == largest else playbook


def valuation_of(model: Model, playbook: Playbook) -> Valuation:
    """What this model's customers are worth by a playbook."""
    return Valuation(playbook, model.schema.value.name if model.schema.value else None)


def valuation_for(model: Model, home: Path) -> Valuation | None:
    """The same by the playbook in force; None while the database that holds it does not answer."""
    try:
        return valuation_of(model, playbook_for(model, home))
    except Unavailable:
        return None


def suggester_of(model: Model, playbook: Playbook) -> Suggester:
    """For each scored customer the action that brings most, and what it is expected to bring; none where none pays."""
    return build_suggester(playbook, value=model.schema.value.name if model.schema.value else None)


# The demo's businesses: their models learnt from made-up customers, so no list of real ones meets them by itself.


OF_THE_DEMO = "Scored by the demo's model, which learnt from made-up customers."


def is_made_up(source: Source) -> bool:
    """Whether a list holds made-up customers: it comes with the product, or was made from logs that do."""
    from churn.features.build import MADE_UP, note_in
    from churn.samples.shipped import is_shipped

    return is_shipped(source) or (is_parquet(source) and bool(note_in(source).get(MADE_UP)))


def is_demo(home: Path, name: str, version: str = "", lineage: Mapping[str, Any] | None = None) -> bool:
    """Whether a version learnt from made-up customers: one of the demo's, or of a list that comes with the product.

    version   empty: the live one, else the newest
    lineage   where the version came from, if that is known already

    Of versions saved before this was noted, the list that they learnt from tells.
    """
    from churn.samples.shipped import fingerprints
    from churn.training.registry import DEMO, find_version, live_manifest

    if name.startswith(DEMO):
        return True
    if lineage is None:
        try:
            words = find_version(home, name, version).manifest if version else live_manifest(home, name) or {}
        except ChurnError:  # what is wrong with it is said by who opens it
            return False
        lineage = words.get("lineage", {})
    return bool(lineage.get("made_up")) or lineage.get("list") in fingerprints()
