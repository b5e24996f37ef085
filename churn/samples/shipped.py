"""The sample files that come with the product: made from one seed, so that anyone can make the same bytes again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from churn.files import REPOSITORY, whole_file
from churn.samples.catalogue import SEED, make_sample
from churn.samples.messy_export import messy_bytes
from churn.samples.sample_files import write_sample, write_table

FOLDER = REPOSITORY / "data" / "samples"
MEMBERS, SHOPPERS = 2000, 1500


@dataclass(frozen=True)
class ShippedList:
    """A list to learn from, and the next customers in line to score."""

    name: str
    rows: int
    learn: str
    today: str = ""
    today_rows: int = 0


LISTS = (
    ShippedList("telco", 7043, "telco_customers.csv", "telco_today.csv", 1500),
    ShippedList("bank", 6000, "bank_customers.csv", "bank_today.csv", 1000),
    ShippedList("product", 3000, "product_users.csv", "product_today.csv", 800),
    ShippedList("general", 1500, "club_members.csv", "club_today.csv", 400),
    ShippedList("offer", 6000, "offer_experiment.csv"),
)


def write_shipped(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Make every shipped sample file in a folder, and return them all."""
    lists = [path for entry in LISTS for path in _lists(entry, folder)]
    return (*lists, _messy(folder), *_music(folder), _shop(folder))


def _lists(entry: ShippedList, folder: Path) -> tuple[Path, ...]:
    sample = make_sample(entry.name, rows=entry.rows, seed=SEED)
    made = write_sample(sample, folder / entry.learn)
    return (*made, *write_sample(sample.later(entry.today_rows), folder / entry.today)) if entry.today else made


def _messy(folder: Path) -> Path:
    """Other telco customers again, the way such lists really arrive."""
    path = folder / "telco_messy.csv"
    later = make_sample("telco", rows=LISTS[0].rows + LISTS[0].today_rows, seed=SEED).later(600)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(messy_bytes(later.table()))
    return path


def _music(folder: Path) -> tuple[Path, ...]:
    tables = make_sample("music", rows=MEMBERS, seed=SEED).tables()
    kinds = {"members": ".csv", "transactions": ".csv", "logs": ".parquet"}
    return tuple(write_table(tables[name], folder / f"music_{name}{kind}") for name, kind in kinds.items())


def _shop(folder: Path) -> Path:
    return write_table(make_sample("shop", rows=SHOPPERS, seed=SEED).table(), folder / "shop_events.parquet")
