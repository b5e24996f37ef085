"""Tiers on screen: told by word, icon and colour, so that no one of them has to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from app.strings import say

TIERS = ("High", "Medium", "Low")
TIER_ICONS = {"High": "keyboard_double_arrow_up", "Medium": "drag_handle", "Low": "keyboard_arrow_down"}
TIER_COLOURS = {"High": "red", "Medium": "orange", "Low": "green"}
TIER_MARKS = {"High": "▲", "Medium": "■", "Low": "▽"}  # in tables, which show text only


def tier_badge(tier: str) -> None:
    """A tier told by word, icon and colour."""
    st.badge(say(f"tiers.{tier}"), icon=f":material/{TIER_ICONS[tier]}:", color=TIER_COLOURS[tier])


def tier_words(tier: str) -> str:
    """A tier with its icon, as a label."""
    return f":material/{TIER_ICONS[tier]}: {say(f'tiers.{tier}')}"


def tier_filter(place: Any, label: str, **more: Any) -> list[str]:
    """Which tiers to show; all of them to begin with, and all of them when none is chosen."""
    chosen: Sequence[str] = place.pills(
        label, TIERS, default=TIERS, selection_mode="multi", format_func=tier_words, **more
    )
    return list(chosen) or list(TIERS)


def tier_column(label: str) -> ColumnConfig:
    """A column of tiers: the word in its colour."""
    colours = [TIER_COLOURS[tier] for tier in TIERS]
    return st.column_config.MultiselectColumn(label, options=list(TIERS), color=colours, format_func=tier_mark)


def tier_mark(tier: str) -> str:
    """A tier with a mark that can stand in a table."""
    return f"{TIER_MARKS.get(tier, '')} {say(f'tiers.{tier}')}".strip() if tier in TIER_MARKS else tier
