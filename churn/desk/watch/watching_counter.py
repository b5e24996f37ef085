"""The part of the counter where models are watched: drift, retraining, challengers in the shadow, and the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.desk.access.access_counter import AccessCounter

if TYPE_CHECKING:
    from churn.book.watch_log import WatchRecord
    from churn.desk.listing.choosing import ModelsOpen
    from churn.desk.watch.drifting import WatchedList
    from churn.desk.watch.retraining import Retrained
    from churn.desk.watch.watch_views import InShort, WatchedRow
    from churn.intake.text.opening import Source
    from churn.learning.versions.model import Model
    from churn.showing.figures.charts import Chart


class WatchingCounter(AccessCounter):
    """Everything about watching that the Desk can do; the rooms behind it are opened when they are first needed."""

    @property
    def _open(self) -> ModelsOpen:
        raise NotImplementedError

    def model_for(self, source: Source, *, model: str | None = None, **said: Any) -> Model:
        """The model that answers a list; the Desk knows how."""
        raise NotImplementedError

    def drift(
        self,
        source: Source,
        *,
        model: str | None = None,
        keep: bool = True,
        challenger: str | None = None,
        trial: float = 0.0,
        trial_name: str = "trial",
        heard: Any = lambda share, text: None,
        **said: Any,
    ) -> WatchedList:
        """Whether a list still looks like the one learnt from, and whether the model is still worth its money.

        keep        write what was found into the book, where it counts for the next list
        challenger  a version that scores the same customers in the shadow; without it the newest one trained after
                    the champion, `none` for no one
        trial       the share of customers the challenger serves, drawn by key under the trial's name
        """
        from churn.desk.watch.drifting import Watching, drift
        from churn.desk.watch.shadowing import Trial, challenger_of

        if keep:
            self.who.must("score")
        chosen = self.model_for(source, model=model, **said)
        other = challenger_of(self.home, self._open, chosen, challenger)
        how = Watching(keep, other, Trial(trial, trial_name), heard)
        return drift(self.home, chosen, source, how, said)

    def retrain(self, source: Source, *, model: str | None = None, said: Mapping[str, Any], **asked: Any) -> Retrained:
        """Drift, train, gate, promote in one; a worse model never goes live. `asked` are the words of `retrain`."""
        from churn.desk.watch.retraining import retrain

        self.must_train(asked)
        done = retrain(self.home, self.model_for(source, model=model, **said), source, said, **asked)
        if done.trained is not None:
            made = done.trained.model
            self.note("retrain", f"{made.name}@{made.version} {'went live' if done.promoted else 'kept beside'}")
        return done

    def write_watched(self, found: WatchedList, report: Path | None, split: Path | None) -> tuple[str, ...]:
        """Write what was found (.json or .html) and which model serves whom (.csv); says what was written."""
        from churn.desk.watch.watch_files import write_report, write_split

        wrote = [(report, write_report)] if report else []
        wrote += [(split, write_split)] if split else []
        return tuple(write(self.home, found, target) for target, write in wrote)

    def drift_page(self, found: WatchedList) -> bytes:
        """What was found as one page that needs nothing else."""
        from churn.desk.watch.watch_files import page_for

        return page_for(self.home, found).encode()

    def drift_charts(self, report: Mapping[str, Any]) -> list[Chart]:
        """The pictures of one watched list, from its report in words."""
        from churn.showing.figures.drift_figures import drift_charts

        return drift_charts(report)

    def history_charts(self, records: Sequence[WatchRecord]) -> list[Chart]:
        """List after list as pictures: expected and realised shares, ranking and profit, and how far scores lie."""
        from churn.showing.figures.watch_figures import history_charts

        return history_charts([vars(record) for record in records])

    def in_short(self, record: WatchRecord) -> InShort:
        """One watched list in the few numbers a screen begins with."""
        from churn.desk.watch.watch_views import in_short

        return in_short(record)

    def history_rows(self, records: Sequence[WatchRecord]) -> tuple[WatchedRow, ...]:
        """The history of lists as rows of a table, the latest first."""
        from churn.desk.watch.watch_views import history_rows

        return history_rows(records)

    def report_json(self, found: WatchedList) -> bytes:
        """Everything that was found of a list, for a program."""
        from churn.desk.watch.watch_files import report_text

        return report_text(found).encode()

    def lists_watched(self, model: str, version: str | None = None) -> tuple[WatchRecord, ...]:
        """The lists held against a model so far, the latest last."""
        from churn.desk.watch.watch_views import watched_so_far

        return watched_so_far(self.home, model, version)

    def latest_signs(self) -> list[dict[str, Any]]:
        """For every watched model the numbers of its latest list: `model`, `version`, `at` and `gauges` by name."""
        from churn.desk.watch.watch_views import latest_signs

        return latest_signs(self.home)
