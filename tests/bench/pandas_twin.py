"""The twin of the events bench: the features as an analyst writes them in pandas, one groupby for each window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bench.pandas_expert import HOURS, KINDS, WINDOWS, shown


def customers(log: Path, as_of: int, horizon: int) -> Any:
    """One row per customer as of a day number, with who left; the same columns as the wing makes."""
    import numpy as np
    import pandas as pd

    columns = ["event_time", "event_type", "price", "user_id", "user_session"]
    events = pd.read_parquet(log, columns=columns)
    events["moment"] = events["event_time"].astype("datetime64[s]").astype("int64")
    events["day"] = events["moment"] // 86400
    later = events.loc[(events["day"] >= as_of) & (events["day"] < as_of + horizon), "user_id"].unique()
    past = events[events["day"] < as_of]
    people = _rhythm(past).join(_hours(past))
    for ending, span in _spans(past, as_of).items():
        people = people.join(_counted(span).add_suffix(ending))
    people = people.join(_sessions(past, as_of))
    counts = [c for c in people.columns if not c.startswith("gap_")]
    people[counts] = people[counts].fillna(0)
    table = shown(people, as_of)
    table.insert(0, "left", np.where(table.index.isin(later), "stayed", "left"))
    table.index = table.index.astype(str)
    return table.sort_index()


def _spans(frame: Any, as_of: int) -> dict[str, Any]:
    """All rows, those of each window, and those of the month before the last."""
    ago = as_of - frame["day"]
    windows = {f"_{w}d": frame[ago <= w] for w in WINDOWS}
    return {"": frame, **windows, "_before": frame[(ago > 30) & (ago <= 60)]}


def _rhythm(past: Any) -> Any:
    people = past.groupby("user_id")["day"].agg(first="min", last="max")
    days = past[["user_id", "day"]].drop_duplicates().sort_values(["user_id", "day"])
    days["gap"] = days.groupby("user_id")["day"].diff()
    gaps = days.groupby("user_id")["gap"].agg(gap_mean="mean", gap_max="max", gap_std="std")
    weekend = days[(days["day"] + 3) % 7 >= 5].groupby("user_id").size().rename("weekend")
    return people.join(gaps).join(weekend)


def _hours(past: Any) -> Any:
    hour = past["event_time"].dt.hour // 6 * 6
    return past.groupby(["user_id", hour]).size().unstack(fill_value=0).rename(columns={v: k for k, v in HOURS.items()})


def _counted(span: Any) -> Any:
    """Events by kind, active days and money of one span."""
    kinds = span.groupby(["user_id", "event_type"]).size().unstack(fill_value=0)
    counts = kinds.rename(columns={word: name for name, word in KINDS.items()}).reindex(columns=list(KINDS))
    counts["active_days"] = span.groupby("user_id")["day"].nunique()
    bought = span[span["event_type"] == "purchase"]
    counts["spend"] = (bought["price"] * 100).round().astype("int64").groupby(bought["user_id"]).sum()
    return counts


def _sessions(past: Any, as_of: int) -> Any:
    each = past.groupby(["user_id", "user_session"]).agg(
        day=("day", "max"), start=("moment", "min"), end=("moment", "max"), entries=("day", "size")
    )
    people = each.groupby("user_id")["entries"].mean().to_frame("session_events")
    people["session_minutes"] = (each["end"] - each["start"]).groupby("user_id").mean() / 60
    for ending, span in _spans(each, as_of).items():
        people[f"sessions{ending}"] = span.groupby("user_id").size()
    return people
