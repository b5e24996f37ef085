"""The real files as checked tables, read plainly with pandas for benches of wings above intake."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa

from churn.schema import Column, Schema

ROOT = Path(__file__).resolve().parent.parent.parent
REAL_DATA = Path(os.environ.get("CHURN_REAL_DATA", ROOT.parent / "shared" / "data"))
FILES = {
    "telco": ("telco_customer_churn.csv", "customerID", "Churn", ("Yes",)),
    "bank": ("bank_churners.csv", "CLIENTNUM", "Attrition_Flag", ("Attrited Customer",)),
    "product": ("product_usage_users.csv", "user_id", "churned", ("True",)),
}
DIRECTIONS = {"tenure": -1, "MonthlyCharges": 1}
YES_NO = ({"yes", "no"}, {"true", "false"})


def plain_table(name: str) -> tuple[pa.Table, Schema]:
    """The checked table and schema of a real file, its leak columns still in it."""
    file, key, outcome, positive = FILES[name]
    frame = pd.read_csv(REAL_DATA / file, dtype=str, keep_default_na=False)
    columns, arrays = [], {}
    for header in frame.columns:
        column, arrays[header] = _column(header, frame[header].str.strip(), key, outcome, positive)
        columns.append(column)
    return pa.table(arrays), Schema(tuple(columns))


def _column(
    header: str, cells: pd.Series, key: str, outcome: str, positive: tuple[str, ...]
) -> tuple[Column, pa.Array]:
    if header == key:
        return Column(header, "text", "key"), pa.array(cells)
    if header == outcome:
        return Column(header, "category", "outcome", positive=positive), pa.array(cells)
    known = cells.where(cells != "", None)
    words = set(known.dropna().str.casefold())
    if words in YES_NO:
        return Column(header, "flag"), pa.array(known.str.casefold().isin(["yes", "true"]))
    numbers = pd.to_numeric(known, errors="coerce")
    if numbers.notna().sum() == known.notna().sum():
        numbered = pa.array(numbers.to_numpy(dtype=float), from_pandas=True)
        return Column(header, "number", direction=DIRECTIONS.get(header, 0)), numbered
    days = pd.to_datetime(known, errors="coerce", format="ISO8601")
    if days.notna().all():
        return Column(header, "date"), pa.array(days.dt.date, pa.date32())
    return Column(header, "category"), pa.array(known.astype(object).where(known.notna(), None), pa.string())
