"""Worth words: over how long money at risk is counted, said in one way everywhere."""

from __future__ import annotations


def over(horizon: str, *, assumed: bool = False) -> str:
    """The horizon of a value at risk, as it stands beneath the amount; nothing where it is not known.

    assumed   whether the bill behind it is the playbook's, since no column says what customers pay
    """
    return f"over {horizon}{', assumed bill' if assumed else ''}" if horizon else ""
