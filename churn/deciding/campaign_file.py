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
    rows = campaign_rows(campaign, columns)
    return write_scored([_plain(pa.Table.from_pandas(rows, preserve_index=False))], target)


def _plain(table: pa.Table) -> pa.Table:
    """The table with short strings, which is what the writers know."""
    fields = [f.with_type(pa.string()) if pa.types.is_large_string(f.type) else f for f in table.schema]
    return table.replace_schema_metadata(None).cast(pa.schema(fields))
