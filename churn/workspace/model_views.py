"""The part of the counter where models are learnt and judged: who left, what may leak, how good a version is."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.errors import RequestRefused
from churn.files import inert_text, whole_file, write_text
from churn.monitoring.sketch import MOST_SAMPLED
from churn.workspace.access_views import AccessCounter
from churn.workspace.monitoring import WatchedList, keys_in
from churn.workspace.retraining import watched_so_far

if TYPE_CHECKING:
    from churn.intake.reader import Reading
    from churn.intake.sources import Source
    from churn.reports.charts import Chart
    from churn.store.monitoring import WatchRecord
    from churn.training.model import Model
    from churn.training.prepare import Leak
    from churn.workspace.lists import ModelsOpen
    from churn.workspace.models import Labels, Reach, Rivalry, Standing
    from churn.workspace.retraining import InShort, Retrained, WatchedRow


class TrainingCounter:
    """Everything about learning that a screen asks for; the rooms behind it are opened when they are first needed."""

    home: Path

    def outcome_columns(self, reading: Reading) -> tuple[str, ...]:
        """The columns of a list that could say who left, the likeliest first."""
        from churn.workspace.models import columns_that_speak

        return columns_that_speak(reading)

    def outcome_guess(self, reading: Reading) -> str | None:
        """The column that says who left, where that is plain."""
        from churn.workspace.models import guess_of

        return guess_of(reading)

    def labels(
        self, reading: Reading, column: str, positive: Sequence[str] = (), drop_class: Sequence[str] = ()
    ) -> Labels:
        """Who left by a column, counted against the least that can be learnt from."""
        from churn.workspace.models import labels_in

        return labels_in(reading, column, positive, drop_class)

    def suspects(self, reading: Reading, **asked: Any) -> tuple[Leak, ...]:
        """Columns that know the outcome, or may, before anything is learnt."""
        from churn.workspace.models import suspects_in

        return suspects_in(reading, **asked)

    def reaches(self, model: Model) -> tuple[Reach, ...]:
        """Ways to choose who counts as leaving, in people and money."""
        from churn.workspace.models import reaches_of

        return reaches_of(model)

    def standings(self, model: Model) -> tuple[Standing, ...]:
        """Every candidate on the same unseen customers."""
        from churn.workspace.models import standings_of

        return standings_of(model)

    def rivalry(self, model: Model) -> Rivalry | None:
        """A version beside the one that was live when it was trained."""
        from churn.workspace.models import rivalry_of

        return rivalry_of(model)

    def training_charts(self, model: Model, locale: str = "en-US") -> list[Chart]:
        """Every picture of a version's report card, its columns named in the words of the business."""
        from churn.money.amounts import Amounts
        from churn.reports.model_charts import report_charts, shap_charts
        from churn.scoring.wording import capital
        from churn.workspace.businesses import wording_of

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
        from churn.workspace.businesses import currency_of

        return currency_of(model, self.home)


