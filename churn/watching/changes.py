"""Changes said in words: "Monthly charges: 12 % higher than in the list the model learnt from"."""

from __future__ import annotations

import numpy as np

from churn.scoring.wording import Wording, capital
from churn.watching.shapes import Shape
from churn.watching.sketch import Sketch

THEN = "than in the list the model learnt from"
PLAINLY = 0.0995  # a share from which on a decimal of its percentage says nothing
_WORTH_SAYING = 0.02  # a typical value that moved by less says nothing about the column


def change_in_words(shape: Shape, sketch: Sketch, place: int, wording: Wording) -> str:
    """What happened to one column, without the full stop."""
    subject = capital(wording.label(shape.name))
    if shape.is_number:
        return _number(subject, shape, sketch.sampled(place), wording)
    return _levels(subject, shape, sketch.counts[place])


def emptied_in_words(shape: Shape, sketch: Sketch, place: int, wording: Wording) -> str:
    """How many have nothing to measure in one column, without the full stop."""
    now = float(sketch.missing[place]) / sketch.rows
    subject = capital(wording.label(shape.name))
    return f"{subject}: nothing to measure for {percent(now)} of the customers instead of {percent(shape.missing)}"


def percent(share: float) -> str:
    """A share as a person writes it: "12%", with a decimal where it is small."""
    return f"{share * 100:.0f}%" if abs(share) >= PLAINLY else f"{share * 100:.1f}%".replace(".0%", "%")


def _number(subject: str, shape: Shape, values: np.ndarray, wording: Wording) -> str:
    learnt = shape.middle if shape.middle is not None else np.zeros(101)
    now, then = np.quantile(values, [0.1, 0.25, 0.5, 0.75, 0.9]), learnt[[10, 25, 50, 75, 90]]

    def shown(number: float) -> str:
        return _as_written(number, shape.name, wording)

    typical = f"typically {shown(now[2])} instead of {shown(then[2])}"
    if now[2] != then[2] and (then[2] <= 0 or abs(now[2] / then[2] - 1) >= _WORTH_SAYING):
        return f"{subject}: {_by_how_much(now[2], then[2])} {THEN} ({typical})"
    middle, before = (f"{shown(a)} and {shown(b)}" for a, b in (now[[1, 3]], then[[1, 3]]))
    if middle != before:
        return f"{subject}: spread differently {THEN}, the middle half between {middle} instead of {before}"
    return f"{subject}: {_on_average(shape, values)}"


def _on_average(shape: Shape, values: np.ndarray) -> str:
    """A change that only the mean shows, the outermost hundredths drawn in: most customers are as they were."""
    if shape.middle is None or shape.learnt is None:
        return f"spread differently {THEN}"
    now, then = (float(np.clip(v, shape.middle[1], shape.middle[99]).mean()) for v in (values, shape.learnt))
    if then <= 0 or abs(now / then - 1) < _WORTH_SAYING:
        return f"spread differently {THEN}"
    return f"on average {_by_how_much(now, then)} {THEN}, though most customers are as they were"


def _as_written(number: float, name: str, wording: Wording) -> str:
    """A value with the digits that tell something: a share in whole percent, anything else in four digits."""
    column = wording.schema.by_name.get(name)
    if column is not None and column.unit == "share":
        return percent(round(number, 2 if abs(number) >= PLAINLY else 3))
    return wording.shown(name, float(f"{number:.4g}"))


def _by_how_much(now: float, then: float) -> str:
    """How far a typical value moved; in percent only where there was something to take a percentage of."""
    side = "higher" if now > then else "lower"
    return f"{percent(abs(now - then) / then)} {side}" if then > 0 and now > 0 else side


def _levels(subject: str, shape: Shape, counts: np.ndarray) -> str:
    now = counts / max(counts.sum(), 1)
    place = int(np.abs(now - shape.shares).argmax())
    words = {"flag": ("no", "yes")}.get(shape.field.form) or (*shape.field.levels, "a level not learnt")
    more = "more" if now[place] > shape.shares[place] else "less"
    return (
        f"{subject}: “{words[place]}” is {more} common {THEN} "
        f"({percent(now[place])} instead of {percent(shape.shares[place])})"
    )
