"""Results: outcomes come back, a campaign is measured, the playbook learns; experiments show whom a contact helps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.campaigns.export import campaign_id
from churn.campaigns.learning import LearntRate, estimate_rates, teach_playbook
from churn.campaigns.lift import Lift, measure_lift
from churn.campaigns.uplift import Experiment, Uplift, experiment_uplift, rank_customers
from churn.errors import ChurnError, ListRefused, RequestRefused
from churn.intake.reader import Reading
from churn.intake.sources import Source
from churn.money.playbook import parse_playbook
from churn.notices import Notice, do
from churn.notices import many as counted
from churn.options import OutcomeOptions, ReadOptions, read_options_in
from churn.profiles import GENERAL, profile_names
from churn.schema import Column, Schema, schema_from
from churn.scoring.export import write_scored
from churn.scoring.score import ROW
from churn.scoring.wording import Wording, capital
from churn.store.campaigns import (
    LEARNT,
    CampaignRecord,
    Measurement,
    add_playbook,
    campaign_called,
    campaigns,
    measured_so_far,
    members_of,
    outcomes_of,
    record_measurement,
    suppress_contact,
)
from churn.training.outcome import classify_words, fold_word, names_an_outcome
from churn.workspace.businesses import profile_named, wording_in
from churn.workspace.campaigns import KeptCampaign
from churn.workspace.lists import OpenModels, read_with_memory
from churn.workspace.models import reading_name
from churn.workspace.playbooks import ActivePlaybook, active_playbook, active_versions, editable_text, learnt_in
from churn.workspace.store import now, open_store

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

    from churn.reports.charts import Chart

LEFT = "left"
MOST_WORDS = 12
TOLD = ("contacted", "accepted")
_OURS = ("key", "outcome", "positive", "profile")


@dataclass(frozen=True)
class ReturnedOutcomes:
    """The outcomes of one file: one row each with the key, `left`, and `contacted`, `accepted` where stated."""

    rows: pd.DataFrame
    reading: Reading


@dataclass(frozen=True)
class OutcomeColumns:
    """What a list of outcomes leaves open, so that it can be asked.

    key, outcome    whether it is plain which column names the customer and which says who left
    words           the words of the outcome, where it is not plain which of them mean that the customer left
    """

    headings: tuple[str, ...]
    key: bool
    outcome: bool
    words: tuple[str, ...] = ()


def read_outcomes(home: Path, source: Source, record: CampaignRecord, options: Mapping[str, Any]) -> ReturnedOutcomes:
    """The outcomes in a list; `options` may name its `key` and `outcome` headings and the `positive` words for left."""
    schema, reading = _read(home, source, record, options)
    rows = _as_left(reading, schema, tuple(options.get("positive") or ()))
    # Words that the model does not know have been understood by now, or refused.
    outcome = schema.outcome.name if schema.outcome else None
    notices = tuple(n for n in reading.notices if n.kind != "warning" or n.column != outcome)
    return ReturnedOutcomes(rows, replace(reading, notices=notices))


def outcome_columns(home: Path, source: Source, record: CampaignRecord, options: Mapping[str, Any]) -> OutcomeColumns:
    """What has to be asked before these outcomes can be measured."""
    schema, reading = _read(home, source, record, options)
    assert schema.key is not None and schema.outcome is not None
    names, outcome = reading.table.column_names, schema.outcome
    known = outcome.name in names
    words: tuple[str, ...] = ()
    if known and not options.get("positive"):
        cells = reading.table[outcome.name].to_pandas().astype("string").str.strip()
        if _meaning(cells, outcome) is None:
            words = tuple(cells.value_counts().index[:MOST_WORDS])
    return OutcomeColumns(tuple(map(str, reading.raw.column_names)), schema.key.name in names, known, words)


def _read(home: Path, source: Source, record: CampaignRecord, options: Mapping[str, Any]) -> tuple[Schema, Reading]:
    """The list by the campaign's own columns; an outcome that is called otherwise is found where only one can be it."""
    schema = _schema(record)
    assert schema.key is not None and schema.outcome is not None
    ours = {"key": schema.key, "outcome": schema.outcome}
    named = {options[role]: column.name for role, column in ours.items() if options.get(role)}
    kept = {word: value for word, value in options.items() if value is not None and word not in _OURS}
    words = {**kept, "schema": schema, "mapping": {**kept.get("mapping", {}), **named}}
    reading = read_with_memory(home, source, words)
    if schema.outcome.name in reading.table.column_names:
        return schema, reading
    # A heading that would be the outcome by its name, but holds other words than the model knows, is still free.
    taken = {match.theirs for match in reading.matches if match.ours != schema.outcome.name}
    likely = [str(h) for h in reading.raw.column_names if names_an_outcome(str(h)) and h not in taken]
    if len(likely) == 1:
        words["mapping"] = {**words["mapping"], likely[0]: schema.outcome.name}
        reading = read_with_memory(home, source, words)
    return schema, reading


