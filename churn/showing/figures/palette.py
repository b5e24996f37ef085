"""The palette: a few colours that every eye tells apart, on paper and on a dark screen; figures take them here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Palette:
    """One set of colours by what they stand for.

    blue    what is spoken of: this model, this campaign, what lowers a risk
    orange  what raises a risk, what is worse, tier High
    gold    in between, tier Medium
    teal    what is gained or kept, tier Low
    violet  a second group to compare with
    grey    what is only there to compare with: chance, a random list
    """

    paper: str
    ink: str
    blue: str
    orange: str
    teal: str
    gold: str
    violet: str
    grey: str

    @property
    def series(self) -> tuple[str, ...]:
        """The colours of several lines or groups, in the order they are taken."""
        return (self.blue, self.orange, self.teal, self.gold, self.violet, self.grey)


LIGHT = Palette("#ffffff", "#0c1420", "#1558b0", "#b8420f", "#149a80", "#b38600", "#c154c1", "#565f6e")
DARK = Palette("#0f141b", "#e6e9ee", "#5a9cf8", "#ee8a50", "#2fd4b0", "#f5cc4e", "#dda6ee", "#8490a0")
BLUE, ORANGE, GREEN, GOLD, PINK, GREY = (
    LIGHT.blue,
    LIGHT.orange,
    LIGHT.teal,
    LIGHT.gold,
    LIGHT.violet,
    LIGHT.grey,
)
TIER_COLOURS = {"High": ORANGE, "Medium": GOLD, "Low": GREEN}


def recoloured(figure: Any, colours: Mapping[str, str]) -> dict[str, Any]:
    """The same figure as plain data with colours exchanged, wherever they stand, and in no template's style."""
    plain = figure.to_plotly_json()
    layout = {name: value for name, value in plain["layout"].items() if name != "template"}
    return {"data": _exchanged(plain["data"], colours), "layout": {**_exchanged(layout, colours), "template": {}}}


def _exchanged(part: Any, colours: Mapping[str, str]) -> Any:
    """Every colour that has another in its place; numbers are left as they are."""
    if isinstance(part, str):
        return colours.get(part, part)
    if isinstance(part, dict):
        return {name: _exchanged(value, colours) for name, value in part.items()}
    if isinstance(part, list | tuple) and part and isinstance(part[0], str | dict | list | tuple):
        return type(part)(_exchanged(value, colours) for value in part)
    return part
