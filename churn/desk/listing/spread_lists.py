"""Lists at the counter that one machine cannot hold: scored on a cluster, by the one scoring function."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from churn.desk.listing.lists import STREAMED, ScoredFile, by_model, day_of, ranking_for, worth_in
from churn.errors import RequestRefused
from churn.events.log.sources import PARQUET, source_files
from churn.intake.settled import Settled
from churn.intake.streaming import Stream, open_list
from churn.intake.understanding.asking import Asked
from churn.learning.versions.model import Model
from churn.notices import Notice
from churn.scoring.ranking import Ranking
from churn.scoring.spread.distributed import SAMPLE, score_on_spark


def scored_on_cluster(
    model: Model,
    home: Path,
    source: str,
    target: Path,
    *,
    engine: str,
    said: Mapping[str, Any],
    top: int = 3,
    keep: bool = False,
    everybody: bool = False,
) -> ScoredFile:
    """Parquet files scored into a folder of Parquet parts, in no order; the answers are those of one process."""
    start = time.perf_counter()
    files = source_files(source)
    _refuse_other_kinds(files)
    if model.schema.key is None:
        raise RequestRefused(
            f"The model {model.name} knows no key, so nobody could tell whose score is whose.",
            "Score it without an engine: rows are numbered there.",
        )
    notices: list[Notice] = []
    worth: dict[str, Any] = {}

    def settle(first: bytes) -> tuple[Settled, Ranking]:
        stream = _opened(model, home, first, said)
        notices.extend(_heard(stream))
        columns = tuple(stream.schema.names) if keep else ()
        day = day_of(said.get("as_of"))
        ranking = ranking_for(model, home, top=top, keep=columns, as_of=day, everybody=everybody)
        worth.update(worth_in(ranking, stream.schema.names))
        return stream.settled, ranking

    tiers = score_on_spark(engine, files, target, settle, key=model.schema.key.name)
    return ScoredFile(
        rows=sum(tiers.values()),
        tiers=tiers,
        model=model.name,
        version=model.version,
        set_aside=0,
        seconds=time.perf_counter() - start,
        notices=(*notices, *model.notices),
        **worth,
    )


def first_of(source: str) -> Path:
    """The file by whose columns a model is chosen."""
    return source_files(source)[0]


def _opened(model: Model, home: Path, first: bytes, said: Mapping[str, Any]) -> Stream:
    words = {k: v for k, v in by_model(model, said).items() if k != "filename"}
    return open_list(first, filename="first-rows.parquet", asked=Asked(home=home, keep=STREAMED, **words))


def _heard(stream: Stream) -> list[Notice]:
    """What the first rows gave to say, and that it was said of them."""
    for _ in stream.blocks():
        pass  # what is counted is complete after the last block
    text = f"What is said of the list was seen in its first {stream.rows:,} rows; every row was scored."
    return [Notice("info", text)] * (stream.rows >= SAMPLE) + list(stream.notices)


def _refuse_other_kinds(files: tuple[Path, ...]) -> None:
    odd = next((f for f in files if not f.name.lower().endswith(PARQUET)), None)
    if odd:
        raise RequestRefused(
            f"{odd.name} is no Parquet file; a cluster scores Parquet.",
            "Score it without an engine, or write it as Parquet first.",
        )
