"""Who is held out: drawn at random before the list leaves, evenly within each stratum, and the same again next time.

A customer's draw is a hash of the campaign's seed, of who is on the list, and of the key, so the order of the rows does
not matter. Within a stratum those with the lowest draws are held out. Arms given earlier (from the score book) always
stand, so nobody changes sides when a campaign is exported again with other customers on its list. Another list is
another draw: were the same few held out every month, each campaign would be credited with the effect of the last, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

import numpy as np

from churn.errors import RequestRefused

TREAT, HOLDOUT = "treat", "holdout"


def draws(keys: Iterable[str], seed: int, of: str = "") -> np.ndarray:
    """A number in 0–1 per customer that only the seed, the list and the key decide."""
    salt = f"{int(seed)}{of}".encode()[:64]
    seeded = blake2b(key=salt, digest_size=8)
    whole = []
    for key in keys:
        one = seeded.copy()
        one.update(str(key).encode())
        whole.append(one.digest())
    return np.frombuffer(b"".join(whole), ">u8") / 2.0**64


def arms(
    keys: Iterable[str],
    strata: Iterable[str],
    *,
    share: float = 0.1,
    seed: int = 0,
    of: str = "",
    earlier: Mapping[str, str] | None = None,
) -> np.ndarray:
    """True for each customer who is held out.

    strata      which customers are alike (the tier, the action): each kind gives its part of the holdout
    of          what tells the list from others
    earlier     arms already given, `treat` or `holdout` by key; they stand
    """
    if not 0.0 <= share <= 0.5:
        raise RequestRefused(f"The holdout share is {share:g}.", "Choose a share from 0 to 0.5, such as 0.1.")
    keys, kinds = [str(k) for k in keys], np.asarray([str(s) for s in strata], object)
    held, known = _from_before(keys, earlier or {})
    draw = draws(keys, seed, of)
    for kind, many in _parts(kinds, share).items():
        free = np.flatnonzero((kinds == kind) & ~known)
        more = max(0, many - int((held & (kinds == kind)).sum()))
        held[free[np.argsort(draw[free], kind="stable")[:more]]] = True
    return held


def _from_before(keys: list[str], earlier: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
    stands = [earlier.get(k) for k in keys]
    return np.array([a == HOLDOUT for a in stands], bool), np.array([a is not None for a in stands], bool)


def _parts(kinds: np.ndarray, share: float) -> dict[str, int]:
    """How many of each kind are held out: together the rounded share, split by largest remainder."""
    names, counts = np.unique(kinds.astype(str), return_counts=True)
    exact = counts * share
    parts = np.floor(exact + 1e-9).astype(int)
    missing = int(np.floor(len(kinds) * share + 0.5)) - int(parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: max(0, missing)]] += 1
    return {str(n): int(p) for n, p in zip(names, parts, strict=True)}
