"""Made-up businesses at the counter: written to files, and the ones that come with the product."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from churn.samples.catalogue import SEED, make_sample
from churn.samples.sample_files import write_sample


def written_sample(
    name: str,
    target: Path,
    *,
    rows: int | None = None,
    seed: int | None = None,
    plant: Iterable[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Path, ...]:
    """Write synthetic customers of a business to a file or a folder; returns the files."""
    sample = make_sample(name, rows=rows, seed=SEED if seed is None else seed, plant=plant)
    return write_sample(sample, target, on_progress=progress)
