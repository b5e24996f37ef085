"""The part of the counter where models are learnt and judged: who left, what may leak, how good a version is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from churn.desk.modelling.labelling import Labels
    from churn.desk.modelling.standings import Reach, Rivalry, Standing
    from churn.intake.reading import Reading
    from churn.learning.prepared.leaks import Leak
    from churn.learning.versions.model import Model
    from churn.showing.figures.charts import Chart


class TrainingCounter:
    """Everything about learning that a screen asks for; the rooms behind it are opened when they are first needed."""

    home: Path

    def outcome_columns(self, reading: Reading) -> tuple[str, ...]:
        """The columns of a list that could say who left, the likeliest first."""
        from churn.desk.modelling.labelling import columns_that_speak

        return columns_that_speak(reading)

    def outcome_guess(self, reading: Reading) -> str | None:
        """The column that says who left, where that is plain."""
        from churn.desk.modelling.labelling import guess_of

        return guess_of(reading)

    def labels(
        self, reading: Reading, column: str, positive: Sequence[str] = (), drop_class: Sequence[str] = ()
    ) -> Labels:
        """Who left by a column, counted against the least that can be learnt from."""
        from churn.desk.modelling.labelling import labels_in

        return labels_in(reading, column, positive, drop_class)

    def suspects(self, reading: Reading, **asked: Any) -> tuple[Leak, ...]:
        """Columns that know the outcome, or may, before anything is learnt."""
        from churn.desk.modelling.labelling import suspects_in

        return suspects_in(reading, **asked)

    def reaches(self, model: Model) -> tuple[Reach, ...]:
        """Ways to choose who counts as leaving, in people and money."""
        from churn.desk.modelling.standings import reaches_of

        return reaches_of(model)

    def standings(self, model: Model) -> tuple[Standing, ...]:
        """Every candidate on the same unseen customers."""
        from churn.desk.modelling.standings import standings_of

        return standings_of(model)

    def rivalry(self, model: Model) -> Rivalry | None:
        """A version beside the one that was live when it was trained."""
        from churn.desk.modelling.standings import rivalry_of

        return rivalry_of(model)

    def training_charts(self, model: Model, locale: str = "en-US") -> list[Chart]:
        """Every picture of a version's report card, its columns named in the words of the business."""
        from churn.desk.business.businesses import wording_of
        from churn.scoring.wording import capital
        from churn.showing.figures.model_figures import report_charts
        from churn.showing.figures.shap_figures import shap_charts
        from churn.showing.words.amounts import Amounts

        wording = wording_of(model, self.home)

        def said(name: str) -> str:
            return capital(wording.label(name))

        named = {
            part: [{**row, "column": said(row["column"])} for row in model.report[part]]
            for part in ("importance", "fairness")
        }
        money = Amounts(self.currency(model), locale)
        return [*report_charts({**model.report, **named}, money), *shap_charts(model, said)]

    def currency(self, model: Model) -> str:
        """The money of the business a model was trained for."""
        from churn.desk.business.businesses import currency_of

        return currency_of(model, self.home)
