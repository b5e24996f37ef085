"""The campaign as a file for a CRM: CSV, XLSX or Parquet, whole or nothing, with only the columns asked for.

It is written the way scored lists are: text that a spreadsheet would run is made inert, numbers stay numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from churn.deciding.campaign import Campaign
from churn.errors import RequestRefused
from churn.scoring.scored_files import write_scored

if TYPE_CHECKING:
    import pandas as pd


def campaign_rows(campaign: Campaign, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The rows of the campaign file: the fixed columns, or just these; a name that is not there is refused."""
    wanted = list(dict.fromkeys(columns)) if columns else list(campaign.columns)
    for name in wanted:
        if name not in campaign.table:
            known = ", ".join(map(str, campaign.table.columns))
            raise RequestRefused(f"The campaign has no column {name!r}.", f"It has: {known}.")
    rows = campaign.table[wanted]
    money = [c for c in ("cost", "expected_gain") if c in rows]
    return rows.assign(**{c: rows[c].round(2) for c in money})


def write_campaign(campaign: Campaign, target: Path | str | Any, columns: Sequence[str] | None = None) -> int:
    """Write the campaign file in the format its name ends with (a stream gets CSV); returns how many rows it holds."""
    return write_scored([_plain(campaign_table(campaign, columns))], target)


def campaign_table(campaign: Campaign, columns: Sequence[str] | None = None) -> pa.Table:
    """The same rows as an Arrow table."""
    return pa.Table.from_pandas(campaign_rows(campaign, columns), preserve_index=False)


def campaign_records(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as plain mappings for JSON: a day as text, nothing as null."""
    return [{name: _said(cell) for name, cell in row.items()} for row in table.to_pylist()]


def _said(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


def _plain(table: pa.Table) -> pa.Table:
    """The table with short strings, which is what the writers know."""
    fields = [f.with_type(pa.string()) if pa.types.is_large_string(f.type) else f for f in table.schema]
    return table.replace_schema_metadata(None).cast(pa.schema(fields))
