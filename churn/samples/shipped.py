"""The export an analyst really gets: the telco list with German headings, decimal commas, a title above, a sum below.

Nothing is wrong with the customers; all that is wrong is how they were written down: as Windows text (cp1252) with CRLF
line ends, semicolons, decimal commas and thousands points, three lines of title, German headings, ja and nein, blanks
around every tenth contract, `n/a` where the way of paying is not known, an empty line, a line cut off after four cells,
a customer written twice, and a line with the sums at the end. `data/README.md` says where.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from churn.files import REPOSITORY, whole_file
from churn.samples.catalogue import SEED, make_sample
from churn.samples.files import write_sample, write_table

HEADINGS = {
    "customerID": "Kundennummer",
    "gender": "Geschlecht",
    "SeniorCitizen": "Rentner",
    "Partner": "Partnerschaft",
    "Dependents": "Angehörige",
    "tenure": "Laufzeit in Monaten",
    "PhoneService": "Telefon",
    "MultipleLines": "mehrere Anschlüsse",
    "InternetService": "Internetanschluss",
    "OnlineSecurity": "Sicherheitspaket",
    "OnlineBackup": "Datensicherung",
    "DeviceProtection": "Geräteschutz",
    "TechSupport": "Technischer Support",
    "StreamingTV": "Fernsehen",
    "StreamingMovies": "Filme",
    "Contract": "Vertragslaufzeit",
    "PaperlessBilling": "Online-Rechnung",
    "PaymentMethod": "Zahlungsart",
    "MonthlyCharges": "Monatsgebühr",
    "TotalCharges": "Gesamtgebühr",
}

FLAGS = ("SeniorCitizen", "Partner", "Dependents", "PhoneService", "PaperlessBilling")
MONEY = ("MonthlyCharges", "TotalCharges")
YES_NO = {"Yes": "ja", "No": "nein", "1": "ja", "0": "nein"}
TITLE = ("Kundenliste Festnetz und Internet", "Stand: 30.06.2026", "")
BLANK_BEFORE, SHORT, TWICE = 120, 200, 300  # places in the list, counted from 0
UNKNOWN_EVERY = 37  # every so many customers the way of paying is not known


def render_messy_csv(table: pa.Table) -> bytes:
    """The list as such an export holds it, byte for byte."""
    rows = table.select(list(HEADINGS)).to_pylist()
    lines = [*TITLE, ";".join(HEADINGS.values())]
    for place, row in enumerate(rows):
        if place == BLANK_BEFORE:
            lines.append("")
        cells = _cells(row, place)
        lines.append(";".join(cells[:4] if place == SHORT else cells))
        if place == TWICE:
            lines.append(";".join(cells))
    lines.append(_sum_line(rows))
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def _cells(row: dict[str, object], place: int) -> list[str]:
    written = {name: str(value) for name, value in row.items()}
    written |= {name: YES_NO[written[name]] for name in FLAGS}
    written |= {name: _with_comma(written[name]) for name in MONEY}
    if place % 10 == 0:
        written["Contract"] = f"  {written['Contract']} "
    if place % UNKNOWN_EVERY == 0:
        written["PaymentMethod"] = "n/a"
    return list(written.values())


def _sum_line(rows: list[dict[str, object]]) -> str:
    sums = {name: sum(round(float(str(row[name]).strip() or 0) * 100) for row in rows) / 100 for name in MONEY}
    cells = dict.fromkeys(HEADINGS, "") | {"customerID": "Summe"}
    return ";".join((cells | {name: _with_comma(f"{total:.2f}") for name, total in sums.items()}).values())


def _with_comma(number: str) -> str:
    """1234.5 as 1.234,50; a blank stays blank."""
    if not number.strip():
        return ""
    return f"{float(number):,.2f}".translate(str.maketrans(",.", ".,"))


# The sample files that come with the product: made from one seed, so that anyone can make the same bytes again.


FOLDER = REPOSITORY / "data" / "samples"
MEMBERS, SHOPPERS = 2000, 1500


@dataclass(frozen=True)
class ShippedSample:
    """A list to learn from, and the next customers in line to score."""

    name: str
    rows: int
    learn: str
    today: str = ""
    today_rows: int = 0


LISTS = (
    ShippedSample("telco", 7043, "telco_customers.csv", "telco_today.csv", 1500),
    ShippedSample("bank", 6000, "bank_customers.csv", "bank_today.csv", 1000),
    ShippedSample("product", 3000, "product_users.csv", "product_today.csv", 800),
    ShippedSample("general", 1500, "club_members.csv", "club_today.csv", 400),
    ShippedSample("offer", 6000, "offer_experiment.csv"),
)


def write_shipped(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Make every shipped sample file in a folder, and return them all."""
    lists = [path for entry in LISTS for path in _lists(entry, folder)]
    return (*lists, _messy(folder), *_music(folder), _shop(folder))


def _lists(entry: ShippedSample, folder: Path) -> tuple[Path, ...]:
    sample = make_sample(entry.name, rows=entry.rows, seed=SEED)
    made = write_sample(sample, folder / entry.learn)
    return (*made, *write_sample(sample.later(entry.today_rows), folder / entry.today)) if entry.today else made


def _messy(folder: Path) -> Path:
    """Other telco customers again, the way such lists really arrive."""
    path = folder / "telco_messy.csv"
    later = make_sample("telco", rows=LISTS[0].rows + LISTS[0].today_rows, seed=SEED).later(600)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(render_messy_csv(later.table()))
    return path


def _music(folder: Path) -> tuple[Path, ...]:
    tables = make_sample("music", rows=MEMBERS, seed=SEED).tables()
    kinds = {"members": ".csv", "transactions": ".csv", "logs": ".parquet"}
    return tuple(write_table(tables[name], folder / f"music_{name}{kind}") for name, kind in kinds.items())


def _shop(folder: Path) -> Path:
    return write_table(make_sample("shop", rows=SHOPPERS, seed=SEED).table(), folder / "shop_events.parquet")


# The lists that come with the product. What was learnt from them was learnt from made-up customers.


FOLDER = REPOSITORY / "data" / "samples"


@cache
def fingerprints() -> frozenset[str]:
    """The sha256 of every list that comes with the product."""
    return frozenset(sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*") if path.is_file())


def is_shipped(source: Path | bytes) -> bool:
    """Whether a list is, byte for byte, one that comes with the product."""
    size = len(source) if isinstance(source, bytes) else source.stat().st_size if source.is_file() else -1
    if size not in {path.stat().st_size for path in FOLDER.glob("*")}:
        return False
    content = source if isinstance(source, bytes) else source.read_bytes()
    return sha256(content).hexdigest() in fingerprints()
