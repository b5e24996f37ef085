"""A Chart: a figure with the finding it shows, how to read it, and what it assumes, in the house's plain style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from churn.showing.words.amounts import Amounts


@dataclass(frozen=True)
class Chart:
    """A figure with what it says: its finding as the title, and a sentence on how to read it.

    assumes   what the figure takes for granted, in a sentence; the screen marks it and leads to where it is set
    """

    name: str
    finding: str
    reading: str
    figure: Any
    assumes: str = ""

    @property
    def alt(self) -> str:
        """The figure in words, for who does not see it."""
        return " ".join(part for part in (f"{self.finding.rstrip('.')}.", self.reading, self.assumes) if part)


def styled(figure: Any, *, x: str, y: str, **layout: Any) -> Any:
    """The figure in the house's plain style, its axes named."""
    # No template: screen and page draw in styles of their own, and copying one costs more than the rest of a figure.
    figure.update_layout(
        margin={"l": 64, "r": 16, "t": 12, "b": 48},
        height=360,
        showlegend=any(t.showlegend for t in figure.data),
        xaxis_title=x,
        yaxis_title=y,
        **layout,
    )
    return figure


def line(x: Sequence[Any], y: Sequence[Any], name: str, colour: str, **style: Any) -> Any:
    """One named line."""
    import plotly.graph_objects as go

    dash = style.pop("dash", None)
    return go.Scatter(
        x=list(x), y=list(y), name=name, mode="lines", line={"color": colour, "dash": dash}, showlegend=True, **style
    )


def plain_label(text: str) -> str:
    """A label as text: Plotly would read tags and formulas in it."""
    return text.replace("<", "‹").replace(">", "›").replace("$", "&#36;")


CENTS_BELOW = 10  # where a money axis spans less than this, its marks need cents to differ


def in_money(figure: Any, amounts: Amounts, *axes: str) -> Any:
    """The figure with whole amounts and the currency on these axes, on the side where this reader writes it.

    Small amounts get their cents, and none is shortened: with a prefix of units, $0.50 would stand there as "$500m".
    """
    before, after = amounts.money(0, 0).split("0")
    for axis in axes:
        amount = [float(v) for t in figure.data for v in (t[axis] if t[axis] is not None else ()) if v is not None]
        low, high = min(amount, default=0.0), max(amount, default=0.0)
        written = ",.2f" if high - low < CENTS_BELOW else ",.0f"
        exact = ",.2f" if max(-low, high) < 1000 else ",.0f"
        words = {"tickprefix": before, "ticksuffix": after, "tickformat": written, "hoverformat": exact}
        figure.update_layout({f"{axis}axis": {**words, "automargin": True}})
    return figure