def _schema(record: CampaignRecord) -> Schema:
    """The campaign's key and outcome columns; an outcome is asked for by role where the model had none."""
    schema = schema_from(record.asked["returned"])
    if schema.key is None:
        schema = Schema((Column(record.keyed, "text", "key"), *schema.columns))
    if schema.outcome is None:
        schema = Schema((*schema.columns, Column(LEFT, "flag", "outcome")))
    schema = Schema((*schema.columns, *(Column(word, "flag", "ignored") for word in TOLD)))
    assert schema.outcome is not None
    if schema.outcome.kind == "date":
        return schema
    # Read as words, not as yes and no: what each means is decided here.
    levels = schema.outcome.levels if schema.outcome.kind == "category" else ()
    return schema.having(schema.outcome.name, kind="category", levels=levels)


def _as_left(reading: Reading, schema: Schema, positive: tuple[str, ...]) -> pd.DataFrame:
    """The rows with the outcome as 1 for left and 0 for stayed."""
    rows = reading.table.to_pandas()
    assert schema.key is not None and schema.outcome is not None
    for column, option, what in (
        (schema.key, "key", "names the customer"),
        (schema.outcome, "outcome", "says who left"),
    ):
        if column.name not in rows:
            headings = ", ".join(map(str, reading.raw.column_names[:12]))
            raise ListRefused(
                f"The outcomes have no column {column.name!r}.",
                f"They have: {headings}. Say which of them {what}.",
                options=(f"{option}=COLUMN",),
            )
    kept = [schema.key.name, *(c for c in TOLD if c in rows)]
    return rows[kept].assign(**{LEFT: _left(rows[schema.outcome.name], schema.outcome, positive)})


def _days(cells: pd.Series) -> list[date | None]:
    return [day if isinstance(day, date) and day == day else None for day in cells]


def _left(cells: pd.Series, column: Column, positive: tuple[str, ...]) -> np.ndarray:
    """1 where the word means left, 0 where it means stayed, NaN for an empty cell; a day of leaving means left."""
    if column.kind == "date":
        return np.array([float(day is not None and day <= date.today()) for day in _days(cells)])
    words = cells.astype("string").str.strip()
    seen = [w for w in words.dropna().unique() if w]
    if positive:
        told = {fold_word(w) for w in positive}
        meant: dict[str, bool] | None = {w: fold_word(w) in told for w in seen}
        if not any(fold_word(w) in told for w in seen):
            raise RequestRefused(f"{column.name} never holds {' or '.join(positive)}.", f"It holds: {_few(seen)}.")
    else:
        meant = _meaning(words, column)
    if meant is None:
        raise RequestRefused(
            f"It is not plain which words of {column.name} mean that the customer left.",
            f"It holds: {_few(seen)}. Say which of them mean left.",
        )
    return words.map({w: float(left) for w, left in meant.items()}).to_numpy(float, na_value=np.nan)


