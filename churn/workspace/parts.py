"""The parts of a workspace: what can be asked about lists, customers, models, campaigns, and who asks.

A list is a path or the bytes of a file; `ReadOptions` are what may be said about it beside the file itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, Unpack

from churn.errors import ChurnError, NotFound, RequestRefused
from churn.options import ReadOptions, read_options_in
from churn.workspace import lists, playbooks
from churn.workspace.store import open_store

if TYPE_CHECKING:
    import pandas as pd

    from churn.campaigns.limits import Order
    from churn.campaigns.plan import Campaign
    from churn.features.build import Summary
    from churn.features.labels import Outlook
    from churn.features.recipe import Recipe
    from churn.intake.reader import Reading
    from churn.intake.sources import Source
    from churn.money.amounts import Amounts
    from churn.money.playbook import Playbook
    from churn.options import OutcomeOptions, RetrainOptions, TrainOptions
    from churn.reports.charts import Chart
    from churn.scoring.drivers import Driver
    from churn.scoring.segments import Segment
    from churn.scoring.whatif import Comparison
    from churn.store.campaigns import CampaignRecord
    from churn.store.customers import CustomerEvent, LastSeen, ListRecord
    from churn.store.monitoring import WatchRecord
    from churn.training.model import Model
    from churn.training.registry import Promotion as LivePromotion
    from churn.training.registry import Verification
    from churn.training.train import TrainingComparison
    from churn.workspace import list_history
    from churn.workspace.campaigns import KeptCampaign, PlannedCampaign, Scale
    from churn.workspace.customers import FormField, OfferShown
    from churn.workspace.delivery import Delivery, Forgotten
    from churn.workspace.event_logs import MadeList
    from churn.workspace.exploring import Exploration
    from churn.workspace.lists import ScoredCustomers
    from churn.workspace.models import Progress, Promotion, TrainedVersion
    from churn.workspace.monitoring import Retrained, WatchedList, When
    from churn.workspace.prediction import ScoredCustomer
    from churn.workspace.results import MeasuredCampaign, MeasuredExperiment, OutcomeColumns
    from churn.workspace.scorer import OnlineScorer
    from churn.workspace.workspace import Workspace


def no_progress(share: float, text: str) -> None:
    """Tell nobody how far a long piece of work is."""


class Part:
    """One part of a workspace; it knows the home and the user through it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.home = workspace.home


