"""Views of a scored list: what the screens show of it, counted and cut here so that no screen has to reckon."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn.desk.business.businesses import currency_of, wording_of
from churn.desk.listing.exploring import pictured_points
from churn.desk.listing.lists import Ranked
from churn.intake.reading import Reading
from churn.learning.measures.thresholds import TIERS
from churn.learning.versions.model import Model
from churn.scoring.drivers import Driver, group_drivers
from churn.scoring.explaining import Explanation
from churn.scoring.segmenting import Segment, segments
from churn.showing.words.worth_words import over

if TYPE_CHECKING:
    pass

SHOWN = ("probability", "tier", "value_at_risk", "reason_1", "reason_2", "reason_3", "action", "expected_gain")
MOST_WORDS = 50
ORDERS = ("expected_gain", "value_at_risk", "probability")


@dataclass(frozen=True)
class TierCount:
    """One tier of a list: how many customers, how many of them are expected to leave, and the money at risk."""

    tier: str
    customers: int
    leavers: float
    value_at_risk: float | None


@dataclass(frozen=True)
class Overview:
    """What a scored list says as a whole.

    leavers      expected leavers, with the range chance alone would give if every probability is right
    value_at_risk  probability × worth over the horizon, None where nobody knows what customers pay
    horizon      over how long worth is counted ("18 months"); `assumed`: by the playbook's bill, not by the list's own
    gain         what the suggested actions would bring together, without any budget
    """

    customers: int
    leavers: float
    low: float
    high: float
    value_at_risk: float | None
    currency: str
    suggested: int
    gain: float
    tiers: tuple[TierCount, ...]
    horizon: str = ""
    assumed: bool = False
    worth_basis: str = ""

    @property
    def over(self) -> str:
        """The horizon of its value at risk, as it stands beneath the amount."""
        return over(self.horizon, assumed=self.assumed)


def overview_of(ranked: Ranked, home: Path) -> Overview:
    """The list in a few numbers."""
    table = ranked.scored.table
    p = ranked.probability
    currency = currency_of(ranked.model, home)
    around = 1.96 * float(np.sqrt((p * (1 - p)).sum()))
    return Overview(
        customers=table.num_rows,
        leavers=float(p.sum()),
        low=max(float(p.sum()) - around, 0.0),
        high=min(float(p.sum()) + around, float(len(p))),
        value_at_risk=_total(table.column("value_at_risk")),
        currency=currency,
        suggested=table.num_rows - table.column("action").null_count,
        gain=_total(table.column("expected_gain")) or 0.0,
        tiers=tuple(_tier(table, tier) for tier in TIERS),
        horizon=ranked.horizon,
        assumed=ranked.valuation is not None and ranked.valuation.assumed_bill is not None,
        worth_basis=worth_basis_of(ranked, currency),
    )


def worth_basis_of(ranked: Ranked, currency: str) -> str:
    """What the worth in a list is made of, with its currency: money is compared only where it is the same."""
    return f"{ranked.valuation.basis} {currency}".strip() if ranked.valuation else ""


def top_drivers(ranked: Ranked, home: Path) -> tuple[Driver, ...]:
    """What moves the scores of this list, by business group, the strongest first."""
    return group_drivers(ranked.model, wording_of(ranked.model, home), pictured_points(ranked))


def segments_of(ranked: Ranked, home: Path) -> tuple[Segment, ...]:
    """Groups of customers of this list that are alike, the likeliest to leave first."""
    return segments(ranked.model, wording_of(ranked.model, home), ranked.matrix, probability=ranked.probability)


def keys_of(ranked: Ranked) -> list[str]:
    """The keys of a scored list as text, in its own order."""
    return ranked.scored.table.column(0).cast(pa.string()).to_pylist()


def certainty_of(told: Explanation) -> tuple[str, ...]:
    """How sure a score is: what became of customers scored alike, the range of other models, and an honest shrug."""
    said = []
    if told.alike:
        bin_ = told.alike
        of_100 = [100 * share for share in (bin_.share, bin_.likely_low, bin_.likely_high)]
        said.append(
            f"Of 100 customers scored like this, {of_100[0]:.0f} left (between {of_100[1]:.0f} and {of_100[2]:.0f}, "
            f"seen in {bin_.customers:,} customers the model had not learnt from)."
        )
    if told.likely:
        low, high = told.likely
        said.append(f"Models learnt from other customers would mostly say between {low:.0%} and {high:.0%}.")
    if told.cannot_tell:
        said.append("The model cannot tell: both leaving and staying remain plausible for this customer.")
    return tuple(said)


def levels_of(model: Model, name: str) -> list[str]:
    """The levels of a category that the model has learnt."""
    return list(next((f.levels for f in model.encoder.fields if f.name == name), ()))


def words_in(reading: Reading, name: str) -> dict[str, int]:
    """How often each word stands in a column, as it was written in the file where the file has it."""
    theirs = next((m.theirs for m in reading.matches if m.ours == name), name)
    cells = reading.raw.column(theirs) if theirs in reading.raw.column_names else reading.table.column(name)
    counts = [(pair["values"], pair["counts"]) for pair in cells.cast(pa.string()).value_counts().to_pylist()]
    ordered = sorted(((str(w), n) for w, n in counts if w not in (None, "")), key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered[:MOST_WORDS])


def _tier(table: pa.Table, tier: str) -> TierCount:
    figures = table.select(["probability", "value_at_risk"])  # not the sentences, which are most of a table
    some = figures.filter(pc.equal(table.column("tier").cast(pa.string()), tier))
    leavers = pc.sum(some.column("probability")).as_py() or 0.0
    return TierCount(tier, some.num_rows, float(leavers), _total(some.column("value_at_risk")))


def _total(cells: pa.ChunkedArray) -> float | None:
    total = pc.sum(cells).as_py()
    return None if total is None else float(total)
