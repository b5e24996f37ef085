"""What a list itself says of who left, in the words of the model that scores it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from churn.training.model import Model
from churn.training.outcome import family_of, folded, left_by


def known_outcomes(model: Model, table: pa.Table, as_of: date | None = None) -> np.ndarray:
    """Per row 1 left, 0 stayed, NaN not known, by the list's own outcome column where it has one.

    as_of  the day the list speaks of, where the outcome is a date of leaving and the list has no date of its own
    """
    column = model.schema.outcome
    if column is None or column.name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    cells = table.column(column.name)
    if pa.types.is_temporal(cells.type):
        day = model.schema.date.name if model.schema.date else None
        return left_by(table, column.name, day, as_of).astype(float)
    if pa.types.is_boolean(cells.type):
        said = cells.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(float)
        return 1.0 - said if "no" in family_of(model.leaves) else said
    leaves = {folded(word) for word in (model.leaves, *column.positive)}
    stays = {folded(word) for word in (model.stays, *column.levels)} - leaves
    coded = cells.combine_chunks().dictionary_encode()
    coded = coded if isinstance(coded, pa.DictionaryArray) else pa.concat_arrays(coded.chunks)
    words = [None if word is None else folded(str(word)) for word in coded.dictionary.to_pylist()]
    meant = np.array([1.0 if w in leaves else 0.0 if w in stays else np.nan for w in words] + [np.nan])
    return meant[coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]
