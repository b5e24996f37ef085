"""The Python interface for a notebook: verbs on nouns, pandas in and out, no home and no database to set up.

    import churn

    customers = churn.read("list.csv")
    model = churn.train(customers, outcome="Churn")
    scores = model.score("today.csv")
    plan = scores.plan(budget=5_000)
    plan.save("campaign.csv")
    lift = plan.measure("outcomes.csv")

What is made here lives in a temporary home until Python ends. To keep models and campaigns, ask a
`churn.Workspace(home)` for the same things: every noun here takes one as `workspace`.
"""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack, cast

from churn.errors import RequestRefused
from churn.intake.reader import Reading
from churn.intake.sources import Source
from churn.notices import Notice
from churn.options import ReadOptions, TrainOptions
from churn.schema import Schema
from churn.workspace.list_history import ListFilter, Overview, filter_list
from churn.workspace.lists import ExplainedScore, ScoredCustomers
from churn.workspace.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd
    import shap

    from churn.campaigns.lift import Lift
    from churn.money.playbook import Playbook
    from churn.options import OutcomeOptions
    from churn.reports.charts import Chart
    from churn.scoring.whatif import Comparison
    from churn.training import model as kept
    from churn.workspace.campaigns import PlannedCampaign
    from churn.workspace.models import Progress
    from churn.workspace.monitoring import WatchedList

    File: TypeAlias = Path | str | bytes | pd.DataFrame  # anything a list can be