def _meaning(words: pd.Series, column: Column) -> dict[str, bool] | None:
    """What each word of an outcome means: by the words the model knows, else by the one vocabulary of outcomes."""
    seen = [w for w in words.dropna().unique() if w]
    positive = {fold_word(w) for w in column.positive}
    others = [w for w in seen if fold_word(w) not in positive]
    left = dict.fromkeys((w for w in seen if fold_word(w) in positive), True)
    if not others or {fold_word(w) for w in others} <= {fold_word(w) for w in column.levels}:
        return {**dict.fromkeys(others, False), **left}
    return (means := classify_words(others if left else seen)) and {**means, **left}


def _few(words: list[str]) -> str:
    return ", ".join(sorted(map(str, words))[:6])


# Measuring: outcomes come back, the lift is measured, and the playbook learns from it.


Pair = tuple["pd.DataFrame", "pd.DataFrame"]


@dataclass(frozen=True)
class MeasuredCampaign:
    """A campaign's lift, what it taught beside what was assumed, and the playbook version that counts now."""

    lift: Lift
    learnt: tuple[LearntRate, ...]
    record: CampaignRecord
    version: int

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return self.lift.as_json()


def measure_campaign(home: Path, source: Source, campaign: str, options: OutcomeOptions) -> MeasuredCampaign:
    """The lift of a campaign by the outcomes in a list; kept in the database, and learnt from.

    options  the words about a list, and `key`, `outcome` (its headings) and `positive` (the words that mean left)
    """
    campaign = campaign_id(campaign)
    with open_store(home) as store:
        record = campaign_called(store, campaign)
        table, traits = campaign_table(store, record)
        back = read_outcomes(home, source, record, options)
        lift = measure_lift(table, back.rows, name=campaign, key=record.keyed, outcome=LEFT, segments=traits)
        lift = replace(lift, notices=(*back.reading.notices, *lift.notices))
        learnt: tuple[LearntRate, ...] = ()
        if lift.lift is not None:
            learnt = _learnt(home, store, record, (table, back.rows))
        moment, told = now(), lift.as_json()
        kept = Measurement(campaign, moment, moment, back.reading.fingerprint, told, [rate_json(r) for r in learnt])
        record_measurement(store, kept, _outcomes(back.rows, set(table[record.keyed]), record.keyed))
    return MeasuredCampaign(lift, learnt, record, _in_force(home, record).version)


def outcome_questions(home: Path, source: Source, campaign: str, options: OutcomeOptions) -> OutcomeColumns:
    """What has to be asked before these outcomes of a campaign can be measured."""
    with open_store(home) as store:
        record = campaign_called(store, campaign_id(campaign))
    return outcome_columns(home, source, record, options)


