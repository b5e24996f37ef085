"""Customers one at a time: the same numbers as a list gives, without making a list of one."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from churn.errors import ChurnError, Damaged, Unavailable
from churn.explain.explainer import sum_contributions
from churn.money.playbook import Playbook
from churn.notices import Notice
from churn.scoring.reasons import rank_groups, write_reason
from churn.scoring.score import ROW, Ranking
from churn.scoring.unfamiliar import Unfamiliar, missing_notice, odd_rows, odd_values
from churn.scoring.wording import worth_answer
from churn.training.model import Model
from churn.workspace.businesses import playbook_for
from churn.workspace.customer_fields import FieldParser, ParsedCustomer, refuse_unreadable_names
from churn.workspace.lists import OpenModels, ranking_for
from churn.workspace.prediction import TOP, OfferChooser, OfferResult, PredictionBatch, ScoredCustomer, parse_batch


@dataclass(frozen=True)
class OnlineScorer:
    """A model with everything one customer's answer needs, made once for many customers."""

    model: Model
    ranking: Ranking
    playbook: Playbook
    reader: FieldParser

    @property
    def name(self) -> str:
        """The model and its version, as it is asked for."""
        return f"{self.model.name}@{self.model.version}"

    def answers_like(self, other: OnlineScorer) -> bool:
        """Whether another has the same model, words and offers."""
        words = (self.ranking.wording, self.playbook) == (other.ranking.wording, other.playbook)
        return self.model is other.model and words

    def single(self, fields: Mapping[str, Any], *, as_of: date | None = None) -> ScoredCustomer:
        """One customer scored, from the fields as they were sent."""
        given = self.reader.given(fields)
        model = self.model
        row = model.encoder.row(given.customer, as_of=as_of)
        contributions = model.explainer.contributions(row[None])
        margin = sum_contributions(model.explainer.base, contributions)
        probability = model.calibration.probability(margin)
        reasons = self._reasons(given, contributions, margin)
        p, at_risk = float(probability[0]), self._at_risk(given, probability)
        tier, status = model.thresholds.tier(p), model.status(p)
        action, gain = self._offering.best(given, fields, OfferResult(probability, status, tier, reasons, at_risk))
        return ScoredCustomer(
            key=_key(model, given.customer),
            probability=p,
            leaves=bool(p >= model.thresholds.chosen),
            status=status,
            tier=tier,
            reasons=reasons,
            action=action,
            value_at_risk=at_risk,
            **worth_answer(self.ranking.valuation, self.ranking.wording),
            expected_gain=gain,
            model=self.name,
            ignored=given.ignored,
            missing=given.missing,
            notices=(*model.notices, *odd_values(model, given.customer, row), *missing_notice(given.missing)),
            features=self._kept(given),
        )

    def _reasons(self, given: ParsedCustomer, contributions: np.ndarray, margin: np.ndarray) -> tuple[str, ...]:
        found = rank_groups(self.model, contributions, margin, self.ranking.groups, top=TOP)
        reasons = found.column, found.points, found.taken_back
        return tuple(
            write_reason(
                self.model, self.ranking.wording, given.customer, column=column, points=points, taken_back=back
            )
            for column, points, back in zip(*(a[:, 0].tolist() for a in reasons), strict=True)
            if points
        )

    def _at_risk(self, given: ParsedCustomer, probability: np.ndarray) -> float | None:
        valuation = self.ranking.valuation
        if valuation is None:
            return None
        return valuation.at_risk_of(probability, given.customer.get(valuation.column) if valuation.column else None)

    def many(self, customers: Sequence[Mapping[str, Any]], *, as_of: date | None = None) -> PredictionBatch:
        """Many customers at once, as a list would be scored; a value that cannot be read is refused with its row."""
        found = parse_batch(self.reader, customers)
        seen: list[np.ndarray] = []
        ranking = replace(self.ranking, as_of=as_of or self.ranking.as_of, watch=seen.append)
        scored = ranking.block(found.table(self.model.schema, customers))
        notices = self._noticed(found.columns, seen[0], found.missing)
        unfamiliar = Unfamiliar(self.model)
        unfamiliar.see(seen[0])
        of_all = (*self.model.notices, *ranking.notices_on(tuple(found.columns)), *unfamiliar.notices)
        told = {"ignored": found.ignored, "missing": found.missing, "notices": notices, "of_all": of_all}
        return self._told_of(scored, found.columns, **told, **worth_answer(ranking.valuation, ranking.wording))

    def _noticed(
        self, columns: Mapping[str, Sequence[Any]], matrix: np.ndarray, missing: Sequence[tuple[str, ...]]
    ) -> list[tuple[Notice, ...]]:
        """Per customer what `single` would say of the values and of what is not known."""
        notices = [missing_notice(names) for names in missing]
        for row in odd_rows(self.model, columns, matrix):
            customer = {name: column[row] for name, column in columns.items()}
            notices[row] = (*odd_values(self.model, customer, matrix[row]), *notices[row])
        return notices

    def of_scored(
        self, table: pa.Table, list_: pa.Table | None = None, *, matrix: np.ndarray | None = None
    ) -> PredictionBatch:
        """The same of a list that was scored already; with the checked list itself, its features as well.

        matrix  the list as the model sees it, where its customers' odd values are to be told one by one
        """
        kept = [n for n in list_.column_names if n in self._worth_keeping] if list_ is not None else []
        known = {name: interned_values(list_[name]) for name in kept} if list_ is not None else {}
        valuation = self.ranking.valuation
        valuation = valuation.of_list(list_.column_names) if valuation and list_ is not None else valuation
        worth = worth_answer(valuation, self.ranking.wording)
        nothing = [()] * table.num_rows
        notices: Sequence[tuple[Notice, ...]] = ()
        if list_ is not None and matrix is not None:
            read = {
                c.name: interned_values(list_[c.name])
                for c in self.model.schema.features
                if c.name in list_.column_names
            }
            notices = self._noticed(read, matrix, nothing)
        return self._told_of(table, known, ignored=nothing, missing=nothing, notices=notices, **worth)

    @cached_property
    def _offering(self) -> OfferChooser:
        return OfferChooser(self.model, self.playbook)

    def _kept(self, given: ParsedCustomer) -> dict[str, Any]:
        """What is worth keeping of a customer to score them again by their key alone; nothing without a key."""
        if not _key(self.model, given.customer):
            return {}
        return {n: v for n, v in given.customer.items() if v is not None and n in self._worth_keeping}

    @cached_property
    def _worth_keeping(self) -> frozenset[str]:
        return frozenset((*self.model.encoder.names, *(c.name for c in self._offering.columns)))

    def _told_of(self, scored: pa.Table, columns: Mapping[str, Sequence[Any]], **left: Any) -> PredictionBatch:
        """What a scored list says of its customers, with their features for who has a key."""
        key, told = self.model.schema.key, dict[str, Any]((name, interned_values(scored[name])) for name in TOLD)
        named = key.name if key and key.name in scored.column_names else None
        keys = scored[named or ROW].to_pylist()
        reasons = zip(*(interned_values(scored[f"reason_{k}"]) for k in range(1, TOP + 1)), strict=True)
        return PredictionBatch(
            model=self.name,
            key=[None if key is None else str(key) for key in keys],
            leaves=[p >= self.model.thresholds.chosen for p in told["probability"]],
            status=told.pop("prediction"),
            reasons=[said if None not in said else tuple(filter(None, said)) for said in reasons],
            features={n: column for n, column in columns.items() if n in self._worth_keeping} if named else {},
            **told,
            **left,
        )


