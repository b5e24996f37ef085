"""Examples: encoded customers with their outcomes, in an order that does not depend on the file's."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from churn.learning.encoded.encoding import Encoder
from churn.learning.encoded.hashing import row_hashes


@dataclass(frozen=True)
class Examples:
    """Customers to learn from, in canonical order.

    groups  rows with the same number are the same customer (a repeated key, or a near-copy) and stay together
    days    when each row was true, as days since 1970, where the list says so
    places  the row of the checked table each example came from
    """

    encoder: Encoder
    matrix: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    places: np.ndarray
    days: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def leavers(self) -> int:
        """How many left."""
        return int(self.labels.sum())

    def only(self, rows: np.ndarray) -> Examples:
        """These rows of the examples."""
        days = None if self.days is None else self.days[rows]
        return replace(
            self,
            matrix=self.matrix[rows],
            labels=self.labels[rows],
            groups=self.groups[rows],
            places=self.places[rows],
            days=days,
        )


def examples_of(encoder: Encoder, table: pa.Table, labels: np.ndarray, *, keys: pa.ChunkedArray | None) -> Examples:
    """The rows whose outcome is known, encoded and sorted by what is in them."""
    known = np.flatnonzero(labels >= 0)
    matrix = np.ascontiguousarray(encoder.matrix(table)[known])
    days = _days(encoder, table)
    order = canonical_order(matrix, labels[known])
    groups = np.arange(len(known)) if keys is None else key_groups(keys.take(pa.array(known[order])))
    return Examples(
        encoder=encoder,
        matrix=matrix[order],
        labels=labels[known][order].astype(np.float64),
        groups=groups,
        places=known[order],
        days=None if days is None else days[known][order],
    )


def canonical_order(matrix: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """An order of the rows that depends only on what is in them."""
    hashes = row_hashes(np.column_stack([matrix, labels.astype(np.float32)]))
    return np.argsort(hashes, kind="stable")


def key_groups(keys: pa.ChunkedArray) -> np.ndarray:
    """A number per row, the same for rows with the same key; a missing key is a customer of its own."""
    codes = keys.combine_chunks().dictionary_encode()
    codes = codes if isinstance(codes, pa.DictionaryArray) else pa.concat_arrays(codes.chunks)
    places = codes.indices.to_numpy(zero_copy_only=False).astype(np.float64)
    alone = np.isnan(places)
    places[alone] = len(codes.dictionary) + np.arange(alone.sum())
    return first_seen(places)


def first_seen(groups: np.ndarray) -> np.ndarray:
    """The groups renumbered 0, 1, 2 … in the order in which they first appear."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _days(encoder: Encoder, table: pa.Table) -> np.ndarray | None:
    if encoder.date_column is None:
        return None
    return table.column(encoder.date_column).cast(pa.date32()).cast(pa.int32()).cast(pa.float64()).to_numpy()