class Lists(Part):
    """Customer lists: checked, scored, summed up, compared with the list before."""

    def check(self, source: Source, **options: Unpack[ReadOptions]) -> Reading:
        """What is understood of a list: its columns, what was repaired, what was set aside and why."""
        from churn.workspace.models import with_one_sided_outcome

        reading = lists.read_with_memory(self.home, source, {k: v for k, v in options.items() if v is not None})
        lists.release_memory()
        return with_one_sided_outcome(reading)

    def remember_mapping(self, headings: Iterable[str], mapping: Mapping[str, str]) -> None:
        """Keep what a person confirmed about a source's columns, for lists with the same headings."""
        from churn.intake.matching import layout_key

        lists.remember(self.home, layout_key(headings), mapping)

    def score(
        self,
        source: Source,
        *,
        model: str | None = None,
        top: int = 3,
        everybody: bool = False,
        **options: Unpack[ReadOptions],
    ) -> ScoredCustomers:
        """A list in memory with probability, tier, reasons and the suggested action for each customer.

        everybody   also customers of whom the list itself says that they left; else they are set aside
        """
        chosen = self.workspace.models.for_list(source, model=model, **options)
        return lists.score_in_memory(chosen, self.home, source, top=top, options=options, everybody=everybody)

    def score_file(
        self,
        source: Source,
        target: Path | BinaryIO,
        *,
        model: str | None = None,
        top: int = 3,
        keep: bool = False,
        everybody: bool = False,
        progress: Callable[[int, int | None], None] | None = None,
        **options: Unpack[ReadOptions],
    ) -> lists.ScoredFile:
        """The same for a list of any length, from file to file, in flat memory.

        keep    carry the columns of the list along
        """
        chosen = self.workspace.models.for_list(source, model=model, **options)
        return lists.score_to_file(
            chosen,
            self.home,
            source,
            target,
            options=options,
            top=top,
            keep=keep,
            everybody=everybody,
            progress=progress,
        )

    def score_on_cluster(
        self,
        source: str,
        target: Path,
        *,
        engine: str,
        model: str | None = None,
        top: int = 3,
        keep: bool = False,
        everybody: bool = False,
        **options: Unpack[ReadOptions],
    ) -> lists.ScoredFile:
        """The same on a cluster: Parquet files, a folder or a pattern, scored into a folder of Parquet parts."""
        chosen = self.workspace.models.for_list(lists.first_of(source), model=model, **options)
        return lists.score_on_spark_cluster(
            chosen, self.home, source, target, engine=engine, options=options, top=top, keep=keep, everybody=everybody
        )

    def top(self, scored: ScoredCustomers, *, most: int = 200, **filters: Any) -> pd.DataFrame:
        """The first customers of a scored list that fit, as a pandas table; what may be asked: see `Wanted`."""
        from churn.workspace import list_history

        return list_history.filter_list(scored, list_history.ListFilter(**filters)).first(most).to_pandas()

    def page(self, scored: ScoredCustomers, found: list_history.FilteredList, number: int, size: int) -> pd.DataFrame:
        """One page of a shortlist as a screen shows it, its reasons in few words."""
        return found.page(number, size, self.workspace.wording_of(scored.model).in_short)

    def overview(self, scored: ScoredCustomers) -> list_history.Overview:
        """What a scored list says as a whole."""
        from churn.workspace import list_history

        return list_history.summarise_list(scored, self.home)

    def drivers(self, scored: ScoredCustomers) -> tuple[Driver, ...]:
        """What moves the scores of a list, by business group."""
        from churn.workspace import list_history

        return list_history.list_drivers(scored, self.home)

    def segments(self, scored: ScoredCustomers) -> tuple[Segment, ...]:
        """Groups of a list that are alike, the likeliest to leave first."""
        from churn.workspace import list_history

        return list_history.list_segments(scored, self.home)

    def explore(self, scored: ScoredCustomers) -> Exploration:
        """A scored list, ready to be asked what moves it."""
        from churn.workspace.exploring import explore

        return explore(scored, self.home)

    def overview_charts(self, scored: ScoredCustomers) -> list[Chart]:
        """Where the expected leavers are, and what moves the scores."""
        from churn.reports.overview_charts import drivers_chart, tiers_chart

        tiers = self.overview(scored).tiers
        first = tiers_chart({t.tier: t.customers for t in tiers}, {t.tier: t.leavers for t in tiers})
        among = "the customers of this list who have not left" if scored.whole else "this list"
        return [first, drivers_chart(self.drivers(scored), among)]

    def keep_summary(self, scored: ScoredCustomers) -> None:
        """Keep in the database that this list was scored, so that the next one can be compared with it."""
        from churn.workspace import list_history

        list_history.record_summary(self.home, scored, self.overview(scored))

    def history(self) -> tuple[ListRecord, ...]:
        """The lists that were scored and kept, the latest first."""
        from churn.store.customers import lists_scored

        with open_store(self.home) as store:
            return lists_scored(store)

    def since_last(self, scored: ScoredCustomers, locale: str = "en-US") -> list_history.ListChange | None:
        """What changed since the list before; None for the first one."""
        from churn.workspace import list_history

        found = self.overview(scored)
        return list_history.since_last(self.home, scored, found, _amounts(found.currency, locale))

    def next_step(
        self, scored: ScoredCustomers, locale: str = "en-US", campaign: Campaign | None = None
    ) -> list_history.NextStep:
        """The one thing worth doing next with this list; `campaign` is the one that is suggested for it."""
        from churn.workspace import list_history

        found = self.overview(scored)
        return list_history.next_step(self.home, scored, found, _amounts(found.currency, locale), campaign)

    def brief(self, scored: ScoredCustomers, locale: str = "en-US", campaign: Campaign | None = None) -> bytes:
        """The brief of a list as one page that needs nothing else; it names no customer."""
        from churn.reports.pages import brief_page
        from churn.workspace.businesses import playbook_for
        from churn.workspace.files import brief_of

        found = self.overview(scored)
        brief = brief_of(
            scored,
            found,
            _amounts(found.currency, locale),
            self.next_step(scored, locale, campaign),
            self.since_last(scored, locale),
            self.segments(scored),
            self.overview_charts(scored),
            campaign,
            evidence=playbook_for(scored.model, self.home).evidence,
        )
        return brief_page(brief).encode("utf-8")

    def templates(self) -> dict[str, str]:
        """A small list with the right headings for every live model and every business, by what it is called."""
        from churn.workspace.files import templates_of

        return templates_of(self.home)


