"""Data quality, apart from drift: broken columns, unseen levels, new blanks, other units, constants, strange keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from churn.learning.model import Model
from churn.notices import Notice
from churn.scoring.wording import Wording, capital
from churn.watching.changes import percent
from churn.watching.shapes import Shape
from churn.watching.sketch import Sketch

Trouble = Literal["schema", "unseen", "blank", "unit", "constant", "keys"]
UNSEEN, BLANK, SAME_KEYS = 0.01, 0.05, 0.2
UNITS = (10, 100, 1000)
NEAR = 0.12  # how far from a round ratio, as a share, a change of unit may lie
CHANCE = 1e-4  # how seldom chance alone may raise one alarm; a list has about a hundred places for one
FEWEST_FOR_UNITS = 30
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


def quality_alarms(
    shapes: Sequence[Shape], sketch: Sketch, wording: Wording, *, last_rows: int | None = None
) -> tuple[Alarm, ...]:
    """Every fault of the data, the broken columns first.

    last_rows  how many customers the last list had, where their keys were compared
    """
    found = list(_broken(sketch, wording))
    for i, shape in enumerate(shapes):
        if shape.name in sketch.absent or shape.name in sketch.unfit:
            continue
        checks: tuple[Callable[..., Alarm | None], ...] = (_unseen, _blank, _unit, _constant)
        found += [alarm for check in checks if (alarm := check(shape, sketch, i, wording))]
    found += [alarm for alarm in (_keys(sketch, last_rows),) if alarm]
    return tuple(found)


def doubts_about_the_list(model: Model, alarms: Sequence[Alarm]) -> tuple[Notice, ...]:
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
        text = f"{capital(wording.label(name))} ({name}) is not on this list; the model treats it as unknown."
        yield Alarm("schema", text, name)
    for name, holds in sketch.unfit.items():
        text = f"{name} holds {holds} where the model learnt another kind of thing; it is treated as unknown."
        yield Alarm("schema", text, name)


def _unseen(shape: Shape, sketch: Sketch, place: int, wording: Wording) -> Alarm | None:
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


def _blank(shape: Shape, sketch: Sketch, place: int, wording: Wording) -> Alarm | None:
    count, subject = int(sketch.missing[place]), capital(wording.label(shape.name))
    share = count / sketch.rows
    if share - shape.missing < BLANK or not _beyond_chance(
        count, sketch.rows, shape.missing, shape.known / max(1 - shape.missing, 1e-9)
    ):
        return None
    if count == sketch.rows:
        return Alarm("blank", f"{subject} is empty on the whole list.", shape.name, count)
    text = f"{subject} is blank for {percent(share)} of the customers; it was {percent(shape.missing)}."
    return Alarm("blank", text, shape.name, count)


def _unit(shape: Shape, sketch: Sketch, place: int, wording: Wording) -> Alarm | None:
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


def _constant(shape: Shape, sketch: Sketch, place: int, wording: Wording) -> Alarm | None:
    """A column that says the same for everybody, where that was not so and chance does not make it so."""
    known, low = sketch.known(place), float(sketch.low[place])
    if known < 2 or low != float(sketch.high[place]):
        return None
    at = int(sketch.counts[place].argmax())
    share = min(1.0, float(shape.shares[at]) + 0.005 * shape.is_number)
    if known * np.log(max(share, 1e-12)) > np.log(CHANCE):
        return None
    subject = capital(wording.label(shape.name))
    text = f"{subject} is the same for every customer on this list; it was not when it learnt."
    return Alarm("constant", text, shape.name)


def _keys(sketch: Sketch, last_rows: int | None) -> Alarm | None:
    if sketch.returned is None or not last_rows:
        return None
    share = sketch.returned / last_rows
    if share >= SAME_KEYS:
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