# Of a scored list, beside key and reasons.
TOLD = ("probability", "prediction", "tier", "value_at_risk", "action", "expected_gain")


def _key(model: Model, customer: Mapping[str, Any]) -> str | None:
    key = model.schema.key
    return customer.get(key.name) if key else None


def interned_values(column: pa.ChunkedArray) -> list[Any]:
    """The cells of a column, of equal texts one object: a hundred thousand of each of thirty columns would be large."""
    if not pa.types.is_string(column.type):
        return list(column.to_pylist())
    coded = column.combine_chunks().dictionary_encode()
    words = [*coded.dictionary.to_pylist(), None]
    return [words[-1 if code is None else code] for code in coded.indices.to_pylist()]


# Which model answers for single customers: looked up afresh every second, so that a promotion needs no restart.
#
# While a counterpart is renewed the one before goes on answering, so that nobody waits for a new version to be
# opened, and a disk or a database that does not answer stops nobody from scoring.


FRESH = 1.0  # seconds after which a promotion, or offers changed elsewhere, count here
IDLE = 5.0  # seconds after which nobody is answered by what was known before, unless nothing newer can be had
LAYOUTS = 64
AWAY = (Unavailable, Damaged)


@dataclass
class ScorerCache:
    """The counterparts in use, by the model asked for or by the fields that were sent."""

    home: Path
    models: OpenModels
    kept: dict[Any, tuple[float, OnlineScorer]] = field(default_factory=dict)
    renewing: set[Any] = field(default_factory=set)

    def at_hand(self, fields: Sequence[str], model: str | None = None) -> OnlineScorer | None:
        """The one that can answer at once; where it may be out of date it is renewed meanwhile. None: look it up."""
        refuse_unreadable_names(fields)
        asked = model or tuple(fields)
        at, found = self.kept.get(asked, (0.0, None))
        age = time.monotonic() - at
        if found is None or age >= IDLE:
            return None
        if age >= FRESH and asked not in self.renewing:
            self.renewing.add(asked)
            threading.Thread(target=self._renew, args=(asked, fields, model), daemon=True).start()
        return found

    def answering(self, fields: Sequence[str], model: str | None = None) -> OnlineScorer:
        """The one asked for, else the live model whose columns these fields are."""
        refuse_unreadable_names(fields)
        asked = model or tuple(fields)
        at, found = self.kept.get(asked, (0.0, None))
        if found is not None and time.monotonic() - at < FRESH:
            return found
        try:
            return self._looked_up(asked, fields, model)
        except AWAY:
            if found is None:
                raise
            self.kept[asked] = (time.monotonic(), found)
            return found

    def _looked_up(self, wanted: Any, fields: Sequence[str], model: str | None) -> OnlineScorer:
        if len(self.kept) >= LAYOUTS:
            self.kept.clear()
        chosen = self.models.named(model) if model else self.models.fitting_names(tuple(fields))
        made = self._known_or(open_scorer(chosen, self.home))
        self.kept[wanted] = (time.monotonic(), made)
        return made

    def _known_or(self, made: OnlineScorer) -> OnlineScorer:
        """The one in use that answers the same, if any: it knows already what many customers have alike."""
        return next((known for _, known in tuple(self.kept.values()) if known.answers_like(made)), made)

    def _renew(self, wanted: Any, fields: Sequence[str], model: str | None) -> None:
        try:
            self.answering(fields, model)
        except ChurnError:
            self.kept.pop(wanted, None)  # whoever asks next is told what is wrong
        finally:
            self.renewing.discard(wanted)


def open_scorer(model: Model, home: Path) -> OnlineScorer:
    """A model made ready to score single customers; while the database is away, without offers or worth."""
    try:
        playbook = playbook_for(model, home)
        ranking = ranking_for(model, home, playbook=playbook)
    except Unavailable:
        playbook = Playbook(title=OFFERS_UNKNOWN)
        ranking = replace(ranking_for(model, home, playbook=playbook), valuation=None)
    return OnlineScorer(model, ranking, playbook, FieldParser(model))


OFFERS_UNKNOWN = "The offers are not known while the database does not answer."