def _amounts(currency: str, locale: str) -> Amounts:
    from churn.money.amounts import Amounts

    return Amounts(currency, locale)


class Customers(Part):
    """Single customers: why, what if, what is known of them; and how one is forgotten."""

    def explain(
        self, source: Source, key: str, *, model: str | None = None, **options: Unpack[ReadOptions]
    ) -> lists.ExplainedScore:
        """One customer of a list: the score, its reasons, and the nearest changes that would lower it."""
        chosen = self.workspace.models.for_list(source, model=model, **options)
        reading = lists.read_for_model(chosen, self.home, source, options)
        customer, columns = lists.customer_in(reading, key), reading.table.column_names
        return self.explain_values(chosen, customer, as_of=options.get("as_of"), columns=columns)

    def explain_in(self, scored: ScoredCustomers, key: str) -> lists.ExplainedScore:
        """One customer of a list that is scored already."""
        customer, columns = lists.customer_of(scored, key), scored.reading.table.column_names
        return self.explain_values(scored.model, customer, as_of=scored.as_of, columns=columns)

    def explain_values(
        self,
        model: Model,
        customer: Mapping[str, Any],
        *,
        as_of: date | str | None = None,
        columns: Sequence[str] | None = None,
    ) -> lists.ExplainedScore:
        """The same for a customer given as values by column.

        as_of     the day ages count back from
        columns   those of the list the customer is in, if any
        """
        return lists.explained(model, self.home, customer, as_of=as_of, columns=columns)

    def what_if(
        self,
        source: Source,
        key: str,
        changes: Mapping[str, Any],
        *,
        model: str | None = None,
        **options: Unpack[ReadOptions],
    ) -> Comparison:
        """One customer of a list before and after some fields change."""
        chosen = self.workspace.models.for_list(source, model=model, **options)
        reading = lists.read_for_model(chosen, self.home, source, options)
        customer, columns = lists.customer_in(reading, key), reading.table.column_names
        return self.compare(chosen, customer, changes, as_of=options.get("as_of"), columns=columns)

    def compare(
        self,
        model: Model,
        customer: Mapping[str, Any],
        changes: Mapping[str, Any],
        *,
        as_of: date | str | None = None,
        columns: Sequence[str] | None = None,
    ) -> Comparison:
        """A customer given as values, before and after some fields change."""
        return lists.compared(model, self.home, customer, changes, as_of=as_of, columns=columns)

    def form(self, model: Model) -> tuple[FormField, ...]:
        """The fields to fill in for one customer, each starting with its most usual value."""
        from churn.workspace.customers import form_of

        return form_of(model, self.home)

    def offers_for(self, found: lists.ExplainedScore) -> tuple[OfferShown, ...]:
        """The offers that exist and may be made to this customer, the one that brings most first."""
        from churn.workspace.customers import offers_for

        return offers_for(found, self.home)

    def offer_names(self, model: Model) -> dict[str, str]:
        """Per column an offer can change, what such an offer is called."""
        from churn.workspace.customers import offers_by_column

        return offers_by_column(model, self.home)

    def group_chart(self, found: lists.ExplainedScore, group: str) -> Chart:
        """What one business group does to a customer's risk, column by column."""
        from churn.reports.customer_charts import columns_chart

        return columns_chart(found.explanation, self.workspace.wording_of(found.model), group)

    def history(self, model: Model, key: str) -> tuple[CustomerEvent, ...]:
        """What is kept of a customer: scores, campaigns, outcomes."""
        from churn.workspace.customers import history

        return history(model, self.home, key)

    def last_seen(self, key: str, model: str | None = None) -> LastSeen | None:
        """The features and the score last recorded of a customer."""
        from churn.store.customers import last_seen

        with open_store(self.home) as store:
            return last_seen(store, key, model)

    def recorded(self, key: str, model: str | None = None) -> LastSeen:
        """The same, where a stranger is refused, and so is a key that several models know."""
        readable = "\0" not in key and not any("\ud800" <= c <= "\udfff" for c in key)
        name = (model or "").partition("@")[0] or (self._only_model_that_saw(key) if readable else None)
        seen = self.last_seen(key, name) if readable and name is not None else None
        if seen is None:
            raise NotFound("Nothing is recorded of a customer with this key.", "Score the customer once by all fields.")
        return seen

    def _only_model_that_saw(self, key: str) -> str | None:
        """The model that knows this key, none of the demo's; several are refused: businesses number customers alike."""
        from churn.store.customers import models_that_saw
        from churn.workspace.businesses import is_demo

        with open_store(self.home) as store:
            models = [name for name in models_that_saw(store, key) if not is_demo(self.home, name)]
        if len(models) > 1:
            both = " and ".join(models)
            raise RequestRefused(f"{both} each know a customer with this key.", "Say which model to use.")
        return models[0] if models else None

    def forget(self, key: str) -> Forgotten:
        """Remove one customer everywhere anything is kept."""
        from churn.workspace.delivery import forget_customer

        with self.workspace.acting("forget", "one customer"):
            found = forget_customer(self.home, key)
            return replace(found, rows=found.rows + self.workspace.recorder.forget(key))

    def forget_before(self, day: str) -> Forgotten:
        """Remove what is known of customers from before a day (as 2026-01-31)."""
        from churn.workspace.delivery import forget_before_day

        with self.workspace.acting("forget", f"everybody before {day}"):
            return forget_before_day(self.home, day)


