"""The part of the counter where a scored list is asked what moves it; every answer is a picture with its finding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from churn.desk.listing.exploring import Exploring
    from churn.desk.listing.lists import Ranked
    from churn.learning.versions.model import Model
    from churn.scoring.drivers import Interaction
    from churn.showing.figures.charts import Chart

TIER = "tier"


class DriverCounter:
    """What moves a list's scores, in pictures; the rooms behind it are opened when they are first needed."""

    home: Path

    def exploring(self, ranked: Ranked) -> Exploring:
        """A scored list, ready to be asked what moves it."""
        from churn.desk.listing.exploring import explored

        return explored(ranked, self.home)

    def driver_charts(self, asked: Exploring) -> Sequence[Chart]:
        """What moves the scores, by business group and, where that differs, by column; last, how it spreads."""
        from churn.desk.listing.exploring import MOST_COLUMNS
        from churn.showing.figures.driver_figures import columns_chart, drivers_chart, swarm_chart

        if not asked.columns:
            return ()
        fields = {f.name: f for f in asked.ranked.model.encoder.fields}

        def ordered(name: str) -> bool:
            return not fields[name].levels or fields[name].form == "ordered"

        swarm = swarm_chart(asked.swarms, asked.wording, ordered, len(asked.matrix))
        strongest = asked.columns[:MOST_COLUMNS]
        if {d.name for d in asked.groups} == {d.name for d in asked.columns}:
            return drivers_chart(strongest), swarm
        return drivers_chart(asked.groups), columns_chart(strongest), swarm

    def driver_chart(self, asked: Exploring, name: str) -> Chart | None:
        """How one column moves the risk, by its value; None where the model does not listen to it."""
        from churn.showing.figures.driver_figures import dependence_chart

        if name not in {d.name for d in asked.columns}:
            return None
        return dependence_chart(name, asked.dependence(name), asked.wording)

    def rate_chart(self, asked: Exploring, name: str) -> Chart:
        """How many leave by level or range of a column."""
        from churn.showing.figures.group_figures import rates_chart

        return rates_chart(asked.rates(name), asked.label(name))

    def pair_chart(self, asked: Exploring) -> Chart | None:
        """The pairs of columns that work together most; None where none do."""
        from churn.showing.figures.driver_figures import pairs_chart

        strong = [p for p in asked.pairs if p.strength >= 0.05]
        return pairs_chart(strong, asked.wording) if strong else None

    def crossed_chart(self, asked: Exploring, pair: Interaction) -> Chart:
        """One pair of columns in full."""
        from churn.showing.figures.driver_figures import crossed_chart

        return crossed_chart(asked.crossed(pair), pair, asked.wording)

    def segment_chart(self, asked: Exploring) -> Chart:
        """The segments of the list."""
        from churn.showing.figures.group_figures import segments_chart

        return segments_chart(asked.segments)

    def contrast_chart(self, asked: Exploring, name: str, first: str, second: str | None) -> Chart:
        """What makes a group differ from another, or from everybody else."""
        from churn.desk.listing.exploring import EVERYBODY_ELSE
        from churn.showing.figures.group_figures import contrast_chart

        return contrast_chart(asked.contrast(name, first, second), first, second or EVERYBODY_ELSE)

    def staying_chart(self, asked: Exploring, name: str, by: str | None = None) -> Chart:
        """How many stay how long, for everybody or by the levels of a column."""
        from churn.showing.figures.group_figures import staying_chart

        return staying_chart(asked.curves(name, by), asked.lasting[name])

    def fairness_chart(self, model: Model) -> Chart | None:
        """How protected groups fare under a model; None where it was learnt without protected columns."""
        from churn.desk.business.businesses import wording_of
        from churn.scoring.wording import capital
        from churn.showing.figures.model_figures import fairness_chart

        wording, rows = wording_of(model, self.home), model.report.get("fairness", ())
        named = [{**row, "column": capital(wording.label(row["column"]))} for row in rows]
        return fairness_chart({**model.report, "fairness": named})
