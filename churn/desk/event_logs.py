"""Event logs at the counter: they become a customer table, as of a date, that is checked, trained on and scored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from churn.errors import RequestRefused
from churn.events.engine import DEFAULT
from churn.events.outlook import Outlook, outlook_of
from churn.events.recipe_words import recipe_from
from churn.events.recipes import Recipe
from churn.events.summary import Summary, summarise
from churn.profiles import read_profile


def summarised(
    home: Path,
    tables: Mapping[str, str],
    profile: str,
    *,
    as_of: date,
    horizon: int | None = None,
    engine: str | None = None,
    output: Path | None = None,
) -> Summary:
    """One row per customer from the events before a date, and who left within the horizon after it."""
    recipe = recipe_for(home, profile)
    return summarise(tables, recipe, as_of=as_of, horizon=horizon, engine=engine or DEFAULT, output=output)


def looked_over(home: Path, tables: Mapping[str, str], profile: str, *, engine: str | None = None) -> Outlook:
    """What dates the logs cover, and who would have left for any date and horizon."""
    return outlook_of(tables, recipe_for(home, profile), engine=engine or DEFAULT)


def compiled_for(
    home: Path, dialect: str, tables: Mapping[str, str], profile: str, *, as_of: date, horizon: int | None = None
) -> str:
    """The same definition as one query in a warehouse's language; it is not run."""
    from churn.events.warehouses import query_for

    return query_for(dialect, tables, recipe_for(home, profile), as_of=as_of, horizon=horizon)


def recipe_for(home: Path, profile: str) -> Recipe:
    """The recipe of a business; one without event logs is refused."""
    found = read_profile(profile, home)
    if not found.recipe:
        raise RequestRefused(
            f"{found.title} ({profile}) has no recipe for event logs.",
            "Choose a profile with a recipe.toml, for example general.",
        )
    return recipe_from(found.recipe)
