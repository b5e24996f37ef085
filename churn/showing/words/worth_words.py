"""Worth words: over how long money at risk is counted, said in one way everywhere."""

from __future__ import annotations


def over(horizon: str) -> str:
    """The horizon as it follows the words "value at risk"; nothing where it is not known."""
    return f" over {horizon}" if horizon else ""