class Online(Part):
    """Customers scored one at a time, in milliseconds: by their fields, or by their key alone."""

    def scorer(self, fields: Sequence[str], *, model: str | None = None) -> OnlineScorer:
        """What scores single customers with these fields: the model named, else the live one that fits."""
        return self.workspace.scorers.answering(fields, model)

    def cached_scorer(self, fields: Sequence[str], *, model: str | None = None) -> OnlineScorer | None:
        """The same where it can answer at once, without waiting for a disk or a database; else None."""
        return self.workspace.scorers.at_hand(fields, model)

    def score_by_key(self, key: Any, *, model: str | None = None, as_of: date | None = None) -> ScoredCustomer:
        """A customer of whom only the key is known, scored from the features last recorded."""
        if not isinstance(key, str | int) or isinstance(key, bool):
            raise RequestRefused("The key is neither a text nor a number.", 'Send {"key": "7590-VHVEG"}.')
        seen = self.workspace.customers.recorded(str(key), model)
        scorer = self.scorer((), model=model or seen.model)
        named = scorer.model.schema.key
        return scorer.single({**seen.features, **({named.name: seen.key} if named else {})}, as_of=as_of)


class Models(Part):
    """Models and their versions: trained, opened, promoted, rolled back, verified."""

    def train(
        self,
        source: Source,
        *,
        name: str | None = None,
        promotion: Promotion = "auto",
        track: str | None = None,
        progress: Progress = no_progress,
        **options: Unpack[TrainOptions],
    ) -> TrainedVersion:
        """Learn from a list with known outcomes; the new version goes live if it is better than the champion.

        promotion   `yes` or `no` overrule the comparison with the champion
        track       where MLflow keeps parameters, metrics and the model card as well
        """
        from churn.workspace.models import train_version

        self.refuse_training(promotion)
        made = train_version(
            self.home, source, name=name, promotion=promotion, track=track, progress=progress, options=options
        )
        went = "went live" if made.verdict.promoted else "kept beside"
        self.workspace.note("train", f"{made.model.name}@{made.model.version} {went}")
        return made

    def refuse_training(self, promotion: str = "auto") -> None:
        """Refuse who may not train, and whoever is no admin where the comparison is to be overruled."""
        self.workspace.user.must("train")
        if promotion == "yes":
            self.workspace.user.must("promote")

    def get(self, name: str) -> Model:
        """The live model of a name, or the version `NAME@V`."""
        return self.workspace.open_models.named(name)

    def for_list(
        self, source: Source, *, model: str | None = None, made_up: bool = False, **options: Unpack[ReadOptions]
    ) -> Model:
        """The model that answers a list: the one named, else the live one whose columns the list has.

        made_up   the list is one of the demo's, so that the demo's models may answer it
        """
        if model:
            return self.get(model)
        name, sheet = options.get("filename") or "", options.get("sheet")
        return self.workspace.open_models.fitting(source, name, sheet, made_up=made_up)

    def demos_for(self, source: Source, **options: Unpack[ReadOptions]) -> Sequence[str]:
        """The demo's models that somebody could try on a list, the one that fits best first."""
        return self.workspace.open_models.demos_fitting(source, options.get("filename") or "", options.get("sheet"))

    def list(self) -> Sequence[dict[str, Any]]:
        """Every model with its versions, which one is live, the history, and whether it is one of the demo's."""
        from churn.training import registry
        from churn.workspace.businesses import is_demo

        cards = [registry.describe(self.home, name) for name in registry.names(self.home)]
        for card in cards:
            card["demo"] = is_demo(self.home, card["name"])
            if card["demo"] and not card["title"].endswith(registry.OF_DEMO):  # of before the demo had its own names
                card["title"] = f"{card['title']} {registry.OF_DEMO}"
        return cards

    def name_for(self, words: str) -> str:
        """The name of the model that a person called so, in their own words."""
        from churn.workspace.businesses import find_business

        return find_business(self.home, words)

    def promote(self, name: str, version: str, why: str) -> LivePromotion:
        """Make a version live because a person says so."""
        from churn.training import registry

        with self.workspace.acting("promote", f"{name}@{version}"):
            return registry.promote(self.home, name, version, why=why)

    def rollback(self, name: str, *, to: str | None = None, why: str = "rolled back") -> LivePromotion:
        """Go back to the version that was live before."""
        from churn.training import registry

        with self.workspace.acting("rollback", f"{name} to {to or 'the one before'}"):
            return registry.rollback(self.home, name, to=to, why=why)

    def verify(self, name: str, version: str) -> Verification:
        """Whether a version's files are as they were written, and its tables say what the libraries say."""
        from churn.training import registry

        return registry.verify(self.home, name, version)

    def card(self, name: str, version: str) -> bytes:
        """The model card of a version, as one page that needs nothing else."""
        from churn.training import registry

        return registry.read_page(registry.find_version(self.home, name, version), "card.html")

    def explained_by(self, model: Model) -> dict[str, Any]:
        """Whether tables or the libraries explain a version's scores, and how far apart the two were when saved."""
        from churn.training import registry

        return dict(registry.find_version(self.home, model.name, model.version).manifest.get("explained_by", {}))

    def charts(self, model: Model, locale: str = "en-US") -> Sequence[Chart]:
        """Every picture of a version's report, its columns named in the words of the business."""
        from churn.reports.model_charts import report_charts, shap_charts

        named = {part: self._named_rows(model, part) for part in ("importance", "fairness")}
        money = _amounts(self.workspace.currency_of(model), locale)
        return [*report_charts({**model.report, **named}, money), *shap_charts(model, self._label_of(model))]

    def fairness_chart(self, model: Model) -> Chart | None:
        """How protected groups fare under a model; None where it was learnt without protected columns."""
        from churn.reports.model_charts import fairness_chart

        return fairness_chart({**model.report, "fairness": self._named_rows(model, "fairness")})

    def _label_of(self, model: Model) -> Callable[[str], str]:
        from churn.scoring.wording import capital

        wording = self.workspace.wording_of(model)
        return lambda name: capital(wording.label(name))

    def _named_rows(self, model: Model, part: str) -> Sequence[dict[str, Any]]:
        label = self._label_of(model)
        return [{**row, "column": label(row["column"])} for row in model.report.get(part, ())]

    def health(self) -> dict[str, Any]:
        """Whether a model is ready to score, and which: one of one's own, else one of the demo's."""
        from churn.training import registry
        from churn.workspace.businesses import is_demo

        live = sorted(registry.live_models(self.home), key=lambda name: is_demo(self.home, name))
        try:
            model = self.get(next(iter(live)))
        except (StopIteration, ChurnError):  # none is live, or none can be opened
            return {"model_loaded": False, "features_count": 0, "model": None, "version": None}
        count = len(model.encoder.fields)
        return {"model_loaded": True, "features_count": count, "model": model.name, "version": model.version}


