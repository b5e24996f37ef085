"""All made-up businesses by name: ask for one, with as many customers as wanted, from a seed.

sample = make_sample("telco", rows=500, seed=3, plant=["drift:tenure=0.3"])
sample.table()       the list, as a pyarrow.Table
sample.truth()       the true probability behind each customer
write_sample(sample, "telco.csv")      (churn.samples.sample_files)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from churn.errors import NotFound, RequestRefused
from churn.samples.bank_list import BANK
from churn.samples.club_list import CLUB
from churn.samples.customer_blocks import Business, Sample
from churn.samples.music_events import MUSIC
from churn.samples.offer_experiment import OFFER
from churn.samples.planting import plant_from
from churn.samples.product_usage import PRODUCT
from churn.samples.shop_events import SHOP
from churn.samples.telco_list import TELCO

SEED = 2026
MOST_ROWS, MOST_SEED = 100_000_000, 2**32 - 1
BUSINESSES: dict[str, Business] = {b.name: b for b in (TELCO, BANK, PRODUCT, MUSIC, SHOP, CLUB, OFFER)}


def sample_names() -> tuple[str, ...]:
    """The businesses that can be made: the profiles' names, and `offer` for a randomised experiment."""
    return tuple(BUSINESSES)


def make_sample(name: str, *, rows: int | None = None, seed: int = SEED, plant: str | Iterable[str] = ()) -> Sample:
    """Made-up customers of a business. `rows` counts customers; `plant` is `leak` or `drift:COL=0.3`, or several."""
    business = BUSINESSES.get(name)
    if business is None:
        raise NotFound(f"There is no sample {name!r}.", f"Known: {', '.join(sample_names())}.")
    wanted = business.rows if rows is None else rows
    if not 1 <= wanted <= MOST_ROWS:
        raise RequestRefused(f"{wanted:,} customers cannot be made.", f"Ask for 1 to {MOST_ROWS:,}.")
    if not 0 <= seed <= MOST_SEED:
        raise RequestRefused(f"{seed} cannot be the seed.", f"Give a whole number from 0 to {MOST_SEED}.")
    sample = Sample(business, wanted, seed)
    faults = [plant] if isinstance(plant, str) else plant
    return replace(sample, plants=tuple(plant_from(fault, sample) for fault in faults))
