"""Data quality, apart from drift: broken columns, unseen levels, new blanks, other units, constants, and a list that
hardly shares a customer with the last one or is far longer or shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from churn.monitoring.drift import percent
from churn.monitoring.sketch import ColumnShape, Sketch
from churn.notices import Notice
from churn.scoring.wording import Wording, capital
from churn.training.model import Model

Trouble = Literal["schema", "unseen", "blank", "unit", "constant", "keys", "volume"]
UNSEEN, BLANK, SAME_KEYS = 0.01, 0.05, 0.2
UNITS = (10, 100, 1000)
NEAR = 0.12  # how far from a round ratio, as a share, a change of unit may lie
CHANCE = 1e-4  # how seldom chance alone may raise one alarm; a list has about a hundred places for one
FEWEST_FOR_UNITS = 30
TIMES_LONGER = 2  # times longer or shorter than the last list from which one is doubted
FEWEST_TO_COMPARE = 500  # customers of the last list below which its length says nothing
EVERYWHERE = 0.5  # share of columns in trouble from which the list as a whole is doubted


@dataclass(frozen=True)
class Alarm:
    """One fault of the data itself, which has nothing to do with customers behaving differently."""

    kind: Trouble
    text: str
    column: str | None = None
    count: int | None = None

    @property
    def notice(self) -> Notice:
        """The alarm as a Notice."""
        return Notice("warning", self.text, self.column, self.count)


@dataclass(frozen=True)
class LastList:
    """What is known of the list before.

    customers  how many it had
    keys       of how many the key was kept, so that it can be looked for
    strangers  hardly anyone of the list before it stood on it: this business sends other customers each time
    """

    customers: int = 0
    keys: int = 0
    strangers: bool = False


NO_LIST = LastList()


def find_alarms(
    shapes: Sequence[ColumnShape], sketch: Sketch, wording: Wording, *, last: LastList = NO_LIST
) -> tuple[Alarm, ...]:
    """Every fault of the data, the broken columns first."""
    found = list(_broken(sketch, wording))
    for i, shape in enumerate(shapes):
        if shape.name in sketch.absent or shape.name in sketch.unfit:
            continue
        checks: tuple[Callable[..., Alarm | None], ...] = (_unseen, _blank, _unit, _constant)
        found += [alarm for check in checks if (alarm := check(shape, sketch, i, wording))]
    found += [alarm for alarm in (_volume(sketch, last), _keys(sketch, last)) if alarm]
    return tuple(found)


def doubt_notices(model: Model, alarms: Sequence[Alarm]) -> tuple[Notice, ...]:
    """A word of doubt when so many columns are in trouble that this may be another list altogether."""
    troubled = {a.column for a in alarms if a.column}
    if len(troubled) < max(2, EVERYWHERE * len(model.encoder.fields)):
        return ()
    text = (
        f"{len(troubled)} of {len(model.encoder.fields)} columns are in trouble: "
        "this may be another list, or another business."
    )
    return (Notice("warning", text, count=len(troubled)),)


def _broken(sketch: Sketch, wording: Wording) -> Iterator[Alarm]:
    for name in sketch.absent:
        text = f"{capital(wording.label(name))} ({name}): not on this list; the model treats it as unknown."
        yield Alarm("schema", text, name)
    for name, holds in sketch.unfit.items():
        text = f"{name} holds {holds} where the model learnt another kind of thing; it is treated as unknown."
        yield Alarm("schema", text, name)


def _unseen(shape: ColumnShape, sketch: Sketch, place: int, wording: Wording) -> Alarm | None:
    count, known = shape.unseen_of(sketch.counts[place]), sketch.known(place)
    if not count:
        return None
    learnt = shape.unseen_of(shape.shares * shape.known) / max(shape.known, 1)
    if count / known - learnt <= UNSEEN or not _beyond_chance(count, known, learnt, shape.known):
        return None
    names = ", ".join(f"“{n}”" for n in sketch.unseen.get(shape.name, ()))
    text = (
        f"{capital(wording.label(shape.name))}: {percent(count / known)} of the customers have a level the model has "
        f"not learnt ({names})."
    )
    return Alarm("unseen", text, shape.name, count)


def _blank(shape: ColumnShape, sketch: Sketch, place: int, wording: Wording) -> Alarm | None:
    count, subject = int(sketch.missing[place]), capital(wording.label(shape.name))
    share = count / sketch.rows
    if shape.may_be_empty and count < sketch.rows:  # then it is customers who changed, not the data: a matter of drift
        return None
    if share - shape.missing < BLANK or not _beyond_chance(
        count, sketch.rows, shape.missing, shape.known / max(1 - shape.missing, 1e-9)
    ):
        return None
    if count == sketch.rows:
        return Alarm("blank", f"{subject}: empty on the whole list.", shape.name, count)
    text = f"{subject}: blank for {percent(share)} of the customers instead of {percent(shape.missing)}."
    return Alarm("blank", text, shape.name, count)


def _unit(shape: ColumnShape, sketch: Sketch, place: int, wording: Wording) -> Alarm | None:
    values = sketch.sampled(place)
    if shape.middle is None or len(values) < FEWEST_FOR_UNITS:
        return None
    then, now = shape.middle[[25, 50, 75]], np.quantile(values, [0.25, 0.5, 0.75])
    if not (then.all() and now.all()) or not then[0] < then[2]:
        return None
    ratios = now / then
    for unit in UNITS:
        for factor, word in ((unit, "larger"), (1 / unit, "smaller")):
            if (np.abs(ratios / factor - 1) <= NEAR).all():
                text = (
                    f"{capital(wording.label(shape.name))}: values are {unit} times {word} than learnt, "
                    "as if they were in another unit."
                )
                return Alarm("unit", text, shape.name)
    return None


def _constant(shape: ColumnShape, sketch: Sketch, place: int, wording: Wording) -> Alarm | None:
    """A column that says the same for everybody, where that was not so and chance does not make it so."""
    known, low = sketch.known(place), float(sketch.low[place])
    if known < 2 or low != float(sketch.high[place]):
        return None
    at = int(sketch.counts[place].argmax())
    share = min(1.0, float(shape.shares[at]) + 0.005 * shape.is_number)
    if known * np.log(max(share, 1e-12)) > np.log(CHANCE):
        return None
    subject = capital(wording.label(shape.name))
    text = f"{subject}: the same for every customer on this list; it was not when the model learnt."
    return Alarm("constant", text, shape.name)


def compute_share_returned(sketch: Sketch, last: LastList) -> float | None:
    """The share of the last list's customers who are on this one; None where that was not looked for."""
    return None if sketch.returned is None or not last.keys else sketch.returned / last.keys


