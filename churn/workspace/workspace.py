"""The Desk: one question, one method. It composes the wings and records what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from churn.errors import ChurnError
from churn.files import home_folder
from churn.intake.matching import layout_key
from churn.intake.reader import Reading
from churn.intake.sources import Source
from churn.profiles import Profile, profile_names, read_profile
from churn.scoring.whatif import Comparison
from churn.training import registry as reigns
from churn.training import registry as shelf
from churn.training.model import Model
from churn.workspace import list_history as views
from churn.workspace import lists
from churn.workspace import lists as memory
from churn.workspace.access import KeyRing, Who, at_the_terminal
from churn.workspace.campaign_views import BookCounter, CampaignCounter, OfferCounter, OutcomeCounter
from churn.workspace.customer_views import CustomerCounter, ScoreCounter
from churn.workspace.list_views import DriverCounter, EventCounter, ListCounter, OverviewCounter
from churn.workspace.lists import ModelsOpen
from churn.workspace.model_views import TrainingCounter, WatchingCounter
from churn.workspace.recorder import Recorder
from churn.workspace.scorer import Counterparts

if TYPE_CHECKING:
    from churn.reports.charts import Chart
    from churn.scoring.drivers import Driver
    from churn.scoring.reasons import Explanation
    from churn.scoring.segments import Segment
    from churn.training.registry import Verified
    from churn.workspace import models


@dataclass(frozen=True)
class Desk(
    ScoreCounter,
    CampaignCounter,
    OfferCounter,
    OutcomeCounter,
    BookCounter,
    OverviewCounter,
    CustomerCounter,
    DriverCounter,
    EventCounter,
    ListCounter,
    WatchingCounter,
    TrainingCounter,
):
    """Everything Holdfast can do, over one home folder (models, the score book, own profiles), for one who asks.

    A list is a path or the bytes of a file; what is `said` about it are the words of the command line: `filename`
    (for bytes), `sheet`, `mapping`, `dates`, `duplicates`, `profile`, `as_of`.
    """

    home: Path = field(default_factory=home_folder)
    who: Who = field(default_factory=at_the_terminal)

    def __post_init__(self) -> None:
        object.__setattr__(self, "home", home_folder(self.home))

    @cached_property
    def _open(self) -> ModelsOpen:
        return ModelsOpen(self.home)

    @cached_property
    def _singles(self) -> Counterparts:
        return Counterparts(self.home, self._open)

    @cached_property
    def key_ring(self) -> KeyRing:  # type: ignore[override]
        """The API keys of this home."""
        return KeyRing(self.home)

    @cached_property
    def recorder(self) -> Recorder:  # type: ignore[override]
        """What keeps scores and acts for the book."""
        return Recorder(self.home)

    def working_for(self, who: Who) -> Self:
        """The same desk, working for somebody: it shares the open models and does what they may."""
        theirs = replace(self, who=who)
        for shared in ("_open", "_singles", "key_ring", "recorder"):
            theirs.__dict__[shared] = getattr(self, shared)
        return theirs

    def profiles(self) -> tuple[Profile, ...]:
        """The businesses known here, shipped and own."""
        return tuple(read_profile(name, self.home) for name in profile_names(self.home))

    def check(self, source: Source, **said: Any) -> Reading:
        """What is understood of a list: its columns, what was repaired, what was set aside and why."""
        from churn.workspace import models as labelling

        reading = memory.read_under_contract(self.home, source, {k: v for k, v in said.items() if v is not None})
        lists.give_back()
        return labelling.with_one_sided_outcome(reading)

    def remember_mapping(self, headings: Iterable[str], mapping: Mapping[str, str]) -> None:
        """Keep what a person confirmed about a source's columns, for lists with the same headings."""
        memory.remember(self.home, layout_key(headings), mapping)

    def train(self, source: Source, *, said: Mapping[str, Any] | None = None, **asked: Any) -> models.TrainedVersion:
        """Learn from a list with known outcomes; the new version goes live if it is better than the champion."""
        from churn.workspace import models

        self.must_train(asked)
        made = models.trained_version(self.home, source, said=said or {}, **asked)
        went = "went live" if made.verdict.promoted else "kept beside"
        self.note("train", f"{made.model.name}@{made.model.version} {went}")
        return made

    def model(self, name: str) -> Model:
        """The live model of a name, or the version `NAME@V`."""
        return self._open.named(name)

    def model_for(self, source: Source, *, model: str | None = None, **said: Any) -> Model:
        """The model that answers a list: the one named, else the live one whose columns the list has."""
        if model:
            return self.model(model)
        return self._open.fitting(source, said.get("filename", ""), said.get("sheet"))

    def score(
        self, source: Source, *, model: str | None = None, top: int = 3, everybody: bool = False, **said: Any
    ) -> lists.Ranked:
        """A list in memory with probability, tier, reasons and the suggested action for each customer.

        Customers of whom the list itself says that they left are set aside, unless `everybody` is to be scored.
        """
        chosen = self.model_for(source, model=model, **said)
        return lists.ranked_list(chosen, self.home, source, top=top, said=said, everybody=everybody)

    def score_file(
        self, source: Source, target: Path | BinaryIO, *, model: str | None = None, said: Mapping[str, Any], **how: Any
    ) -> lists.ScoredFile:
        """The same for a list of any length, from file to file, in flat memory."""
        chosen = self.model_for(source, model=model, **said)
        return lists.scored_file(chosen, self.home, source, target, said=said, **how)

    def score_on_cluster(
        self, source: str, target: Path, *, model: str | None = None, said: Mapping[str, Any], **how: Any
    ) -> lists.ScoredFile:
        """The same on a cluster: Parquet files, a folder or a pattern, scored into a folder of Parquet parts."""
        from churn.workspace.lists import first_of, scored_on_cluster

        chosen = self.model_for(first_of(source), model=model, **said)
        return scored_on_cluster(chosen, self.home, source, target, said=said, **how)

    def explain(self, source: Source, key: str, *, model: str | None = None, **said: Any) -> lists.Explained:
        """One customer of a list: the score, its reasons, and the nearest changes that would lower it."""
        chosen = self.model_for(source, model=model, **said)
        reading = lists.read_for(chosen, self.home, source, said)
        customer, columns = lists.customer_in(reading, key), reading.table.column_names
        return self.explain_customer(chosen, customer, as_of=said.get("as_of"), columns=columns)

    def explain_customer(self, model: Model, customer: Mapping[str, Any], **when: Any) -> lists.Explained:
        """The same for a customer given as values by column.

        as_of     the day ages count back from
        columns   those of the list the customer is in, if any
        """
        return lists.explained(model, self.home, customer, **when)

    def what_if(
        self, source: Source, key: str, changes: Mapping[str, Any], *, model: str | None = None, **said: Any
    ) -> Comparison:
        """One customer of a list before and after some fields change."""
        chosen = self.model_for(source, model=model, **said)
        reading = lists.read_for(chosen, self.home, source, said)
        customer, columns = lists.customer_in(reading, key), reading.table.column_names
        return lists.compared(chosen, self.home, customer, changes, as_of=said.get("as_of"), columns=columns)

    def sample(self, name: str, target: Path, **asked: Any) -> tuple[Path, ...]:
        """Write synthetic customers of a business, for demos and tests."""
        from churn.workspace import files as demos

        return demos.written_sample(name, target, **asked)

    def keys(self, ranked: lists.Ranked) -> list[str]:
        """The keys of a scored list, in its own order."""
        return views.keys_of(ranked)

    def explain_in(self, ranked: lists.Ranked, key: str) -> lists.Explained:
        """One customer of a list that is scored already."""
        customer, columns = lists.customer_of(ranked, key), ranked.reading.table.column_names
        return self.explain_customer(ranked.model, customer, as_of=ranked.as_of, columns=columns)

    def compare(self, model: Model, customer: Mapping[str, Any], changes: Mapping[str, Any], **when: Any) -> Comparison:
        """A customer given as values, before and after some fields change; `when` as for `explain_customer`."""
        return lists.compared(model, self.home, customer, changes, **when)

    def certainty(self, told: Explanation) -> tuple[str, ...]:
        """How sure a score is, in sentences."""
        return views.certainty_of(told)

    def levels(self, model: Model, name: str) -> list[str]:
        """The levels of a category the model knows; empty for a number."""
        return views.levels_of(model, name)

    def outcome_words(self, reading: Reading, name: str) -> dict[str, int]:
        """The words that stand in a column, the most frequent first, with how many customers have each."""
        return views.words_in(reading, name)

    def model_card(self, name: str, version: str) -> bytes:
        """The model card of a version, as one page that needs nothing else."""
        return shelf.page(shelf.version_of(self.home, name, version), "card.html")

    def report_charts(self, model: Model) -> list[Chart]:
        """The pictures of a model's report card."""
        from churn.money.amounts import Amounts
        from churn.reports.model_charts import report_charts

        return report_charts(model.report, Amounts(self.currency(model)))

    def drivers(self, ranked: lists.Ranked) -> tuple[Driver, ...]:
        """What moves the scores of a list, by business group."""
        return views.top_drivers(ranked, self.home)

    def segments(self, ranked: lists.Ranked) -> tuple[Segment, ...]:
        """Groups of a list that are alike, the likeliest to leave first."""
        return views.segments_of(ranked, self.home)

    def shelf(self) -> list[dict[str, Any]]:
        """Every model with its versions, which one is live, and the history."""
        return [reigns.card(self.home, name) for name in shelf.names(self.home)]

    def called(self, words: str) -> str:
        """The name of the model that a person called so, in their own words."""
        return reigns.called(self.home, words)

    def promote(self, name: str, version: str, why: str) -> reigns.Reign:
        """Make a version live because a person says so."""
        with self.acting("promote", f"{name}@{version}"):
            return reigns.promote(self.home, name, version, why=why)

    def rollback(self, name: str, *, to: str | None = None, why: str = "rolled back") -> reigns.Reign:
        """Go back to the version that was live before."""
        with self.acting("rollback", f"{name} to {to or 'the one before'}"):
            return reigns.rollback(self.home, name, to=to, why=why)

    def verify(self, name: str, version: str) -> Verified:
        """Whether a version's files are as they were written, and its tables say what the libraries say."""
        from churn.training.registry import verified

        return verified(self.home, name, version)

    def explained_by(self, model: Model) -> dict[str, Any]:
        """Whether tables or the libraries explain a version's scores, and how far apart the two were when saved."""
        return dict(shelf.version_of(self.home, model.name, model.version).words.get("explained_by", {}))

    def health(self) -> dict[str, Any]:
        """Whether a model is ready to score, and which."""
        try:
            model = self.model(next(iter(reigns.live_models(self.home))))
        except (StopIteration, ChurnError):  # none is live, or none can be opened
            return {"model_loaded": False, "features_count": 0, "model": None, "version": None}
        count = len(model.encoder.fields)
        return {"model_loaded": True, "features_count": count, "model": model.name, "version": model.version}