# The part of the counter where models are watched: drift, retraining, challengers in the shadow, and the history.


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
        from churn.workspace.monitoring import Trial, Watching, challenger_of, drift

        if keep:
            self.who.must("score")
        chosen = self.model_for(source, model=model, **said)
        other = challenger_of(self.home, self._open, chosen, challenger)
        how = Watching(keep, other, Trial(trial, trial_name), heard)
        return drift(self.home, chosen, source, how, said)

    def retrain(self, source: Source, *, model: str | None = None, said: Mapping[str, Any], **asked: Any) -> Retrained:
        """Drift, train, gate, promote in one; a worse model never goes live. `asked` are the words of `retrain`."""
        from churn.workspace.retraining import retrain

        self.must_train(asked)
        done = retrain(self.home, self.model_for(source, model=model, **said), source, said, **asked)
        if done.trained is not None:
            made = done.trained.model
            self.note("retrain", f"{made.name}@{made.version} {'went live' if done.promoted else 'kept beside'}")
        return done

    def write_watched(self, found: WatchedList, report: Path | None, split: Path | None) -> tuple[str, ...]:
        """Write what was found (.json or .html) and which model serves whom (.csv); says what was written."""

        wrote = [(report, write_report)] if report else []
        wrote += [(split, write_split)] if split else []
        return tuple(write(self.home, found, target) for target, write in wrote)

    def drift_page(self, found: WatchedList) -> bytes:
        """What was found as one page that needs nothing else."""

        return page_for(self.home, found).encode()

    def drift_charts(self, report: Mapping[str, Any]) -> list[Chart]:
        """The pictures of one watched list, from its report in words."""
        from churn.reports.monitoring_charts import drift_charts

        return drift_charts(report)

    def history_charts(self, records: Sequence[WatchRecord]) -> list[Chart]:
        """List after list as pictures: expected and realised shares, ranking and profit, and how far scores lie."""
        from churn.reports.monitoring_charts import history_charts

        return history_charts([vars(record) for record in records])

    def in_short(self, record: WatchRecord) -> InShort:
        """One watched list in the few numbers a screen begins with."""
        from churn.workspace.retraining import in_short

        return in_short(record)

    def history_rows(self, records: Sequence[WatchRecord]) -> tuple[WatchedRow, ...]:
        """The history of lists as rows of a table, the latest first."""
        from churn.workspace.retraining import history_rows

        return history_rows(records)

    def report_json(self, found: WatchedList) -> bytes:
        """Everything that was found of a list, for a program."""

        return report_text(found).encode()

    def lists_watched(self, model: str, version: str | None = None) -> tuple[WatchRecord, ...]:
        """The lists held against a model so far, the latest last."""
        from churn.workspace.retraining import watched_so_far

        return watched_so_far(self.home, model, version)

    def latest_signs(self) -> list[dict[str, Any]]:
        """For every watched model the numbers of its latest list: `model`, `version`, `at` and `gauges` by name."""
        from churn.workspace.retraining import latest_signs

        return latest_signs(self.home)


# What leaves of a watched list: the report as JSON or as a page, and which model serves whom.


REPORTS, SPLITS = (".json", ".html"), (".csv",)


def refuse_other_endings(report: Path | None, split: Path | None) -> None:
    """Refuse a file that could not be written before any work is done."""
    for file, endings in ((report, REPORTS), (split, SPLITS)):
        if file is not None and file.suffix.lower() not in endings:
            raise RequestRefused(f"{file.name} has no ending that can be written.", f"Use {' or '.join(endings)}.")


def write_report(home: Path, found: WatchedList, target: Path) -> str:
    """Everything that was found, for a program (.json) or for people (.html)."""
    if target.suffix.lower() == ".json":
        write_text(target, report_text(found))
    else:
        write_text(target, page_for(home, found))
    return f"Written to {target}."


def report_text(found: WatchedList) -> str:
    """The whole report as readable JSON."""
    return json.dumps(report_words(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def report_words(found: WatchedList) -> dict[str, Any]:
    """The whole report with the list it speaks of, and the challenger's view where there is one."""
    record = found.record
    said = {"list": record.source, "fingerprint": record.list, "at": record.at}
    return said | dict(record.report) | ({"shadow": dict(record.shadow)} if record.shadow else {})


def page_for(home: Path, found: WatchedList) -> str:
    """The report as a page, with the lists before it."""
    from churn.reports.pages import watched_page

    record = found.record
    before = [r for r in watched_so_far(home, record.model, record.version) if r.list != record.list]
    history = [vars(r) for r in (*before, record)]
    return watched_page(record.report, source=record.source, at=record.at, history=history)


def write_split(home: Path, found: WatchedList, target: Path) -> str:
    """Which model serves whom, with both probabilities and tiers: one line per customer, in the order of the list."""
    if found.shadow is None:
        raise RequestRefused("No challenger scored this list.", "Name one.", options=("challenger=VERSION",))
    champion, challenger, keys = found.look.model, found.shadow.challenger, keys_in(found.look)
    if keys is None or len(keys) < found.report.customers:
        few = f"It is known for lists with a key and at most {MOST_SAMPLED:,} customers."
        raise RequestRefused("Which model serves whom cannot be written for this list.", few)
    served = found.shadow.served if found.shadow.served is not None else [False] * len(keys)
    scores = zip(keys, found.look.probability, found.shadow.probability, served, strict=True)
    names = [f"{m.name}@{m.version}" for m in (champion, challenger)]
    with whole_file(target) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["key", "served_by", "probability", "tier", "challenger_probability", "challenger_tier"])
        for key, p, q, theirs in scores:
            tiers = champion.thresholds.tier(p), challenger.thresholds.tier(q)
            writer.writerow([inert_text(key or ""), names[int(theirs)], f"{p:.6f}", tiers[0], f"{q:.6f}", tiers[1]])
    return f"Which model serves whom is written to {target}."