def campaign_table(store: sa.Engine, record: CampaignRecord) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A campaign as it was exported, with the columns of its segments, and their names."""
    import pandas as pd

    rows = members_of(store, record.campaign)
    if not rows:
        raise RequestRefused(f"The campaign {record.campaign} has no customers.", "Plan one that reaches somebody.")
    table = pd.DataFrame([{**row, **row["traits"]} for row in rows]).drop(columns=["campaign", "traits"])
    traits = tuple(dict.fromkeys(name for row in rows[:1] for name in row["traits"]))
    return table.rename(columns={"key": record.keyed}), traits


def rate_json(found: LearntRate) -> dict[str, Any]:
    """A learnt rate beside its assumption, for the doors."""
    told = {"action": found.action, "tier": found.segment, "rate": found.rate}
    estimates = {"learnt": asdict(found.estimate), "assumed": asdict(found.assumed)}
    return {**told, **estimates, "weight": found.weight, "words": found.words}


def _learnt(home: Path, store: sa.Engine, record: CampaignRecord, own: Pair) -> tuple[LearntRate, ...]:
    """What all measured campaigns of a business teach together, kept as a new version of its playbook.

    Every time the assumed playbook is the beginning, so that measuring a campaign twice teaches it once.
    """
    force = _in_force(home, record)
    pairs = [own, *_others(store, record, since=_since(home, force))]
    table, back = _together(pairs, record.keyed)
    rates = estimate_rates(table, back, force.assumed, key=record.keyed, outcome=LEFT)
    if rates:
        text = editable_text(teach_playbook(force.assumed, rates))
        why = f"Learnt from {len(pairs)} measured campaign{'s' * (len(pairs) > 1)}, the last one {record.campaign}."
        add_playbook(store, force.business, text, how=LEARNT, why=why, made=now(), after=force.version)
    mine = set(own[0]["planned_action"])
    return tuple(rate for rate in rates if rate.action in mine)


def _in_force(home: Path, record: CampaignRecord) -> ActivePlaybook:
    """The playbook in force for the business of a campaign: its model's, and no other's of the same profile."""
    profile = record.profile if record.profile in profile_names(home) else GENERAL
    return active_playbook(home, record.model, profile=profile)


def _since(home: Path, force: ActivePlaybook) -> str:
    """The moment before which campaigns are in the assumed playbook already, where a person kept learnt rates in it."""
    from churn.money.playbook import parse_playbook
    from churn.store.campaigns import BY_HAND

    by_hand = [v for v in active_versions(home, force.model, force.profile) if v.how == BY_HAND]
    return by_hand[-1].made if by_hand and learnt_in(parse_playbook(by_hand[-1].playbook)) else ""


def _others(store: sa.Engine, record: CampaignRecord, *, since: str) -> list[Pair]:
    """The other measured campaigns of the same business with their outcomes."""
    import pandas as pd

    done = {
        name: m for name, m in measured_so_far(store).items() if m.first >= since and m.lift.get("lift") is not None
    }
    found = []
    for other in campaigns(store):
        if other.model == record.model and other.campaign in done and other.campaign != record.campaign:
            table, _ = campaign_table(store, other)
            back = pd.DataFrame(outcomes_of(store, other.campaign)).rename(columns={"outcome": LEFT})
            names = {other.keyed: record.keyed, "key": record.keyed}
            found.append((table.rename(columns=names), back.rename(columns=names)))
    return found


def _together(pairs: Sequence[Pair], key: str) -> Pair:
    """Several campaigns as one; a customer of two of them counts in each."""
    import pandas as pd

    told = [[f.assign(**{key: f"{n}|" + f[key].astype(str)}) for f in pair] for n, pair in enumerate(pairs)]
    tables, backs = zip(*told, strict=True)
    return pd.concat(tables, ignore_index=True), pd.concat(backs, ignore_index=True)


def _outcomes(rows: pd.DataFrame, members: set[str], key: str) -> list[dict[str, Any]]:
    """The outcomes of the campaign's own customers as the database keeps them; strangers are not kept."""
    from churn.campaigns.lift import yes_or_no

    mine = rows[rows[key].isin(members)].drop_duplicates(key)
    told = {name: yes_or_no(mine[name], name) if name in mine else [None] * len(mine) for name in TOLD}
    columns = zip(mine[key], mine[LEFT], told["contacted"], told["accepted"], strict=True)
    names = ("key", "outcome", *TOLD)
    return [dict(zip(names, (row[0], *(_whole(v) for v in row[1:])), strict=True)) for row in columns]


def _whole(value: Any) -> int | None:
    return None if value is None or value != value else int(value)


# What was measured of a campaign in the words of its business: parts and actions as people call them.


def in_words(kept: KeptCampaign, home: Path) -> KeptCampaign:
    """The campaign with its parts, its actions and what was learnt called as on every other screen."""
    if kept.measured is None:
        return kept
    actions, wording = _actions(kept.record), _wording(kept, home)
    parts = [_part(part, actions, wording) for part in kept.measured.lift["by"]]
    learnt = tuple({**rate, "action": actions.get(rate["action"], rate["action"])} for rate in kept.measured.learnt)
    return replace(kept, measured=replace(kept.measured, lift={**kept.measured.lift, "by": parts}, learnt=learnt))