class Campaigns(Part):
    """Campaigns: planned, exported, sent, measured."""

    def plan(
        self, scored: ScoredCustomers, order: Order, *, playbook: Playbook | None = None, rested: bool = False
    ) -> PlannedCampaign:
        """The most valuable campaign for a scored list under an order; nothing is written yet.

        playbook  in place of the one in force
        rested    leave earlier contacts out of account
        """
        from churn.workspace.campaigns import plan

        return plan(self.home, scored, order, playbook=playbook, rested=rested)

    def scale(self, scored: ScoredCustomers, playbook: Playbook) -> Scale:
        """How far budget and channels can reach with this list and these offers."""
        from churn.workspace.campaigns import campaign_scale

        return campaign_scale(self.home, scored, playbook)

    def suggest(self, scored: ScoredCustomers, playbook: Playbook | None = None) -> PlannedCampaign:
        """The campaign that is suggested before anybody has chosen anything: what the Campaign screen opens with."""
        from churn.workspace.businesses import playbook_for

        offers = playbook or playbook_for(scored.model, self.home)
        return self.plan(scored, self.scale(scored, offers).order, playbook=offers)

    def customers(self, planned: PlannedCampaign, *, arm: str = "treat", most: int = 200) -> pd.DataFrame:
        """Who gets what and why, as a table, the reasons in few words."""
        from churn.workspace.campaigns import customers_in_plan

        said = self.workspace.wording_of(planned.basis.ranked.model).in_short
        return customers_in_plan(planned, arm=arm, most=most, shorten=said)

    def export(
        self, planned: PlannedCampaign, target: Path | Any, columns: Sequence[str] | None = None, *, keep: bool = True
    ) -> PlannedCampaign:
        """Keep a campaign and write its file; arms that were given before stand. Or only write it."""
        from churn.workspace.campaigns import export

        self.workspace.user.must("export")
        done = export(self.home, planned, target, columns, keep=keep)
        if keep:
            self.workspace.note("export", f"campaign {done.campaign.name}")
        return done

    def export_bytes(
        self, planned: PlannedCampaign, ending: str = ".csv", columns: Sequence[str] | None = None
    ) -> tuple[PlannedCampaign, bytes]:
        """The same, with the bytes of a file of that kind."""
        with TemporaryDirectory() as folder:
            target = Path(folder) / f"campaign{ending}"
            return self.export(planned, target, columns), target.read_bytes()

    def push(
        self, planned: PlannedCampaign, address: str | None = None, columns: Sequence[str] | None = None
    ) -> Delivery:
        """Send an exported campaign to an address the operator named, once however often it is asked for."""
        from churn.workspace.delivery import push_campaign

        with self.workspace.acting("push", f"campaign {planned.campaign.name}"):
            return push_campaign(self.home, planned, address, columns)

    def list(self) -> tuple[KeptCampaign, ...]:
        """Every campaign that is kept and what was measured of it, the latest first."""
        from churn.workspace.campaigns import list_campaigns

        return list_campaigns(self.home)

    def currency_of(self, record: CampaignRecord) -> str:
        """The currency a campaign was planned in."""
        from churn.workspace.campaigns import campaign_currency

        return campaign_currency(self.home, record)

    def in_words(self, kept: KeptCampaign) -> KeptCampaign:
        """A campaign with its parts and actions called as its business calls them."""
        from churn.workspace.results import in_words

        return in_words(kept, self.home)

    def measure(self, source: Source, campaign: str, **options: Unpack[OutcomeOptions]) -> MeasuredCampaign:
        """What a campaign changed, by the outcomes in a list; the playbook learns from it."""
        from churn.workspace.results import measure_campaign

        with self.workspace.acting("measure", f"campaign {campaign}"):
            return measure_campaign(self.home, source, campaign, options)

    def outcome_questions(self, source: Source, campaign: str, **options: Unpack[OutcomeOptions]) -> OutcomeColumns:
        """What a list of outcomes leaves open: which column, which words; nothing is measured yet."""
        from churn.workspace.results import outcome_questions

        return outcome_questions(self.home, source, campaign, options)

    def uplift(
        self, source: Source, experiment: Mapping[str, Any], **options: Unpack[ReadOptions]
    ) -> MeasuredExperiment:
        """Whom a contact helps, by a list with a treatment column."""
        from churn.workspace.results import measure_experiment

        with self.workspace.acting("measure", "an experiment"):
            return measure_experiment(self.home, source, experiment, options)


