"""The campaign as a file for a CRM: CSV, XLSX or Parquet, whole or nothing, with only the columns asked for.

It is written the way scored lists are: text that a spreadsheet would run is made inert, numbers stay numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from churn.campaigns.plan import Campaign
from churn.errors import RequestRefused
from churn.files import NAME
from churn.scoring.export import write_scored

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
    return write_scored([_decode_column(campaign_table(campaign, columns))], target)


def campaign_table(campaign: Campaign, columns: Sequence[str] | None = None) -> pa.Table:
    """The same rows as an Arrow table."""
    return pa.Table.from_pandas(campaign_rows(campaign, columns), preserve_index=False)


def campaign_records(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as plain mappings for JSON: a day as text, nothing as null."""
    return [{name: _cell_text(cell) for name, cell in row.items()} for row in table.to_pylist()]


def _cell_text(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


def _decode_column(table: pa.Table) -> pa.Table:
    """The table with short strings, which is what the writers know."""
    fields = [f.with_type(pa.string()) if pa.types.is_large_string(f.type) else f for f in table.schema]
    return table.replace_schema_metadata(None).cast(pa.schema(fields))


# A campaign may be called anything; an id that is safe as a file name is made of its words, always the same.


LONGEST = 300
KEPT = 48  # letters of an id that come from the words


def clean_title(words: str) -> str:
    """The words of a name on one line, each letter in one spelling; a name that is a whole text is refused."""
    printed = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in words)
    title = " ".join(unicodedata.normalize("NFC", printed).split())
    if len(title) > LONGEST:
        raise RequestRefused(f"The campaign's name has {len(title):,} letters.", f"Use at most {LONGEST}.")
    return title


def campaign_id(words: str) -> str:
    """The id of a campaign of that name: the name itself where it can be one, else its letters and a hash of it."""
    title = clean_title(words)
    if not title or (NAME.fullmatch(title) and ".." not in title):
        return title
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    letters = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:KEPT].strip("-")
    return f"{letters or 'campaign'}-{sha256(title.encode()).hexdigest()[:8]}"
