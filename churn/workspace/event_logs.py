"""Event logs: they become a customer table, as of a date, that is checked, trained on and scored."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.errors import RequestRefused
from churn.features.build import Summary, mark_made_up, summarise, training_table, training_tables_both_ways
from churn.features.engines.base import DEFAULT
from churn.features.labels import Outlook, preview_outcomes
from churn.features.recipe import Recipe, parse_recipe
from churn.profiles import profile_names, read_profile
from churn.samples.shipped import is_shipped

if TYPE_CHECKING:
    from churn.reports.charts import Chart

ENGINE = "CHURN_ENGINE"  # the engine's URL where nobody names one, with its memory, threads and spill folder


@dataclass(frozen=True)
class MadeList:
    """A customer table made from logs, as a Parquet file in memory, and what is known of it."""

    name: str
    content: bytes
    summary: Summary


def summarise_logs(
    home: Path,
    tables: Mapping[str, str],
    profile: str,
    *,
    as_of: date,
    horizon: int | None = None,
    dates: int = 1,
    step: int | None = None,
    fill_silence: bool = False,
    engine: str | None = None,
    output: Path | None = None,
    sample: int | None = None,
) -> Summary:
    """One row per customer from the events before a date, and who left within the horizon after it; with several
    dates, one row for each of them, the latest first."""
    recipe = recipe_for(home, profile)
    how: dict[str, Any] = {"engine": engine_for(engine), "output": output, "fill_silence": fill_silence}
    if dates == 1:
        found = summarise(tables, recipe, as_of=as_of, horizon=horizon, sample=sample, **how)
    elif sample is not None:
        raise RequestRefused("A sample is drawn for one date.", "Leave out the sample, or ask for one date.")
    elif horizon is None:
        raise RequestRefused("Several dates make a table to learn from.", "Give the horizon, too.")
    else:
        found = training_table(tables, recipe, horizon=horizon, dates=dates, step=step, latest=as_of, **how)
    if output is not None and all(is_shipped(Path(table)) for table in tables.values()):
        mark_made_up(output)
    return found


def make_list_from_logs(home: Path, tables: Mapping[str, str], profile: str, **request: Any) -> MadeList:
    """The customer table as a list to take in hand."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "made.parquet"
        found = summarise_logs(home, tables, profile, output=output, **request)
        return MadeList(f"{profile}-{found.as_of}.parquet", output.read_bytes(), found)


def survey_logs(home: Path, tables: Mapping[str, str], profile: str, *, engine: str | None = None) -> Outlook:
    """What dates the logs cover, and who would have left for any date and horizon."""
    return preview_outcomes(tables, recipe_for(home, profile), engine=engine_for(engine))


def try_filling_silence(
    home: Path,
    tables: Mapping[str, str],
    profile: str,
    *,
    as_of: date,
    horizon: int,
    dates: int = 1,
    step: int | None = None,
    engine: str | None = None,
) -> Any:
    """What filling in silent days does to a model's quality, on the same unseen customers, before it is adopted."""
    from churn.training.train import compare_trainings

    recipe, latest = recipe_for(home, profile), as_of
    plain, filled = training_tables_both_ways(
        tables, recipe, horizon=horizon, dates=dates, step=step, latest=latest, engine=engine_for(engine)
    )
    return compare_trainings(plain.whole, filled.whole, plain.schema)


def compile_query(
    home: Path, dialect: str, tables: Mapping[str, str], profile: str, *, as_of: date, horizon: int | None = None
) -> str:
    """The same definition as one query in a warehouse's language; it is not run."""
    from churn.features.warehouse import build_query

    return build_query(dialect, tables, recipe_for(home, profile), as_of=as_of, horizon=horizon)


def recipe_for(home: Path, profile: str) -> Recipe:
    """The recipe of a business; one without event logs is refused."""
    found = read_profile(profile, home)
    if not found.recipe:
        raise RequestRefused(
            f"{found.title} ({profile}) has no recipe for event logs.",
            "Choose a profile with a recipe.toml, for example general.",
        )
    return parse_recipe(found.recipe)


def known_recipes(home: Path) -> dict[str, Recipe]:
    """The recipes of all businesses that have one, by the business's name."""
    found = {name: read_profile(name, home).recipe for name in profile_names(home)}
    return {name: parse_recipe(words) for name, words in found.items() if words}


def engine_for(named: str | None) -> str:
    """The engine a person named, else the operator's, else DuckDB as it comes."""
    return named or os.environ.get(ENGINE) or DEFAULT


def months_chart(seen: Outlook) -> Chart:
    """How many entries each month of the logs holds."""
    from churn.reports import campaign_charts

    return campaign_charts.months_chart(seen.months)