def are_strangers(share: float | None) -> bool:
    """Whether so small a share of customers came back that the lists have next to nobody in common."""
    return share is not None and share < SAME_KEYS


def _volume(sketch: Sketch, last: LastList) -> Alarm | None:
    if last.customers < FEWEST_TO_COMPARE or 1 / TIMES_LONGER <= sketch.rows / last.customers <= TIMES_LONGER:
        return None
    fewer = sketch.rows < last.customers
    doubt = "part of it may be missing" if fewer else "customers may stand on it twice, or it covers more than before"
    here = f"{sketch.rows:,} customer{'s' * (sketch.rows != 1)}"
    return Alarm("volume", f"The list has {here}, the last one {last.customers:,}: {doubt}.", None, sketch.rows)


def _keys(sketch: Sketch, last: LastList) -> Alarm | None:
    """Other customers than on the last list; said once, since some businesses send other customers each time."""
    share = compute_share_returned(sketch, last)
    if share is None or not are_strangers(share) or last.strangers:
        return None
    few = f"Only {percent(share)}" if sketch.returned else "None"
    text = (
        f"{few} of the customers of the last list are on this one: "
        "it may be another list, or the keys are written differently."
    )
    return Alarm("keys", text, None, sketch.returned)


def _beyond_chance(count: int, customers: int, learnt: float, learnt_customers: float) -> bool:
    """Whether so many of so many are more than the learnt share explains, its own uncertainty included."""
    from scipy.special import bdtrc

    doubt = (learnt * learnt_customers + 1) / (learnt_customers + 2)
    wary = doubt + 2 * np.sqrt(doubt * (1 - doubt) / (learnt_customers + 2))
    return bool(bdtrc(count - 1, customers, min(wary, 1 - 1e-12)) < CHANCE)