@cache
def temporary_workspace() -> Workspace:
    """The workspace of a session that named none; its home is removed when Python ends."""
    home = mkdtemp(prefix="churn-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return Workspace(home)


def read(file: File, *, workspace: Workspace | None = None, **options: Unpack[ReadOptions]) -> CustomerList:
    """A customer list: a path, bytes or a data frame, read and checked like everywhere else."""
    source, options = _source(file, options)
    workspace = workspace or temporary_workspace()
    return CustomerList(workspace.lists.check(source, **options), source, options, workspace)


def train(
    customers: CustomerList | File,
    *,
    name: str | None = None,
    progress: Progress | None = None,
    workspace: Workspace | None = None,
    **options: Unpack[TrainOptions],
) -> TrainedModel:
    """Learn who leaves from a list in which that is known; `outcome` names the column that says it."""
    if isinstance(customers, CustomerList):
        source, said = customers.source, cast(TrainOptions, {**customers.options, **options})
        workspace = workspace or customers.workspace
    else:
        source, said = _source(customers, options)
    workspace = workspace or temporary_workspace()
    heard: Progress = progress or (lambda share, text: None)
    made = workspace.models.train(source, name=name, progress=heard, **said)
    return TrainedModel(made.model, workspace, made.trained.leaderboard)


@dataclass(frozen=True)
class CustomerList:
    """A list that was read: what it holds, what was repaired and what was set aside."""

    reading: Reading
    source: Source
    options: ReadOptions
    workspace: Workspace

    @cached_property
    def df(self) -> pd.DataFrame:
        """The customers, one row each, every column with the type it was understood as."""
        return self.reading.table.to_pandas()

    @property
    def schema(self) -> Schema:
        """What each column means."""
        return self.reading.schema

    @property
    def issues(self) -> tuple[Notice, ...]:
        """What was repaired, set aside or may mislead, a sentence each."""
        return self.reading.notices

    @property
    def rejected(self) -> pd.DataFrame:
        """The rows that were left out, each with its line in the file and the reason."""
        import pandas as pd

        return pd.DataFrame([asdict(row) for row in self.reading.set_aside], columns=["line", "why", "cells"])


@dataclass(frozen=True)
class TrainedModel:
    """A model: how good it is on customers it has never seen, and what it says of others."""

    model: kept.Model
    workspace: Workspace
    candidates: Sequence[Mapping[str, Any]] = ()

    @property
    def _version(self) -> str:
        return f"{self.model.name}@{self.model.version}"

    @property
    def report(self) -> Mapping[str, Any]:
        """How good it is, with intervals, and what to beware of."""
        return self.model.report

    @property
    def leaderboard(self) -> pd.DataFrame:
        """Every candidate on the same unseen customers."""
        import pandas as pd

        return pd.DataFrame(list(self.candidates))

    @property
    def plots(self) -> dict[str, Any]:
        """The figures of its report by what they show, as plotly figures."""
        return _figures(self.workspace.models.charts(self.model))

    def score(self, file: File, *, everybody: bool = False, **options: Unpack[ReadOptions]) -> ScoredList:
        """Who of a list may leave, and why; customers who left by the list's own word are set aside."""
        source, options = _source(file, options)
        ranked = self.workspace.lists.score(source, model=self._version, everybody=everybody, **options)
        return ScoredList(ranked, self.workspace)

    def explain(self, customer: Mapping[str, Any], *, as_of: date | str | None = None) -> ExplainedScore:
        """Why one customer, given as values by column, may leave, and what would lower the risk most easily."""
        return self.workspace.customers.explain_values(self.model, self._parsed(customer), as_of=as_of)

    def what_if(
        self, customer: Mapping[str, Any], changes: Mapping[str, Any], *, as_of: date | str | None = None
    ) -> Comparison:
        """The same customer before and after some values change."""
        return self.workspace.customers.compare(self.model, self._parsed(customer), changes, as_of=as_of)

    def check_drift(self, file: File, **options: Unpack[ReadOptions]) -> WatchedList:
        """Whether a list still looks like the one learnt from, and whether the model is still worth its money."""
        source, options = _source(file, options)
        return self.workspace.monitor.check(source, model=self._version, keep=False, **options)

    def _parsed(self, customer: Mapping[str, Any]) -> dict[str, Any]:
        """Values as a person or a pandas row writes them, as the model's columns hold them."""
        plain = {name: getattr(value, "item", lambda value=value: value)() for name, value in customer.items()}
        scorer = self.workspace.online.scorer(tuple(plain), model=self._version)
        return dict(scorer.reader.given(plain).customer)


@dataclass(frozen=True)
class ScoredList:
    """A list with probability, tier, reasons and the suggested action for each customer."""

    ranked: ScoredCustomers
    workspace: Workspace

    @cached_property
    def df(self) -> pd.DataFrame:
        """All of it, in the order of the list."""
        return self.ranked.scored.table.to_pandas()

    def top(self, most: int = 10) -> pd.DataFrame:
        """The customers to look after first: those whose action should bring most."""
        return self.filter(by="expected_gain").head(most)

    def filter(self, **filters: Any) -> pd.DataFrame:
        """The customers that fit: `tiers`, `actions`, `search`, `least` (value at risk), `by` (the order)."""
        return filter_list(self.ranked, ListFilter(**filters)).table.to_pandas()

    @cached_property
    def summary(self) -> Overview:
        """What the list says as a whole: expected leavers, value at risk, tiers."""
        return self.workspace.lists.overview(self.ranked)

    def segments(self) -> pd.DataFrame:
        """Groups of customers that are alike, the likeliest to leave first."""
        return _frame(self.workspace.lists.segments(self.ranked))

    def drivers(self) -> pd.DataFrame:
        """What moves the scores, by business group."""
        return _frame(self.workspace.lists.drivers(self.ranked))

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What to know of the list and of its scores."""
        return self.ranked.notices

    def explain(self, key: str) -> ExplainedScore:
        """Why one customer of the list may leave."""
        return self.workspace.customers.explain_in(self.ranked, key)

    def shap_values(self) -> shap.Explanation:
        """The exact contributions to every customer's log-odds, as `shap.plots` take them."""
        import shap

        model = self.ranked.model
        return shap.Explanation(
            values=self.ranked.contributions,
            base_values=[model.explainer.base] * len(self.ranked.matrix),
            data=self.ranked.matrix,
            feature_names=list(model.encoder.names),
        )

    def plan(
        self,
        *,
        budget: float | None = None,
        holdout: float = 0.1,
        capacity: Mapping[str, int] | None = None,
        name: str = "",
        seed: int = 0,
        playbook: Playbook | None = None,
    ) -> CampaignPlan:
        """The most valuable campaign within a budget and what each channel can take; a random holdout gets nothing."""
        from churn.campaigns.limits import Order

        order = Order(budget=budget, holdout=holdout, capacity=dict(capacity or {}), name=name, seed=seed)
        return CampaignPlan(self.workspace.campaigns.plan(self.ranked, order, playbook=playbook), self.workspace)

    def save(self, path: Path | str) -> Path:
        """Write it as .csv, .xlsx or .parquet."""
        from churn.scoring.export import write_scored

        write_scored([self.ranked.scored.table], Path(path))
        return Path(path)


@dataclass(frozen=True)
class CampaignPlan:
    """Who gets what, who is held out, what it should cost and bring."""

    planned: PlannedCampaign
    workspace: Workspace

    @property
    def df(self) -> pd.DataFrame:
        """Every customer of the campaign with arm, action, cost and expected gain."""
        return self.planned.campaign.table

    @property
    def expected_gain(self) -> Mapping[str, float]:
        """What it should bring after its cost: `low`, `mid` and `high`."""
        return self.planned.campaign.expected_gain

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What to know of the list and of the plan."""
        return self.planned.notices

    def curve(self) -> pd.DataFrame:
        """What each budget would bring."""
        from churn.workspace.campaigns import budget_curve

        return _frame(budget_curve(self.planned).points)

    def compare(self) -> pd.DataFrame:
        """The plan beside simpler ways to choose from the same list."""
        from churn.workspace.campaigns import compare_policies

        return _frame(compare_policies(self.planned)[0])

    def save(self, path: Path | str, columns: Sequence[str] | None = None) -> CampaignPlan:
        """Write the campaign file and remember who was drawn into which arm; arms that were given before stand."""
        return CampaignPlan(self.workspace.campaigns.export(self.planned, Path(path), columns), self.workspace)

    def measure(self, file: File, **options: Unpack[OutcomeOptions]) -> Lift:
        """What the campaign changed, by a list of who left; it has to be saved first, which is when it begins."""
        name = self.planned.campaign.name
        if name not in {kept.record.campaign for kept in self.workspace.campaigns.list()}:
            raise RequestRefused("This campaign was never saved, so nobody got it.", "Save it first.")
        source, said = _source(file, options)
        return self.workspace.campaigns.measure(source, name, **said).lift


def _source(file: File, options: Any) -> tuple[Source, Any]:
    """A list as the rest of the program takes it, and its options with a name for what has none."""
    if isinstance(file, str | Path):
        return Path(file), options
    if isinstance(file, bytes):
        return file, options
    content = BytesIO()
    file.to_parquet(content)
    return content.getvalue(), {"filename": "the data frame.parquet", **options}


def _frame(rows: Sequence[Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([vars(row) for row in rows])


def _figures(charts: Sequence[Chart]) -> dict[str, Any]:
    return {chart.name: chart.figure for chart in charts}
