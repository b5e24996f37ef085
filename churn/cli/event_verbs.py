"""Verbs that make lists: sample makes them up, summarise makes them from event logs."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from churn.cli.printing import Printer
from churn.cli.verbs import Answer, verb
from churn.desk.counter import Desk


def _sample_words(words: ArgumentParser) -> None:
    words.add_argument(
        "name", metavar="PROFILE", help="the business: telco, bank, product, music, shop, general, offer"
    )
    words.add_argument("--rows", type=int, metavar="CUSTOMERS", help="how many customers (default: the business's own)")
    words.add_argument("--seed", type=int, metavar="S", help="another seed, other customers")
    words.add_argument(
        "--plant",
        action="append",
        default=[],
        metavar="FAULT",
        help="`leak`, or `drift:COL=0.3` for a column that has moved (repeatable)",
    )
    words.add_argument("-o", metavar="FILE|DIR", dest="output", required=True, help="a .csv, a .parquet or a folder")


@verb("sample", "make up a business's customers, for demos and tests", _sample_words, example="sample telco -o demo/")
def sample(asked: Namespace, printer: Printer) -> Answer:
    """Write synthetic customers with a known truth."""

    def heard(done: int, total: int) -> None:
        printer.progress(done / total, f"{done:,} customers made")

    files = Desk(asked.home).sample(
        asked.name, Path(asked.output), rows=asked.rows, seed=asked.seed, plant=asked.plant, progress=heard
    )
    lines = (*(f"{path}" for path in files), "Synthetic: no real person is in these files.")
    return Answer({"files": [str(path) for path in files], "synthetic": True}, lines)