def _wording(kept: KeptCampaign, home: Path) -> Wording:
    """The words of the campaign's business, with money in the currency the campaign was planned in."""
    business = replace(profile_named(kept.record.profile, home), currency=kept.currency)
    try:
        schema = OpenModels(home).named(f"{kept.record.model}@{kept.record.version}").schema
    except ChurnError:  # the version was removed meanwhile
        schema = business.schema
    return wording_in(business, schema, home)


def _part(part: Mapping[str, Any], actions: Mapping[str, str], wording: Wording) -> dict[str, Any]:
    """One part: an action by its title, a column by its label and the level by what it says of a customer."""
    by, name = capital(wording.label(part["by"])), part["name"]
    if part["by"] == "tier":
        return {**part, "by": by, "label": f"{by} {name}"}
    said = actions.get(name, name) if part["by"] == "action" else capital(_level(wording, part["by"], name))
    return {**part, "by": by, "name": said, "label": said}


def _level(wording: Wording, column: str, name: str) -> str:
    """What a level, kept as a word, says of a customer; a number as one, with its unit."""
    kind = wording.schema.by_name[column].kind if column in wording.schema.by_name else ""
    try:
        return wording.says(column, None if name == "missing" else float(name) if kind == "number" else name)
    except ValueError:
        return wording.says(column, name)


def _actions(record: CampaignRecord) -> dict[str, str]:
    """The title of each action of the playbook the campaign was planned by."""
    return {action.name: action.words for action in parse_playbook(record.playbook).actions}


# Experiments: a list with a treatment column, and whom a contact helps.


MOST_ARMS = 12