class Playbooks(Part):
    """The offers in force for each business."""

    def get(self, profile: str) -> playbooks.ActivePlaybook:
        """The offers in force for a model's business, or by default for a profile, and where they come from."""
        return playbooks.active_playbook(self.home, profile)

    def for_model(self, model: Model) -> playbooks.ActivePlaybook:
        """The offers in force for the business a model was trained for."""
        from churn.workspace.businesses import profile_of

        return playbooks.active_playbook(self.home, model.name, profile=profile_of(model, self.home).name)

    def set(self, profile: str, playbook: Playbook, why: str = "Set by hand.") -> playbooks.ActivePlaybook:
        """Make a playbook count for a model's business, or by default for a profile; earlier versions are kept."""
        with self.workspace.acting("playbook", f"of {profile}"):
            return playbooks.set_playbook(self.home, profile, playbook, why)


class Monitor(Part):
    """Whether lists and models have moved, and what to do about it."""

    def check(
        self,
        source: Source,
        *,
        model: str | None = None,
        keep: bool = True,
        challenger: str | None = None,
        trial: float = 0.0,
        trial_name: str = "trial",
        progress: Progress = no_progress,
        **options: Unpack[ReadOptions],
    ) -> WatchedList:
        """Whether a list still looks like the one learnt from, and whether the model is still worth its money.

        keep        keep what was found, so that it counts for the next list
        challenger  a version that scores the same customers in the shadow; without it the newest one trained after
                    the champion, `none` for no one
        trial       the share of customers the challenger serves, drawn by key under the trial's name
        """
        from churn.workspace.monitoring import Trial, Watching, challenger_of, drift

        if keep:
            self.workspace.user.must("score")
        chosen = self.workspace.models.for_list(source, model=model, **options)
        other = challenger_of(self.home, self.workspace.open_models, chosen, challenger)
        how = Watching(keep, other, Trial(trial, trial_name), progress)
        return drift(self.home, chosen, source, how, options)

    def retrain(
        self,
        source: Source,
        *,
        model: str | None = None,
        when: When = "always",
        progress: Progress = no_progress,
        **options: Unpack[RetrainOptions],
    ) -> Retrained:
        """Check a list for drift, learn from it, and let the new version go live only if it is better."""
        from churn.workspace.monitoring import retrain

        self.workspace.models.refuse_training()
        chosen = self.workspace.models.for_list(source, model=model, **read_options_in(options))
        done = retrain(self.home, chosen, source, when=when, progress=progress, options=options)
        if done.trained is not None:
            made = done.trained.model
            went = "went live" if done.promoted else "kept beside"
            self.workspace.note("retrain", f"{made.name}@{made.version} {went}")
        return done

    def history(self, model: str, version: str | None = None) -> tuple[WatchRecord, ...]:
        """The lists held against a model so far, the latest last."""
        from churn.workspace.monitoring_views import watch_history

        return watch_history(self.home, model, version)

    def latest(self) -> list[dict[str, Any]]:
        """For every watched model the numbers of its latest list: `model`, `version`, `at` and `gauges` by name."""
        from churn.workspace.monitoring_views import latest_gauges

        return latest_gauges(self.home)

    def write(self, found: WatchedList, report: Path | None, split: Path | None) -> tuple[str, ...]:
        """Write what was found (.json or .html) and which model serves whom (.csv); says what was written."""
        from churn.workspace.monitoring_views import write_report, write_split

        wrote = [write_report(self.home, found, report)] if report else []
        return (*wrote, *([write_split(found, split)] if split else []))

    def page(self, found: WatchedList) -> bytes:
        """What was found as one page that needs nothing else."""
        from churn.workspace.monitoring_views import page_for

        return page_for(self.home, found).encode()


