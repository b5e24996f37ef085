"""Changes said in words: "Monthly charges are 12 % higher than in the list the model learnt from"."""

from __future__ import annotations

import numpy as np

from churn.scoring.wording import Wording, capital
from churn.watching.shapes import Shape
from churn.watching.sketch import Sketch

THEN = "than in the list the model learnt from"
_WORTH_SAYING = 0.02  # a typical value that moved by less says nothing about the column


def change_in_words(shape: Shape, sketch: Sketch, place: int, wording: Wording) -> str:
    """What happened to one column, without the full stop."""
    subject = capital(wording.label(shape.name))
    if shape.is_number:
        return _number(subject, shape, sketch.sampled(place), wording)
    return _levels(subject, shape, sketch.counts[place])


def verb_for(subject: str) -> str:
    """Whether a column is spoken of as one thing or many, by its ending."""
    plural = subject.endswith("s") and not subject.endswith(("ss", "us", "is"))
    return "are" if plural else "is"


def percent(share: float) -> str:
    """A share as a person writes it: "12%", with a decimal where it is small."""
    return f"{share * 100:.0f}%" if abs(share) >= 0.0995 else f"{share * 100:.1f}%".replace(".0%", "%")


def _number(subject: str, shape: Shape, values: np.ndarray, wording: Wording) -> str:
    learnt = shape.middle if shape.middle is not None else np.zeros(101)
    now, then = np.quantile(values, [0.1, 0.25, 0.5, 0.75, 0.9]), learnt[[10, 25, 50, 75, 90]]

    def shown(number: float) -> str:
        return wording.shown(shape.name, float(f"{number:.4g}"))

    typical = f"typically {shown(now[2])} instead of {shown(then[2])}"
    if then[2] and abs(now[2] / then[2] - 1) >= _WORTH_SAYING:
        return f"{subject} {verb_for(subject)} {_by_how_much(now[2], then[2])} {THEN} ({typical})"
    if now[2] != then[2] and not then[2]:
        return f"{subject} {verb_for(subject)} {'higher' if now[2] > 0 else 'lower'} {THEN} ({typical})"
    return (
        f"{subject} {verb_for(subject)} spread differently {THEN}: the middle half lies between "
        f"{shown(now[1])} and {shown(now[3])} instead of {shown(then[1])} and {shown(then[3])}"
    )


def _by_how_much(now: float, then: float) -> str:
    side = "higher" if now > then else "lower"
    return f"{percent(abs(now - then) / abs(then))} {side}"


def _levels(subject: str, shape: Shape, counts: np.ndarray) -> str:
    now = counts / max(counts.sum(), 1)
    place = int(np.abs(now - shape.shares).argmax())
    words = {"flag": ("no", "yes")}.get(shape.field.form) or (*shape.field.levels, "a level not learnt")
    more = "more" if now[place] > shape.shares[place] else "less"
    return (
        f"{subject}: “{words[place]}” is {more} common {THEN} "
        f"({percent(now[place])} instead of {percent(shape.shares[place])})"
    )