@dataclass(frozen=True)
class MeasuredExperiment:
    """What an experiment teaches, and the customers it speaks of, ranked.

    model   the model of the business whose customers these are; "" where that is not known
    """

    uplift: Uplift
    ranked: pa.Table
    reading: Reading
    spared: int = 0
    model: str = ""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a person should know of the list and of the answer."""
        return (*self.reading.notices, *self.uplift.notices, *self._sparing)

    @property
    def _sparing(self) -> tuple[Notice, ...]:
        """That the database remembers who is better left alone, or cannot."""
        if self.spared:
            who = f"{counted(self.spared, 'customer')} {do(self.spared, 'is', 'are')}"
            text = f"{who} remembered as better left alone; later campaigns pass them by."
            return (Notice("info", text, None, self.spared),)
        if self.uplift.sleeping.any() and self.reading.schema.key is not None and not self.model:
            text = (
                "It is not known whose customers these are, so those better left alone are not remembered. "
                "Say which model's they are."
            )
            return (Notice("warning", text),)
        if self.uplift.sleeping.any() and self.reading.schema.key is None:
            text = "The list has no key, so nobody who is better left alone can be remembered."
            return (Notice("warning", text),)
        return ()

    def as_json(self) -> dict[str, Any]:
        """What the doors answer."""
        return {**self.uplift.as_json(), "notices": [n.as_json() for n in self.notices]}

    def write(self, target: Path | Any) -> int:
        """Write the ranked list in the format its name ends with."""
        return write_scored([self.ranked], target)

    def as_csv(self) -> bytes:
        """The ranked list as a CSV, to take home."""
        content = BytesIO()
        self.write(content)
        return content.getvalue()


def measure_experiment(
    home: Path, source: Source, experiment: Mapping[str, Any], options: ReadOptions
) -> MeasuredExperiment:
    """Whom a contact helps, by a randomised experiment.

    experiment  treatment, outcome, and where they are not plain: control, arm, positive (words for left), good, seed;
            model: whose customers these are, where their columns do not say it
    """
    kept = read_options_in(options)
    roles = {"outcome": experiment["outcome"], **({"key": experiment["key"]} if experiment.get("key") else {})}
    positive = tuple(experiment.get("positive") or ())
    reading = read_with_memory(home, source, {**kept, "roles": roles, "positive": positive})
    found, rows = experiment_uplift(
        reading.table, reading.schema, _asked(reading, experiment), seed=experiment.get("seed") or 0
    )
    key = reading.schema.key
    every = reading.table[key.name].to_pylist() if key else [str(n) for n in range(1, reading.rows + 1)]
    keys = [every[row] for row in rows]
    model = _business(home, reading, experiment)
    asleep = [k for k, sleeps in zip(keys, found.sleeping, strict=True) if sleeps]
    spared = _spared(home, reading, experiment, (model, asleep))
    ranked = rank_customers(found, keys)
    named = ranked.rename_columns([key.name if key else ROW, *ranked.column_names[1:]])
    return MeasuredExperiment(found, named, reading, spared, model)


def low_cardinality_columns(reading: Reading) -> list[str]:
    """The columns with two to twelve different words, as the list calls them."""
    theirs = {m.ours: m.theirs for m in reading.matches}
    table = reading.table
    few = [n for n in table.column_names if 2 <= len(table[n].unique().drop_null()) <= MOST_ARMS]
    return [theirs.get(name, name) for name in few]


def _business(home: Path, reading: Reading, experiment: Mapping[str, Any]) -> str:
    """The model of the business whose customers these are: the one named, else the only one whose columns these are."""
    from churn.samples.shipped import fingerprints

    models = OpenModels(home)
    if experiment.get("model"):
        return models.named(experiment["model"]).name
    headings = tuple(dict.fromkeys((*reading.schema.names, *(m.theirs for m in reading.matches))))
    return models.sharing_customers(headings, made_up=reading.fingerprint in fingerprints())


def _spared(home: Path, reading: Reading, experiment: Mapping[str, Any], found: tuple[str, list[str]]) -> int:
    """Keep in the database who is better left alone; an experiment measured again replaces what it had named."""
    model, keys = found
    if reading.schema.key is None or not model:
        return 0
    words = (reading.fingerprint, experiment["treatment"], experiment.get("control") or "", experiment.get("arm") or "")
    why = f"{reading.source}: {experiment['treatment']} ({sha256('|'.join(words).encode()).hexdigest()[:12]})"
    with open_store(home) as store:
        return suppress_contact(store, model, map(str, keys), why=why, since=now())


def _asked(reading: Reading, experiment: Mapping[str, Any]) -> Experiment:
    """Which columns say what happened, by the names of the checked table, and which outcome nobody wants."""
    names = {word: reading_name(reading, experiment[word]) or "" for word in ("treatment", "outcome")}
    good, bad = tuple(experiment.get("good") or ()), tuple(experiment.get("positive") or ())
    if not good:
        column = reading.schema.by_name[names["outcome"]]
        # Of a flag the reading has already made true and false; true is the word that means left.
        bad = ("true",) if column.kind == "flag" else bad or column.positive
    good = tuple(_as_read(reading, names["outcome"], word) for word in good)
    arms = {word: _as_read(reading, names["treatment"], experiment.get(word) or "") for word in ("control", "arm")}
    return Experiment(**names, **arms, bad=bad, good=good)


def _as_read(reading: Reading, name: str, word: str) -> str:
    """A word of the file as the checked table holds it: a yes has become true there."""
    theirs = next((m.theirs for m in reading.matches if m.ours == name), name)
    if not word or theirs not in reading.raw.column_names or name not in reading.table.column_names:
        return word
    raw = pc.utf8_lower(pc.utf8_trim_whitespace(reading.raw[theirs].cast(pa.string())))
    row = pc.index(raw, word.strip().lower()).as_py()
    value = reading.table[name][row].as_py() if row >= 0 else None
    return str(value).lower() if isinstance(value, bool) else word


def notices_of(lift: Mapping[str, Any]) -> tuple[Notice, ...]:
    """What was to be noticed when a campaign was measured."""
    return tuple(Notice(**{**words, "lines": tuple(words.get("lines", ()))}) for words in lift["notices"])


def uplift_charts(found: MeasuredExperiment) -> list[Chart]:
    """How well choosing by uplift works, and what the experiment shows by tenths, as pictures."""
    from churn.reports.campaign_charts import qini_chart, tenths_chart

    return [qini_chart(found.uplift), tenths_chart(found.uplift)]