class Logs(Part):
    """Event logs that become a customer list."""

    def recipes(self) -> dict[str, Recipe]:
        """How each business that has event logs turns them into customers."""
        from churn.workspace.event_logs import known_recipes

        return known_recipes(self.home)

    def summarise(self, tables: Mapping[str, str], profile: str, **options: Any) -> Summary:
        """Event logs as one row per customer, as of a date; with a horizon, with who left; or for several dates."""
        from churn.workspace.event_logs import summarise_logs

        return summarise_logs(self.home, tables, profile, **options)

    def make_list(self, tables: Mapping[str, str], profile: str, **options: Any) -> MadeList:
        """The same as a list that can be scored or learnt from at once."""
        from churn.workspace.event_logs import make_list_from_logs

        return make_list_from_logs(self.home, tables, profile, **options)

    def query(
        self, dialect: str, tables: Mapping[str, str], profile: str, *, as_of: date, horizon: int | None = None
    ) -> str:
        """The customer table as one query in a warehouse's language: compiled, not run."""
        from churn.workspace.event_logs import compile_query

        return compile_query(self.home, dialect, tables, profile, as_of=as_of, horizon=horizon)

    def outlook(self, tables: Mapping[str, str], profile: str, *, engine: str | None = None) -> Outlook:
        """What dates event logs cover, and who would have left for any date and horizon."""
        from churn.workspace.event_logs import survey_logs

        return survey_logs(self.home, tables, profile, engine=engine)

    def try_filling(self, tables: Mapping[str, str], profile: str, **options: Any) -> TrainingComparison:
        """What filling in silent days does to a model's quality, before anybody adopts it."""
        from churn.workspace.event_logs import try_filling_silence

        return try_filling_silence(self.home, tables, profile, **options)
