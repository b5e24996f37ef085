"""The part of the counter that shows a list: what is asked of it on screen, and what a person takes home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.desk.business.businesses import wording_of
from churn.desk.listing import downloads, lists, shortlists
from churn.desk.listing.lists import Ranked
from churn.desk.listing.templates import templates_of
from churn.intake.reading import Reading
from churn.intake.text.opening import Reread
from churn.profiles import profile_names, read_profile

if TYPE_CHECKING:
    import pandas as pd


class ListCounter:
    """A scored list, narrowed, added up and taken home."""

    home: Path

    @staticmethod
    def in_hand(content: bytes) -> bytes:
        """The same list for one who will ask about it more than once, so that its text is taken apart only once."""
        return Reread(content)

    def wanted(self, **asked: Any) -> shortlists.Wanted:
        """Which customers to show; what is not said narrows nothing."""
        return shortlists.Wanted(**asked)

    def shortlist(self, ranked: Ranked, wanted: shortlists.Wanted) -> shortlists.Shortlist:
        """The customers of a scored list that fit, in the order asked for."""
        return shortlists.shortlist_of(ranked, wanted)

    def page(self, ranked: Ranked, found: shortlists.Shortlist, number: int, size: int) -> pd.DataFrame:
        """One page of a shortlist as a screen shows it, its reasons in few words."""
        return found.page(number, size, wording_of(ranked.model, self.home).in_short)

    def customers(self, ranked: Ranked, *, most: int = 200, **asked: Any) -> pd.DataFrame:
        """The first customers of a scored list that fit, as a pandas table; what may be asked: see `Wanted`."""
        return self.shortlist(ranked, self.wanted(**asked)).first(most).to_pandas()

    def actions_in(self, ranked: Ranked) -> tuple[str, ...]:
        """The actions suggested in a list, the commonest first; "" where none is worth it."""
        return shortlists.actions_in(ranked)

    def columns_to_narrow(self, ranked: Ranked) -> dict[str, str]:
        """The columns whose words a list can be narrowed by, each with its meaning."""
        return shortlists.columns_to_narrow(ranked)

    def words_of(self, ranked: Ranked, name: str) -> tuple[str, ...]:
        """The different words in one of these columns, the commonest first."""
        return shortlists.words_of(ranked, name)

    def scored_as(self, ranked: Ranked, ending: str, wanted: shortlists.Wanted | None = None) -> bytes:
        """A scored list as a file (.csv, .xlsx or .parquet): whole and in its own order, or only those asked for."""
        table = ranked.scored.table if wanted is None else shortlists.shortlist_of(ranked, wanted).table
        return downloads.scored_as(table, ending)

    def give_back(self) -> None:
        """Hand the memory of lists that were let go back to the machine."""
        lists.give_back()

    def templates(self) -> dict[str, str]:
        """A small list with the right headings for every live model and every business, by what it is called."""
        return templates_of(self.home)

    def business_title(self, name: str) -> str:
        """What a ready-made business is called in words."""
        return read_profile(name, self.home).title if name in profile_names(self.home) else name

    def set_aside_csv(self, reading: Reading) -> bytes:
        """The lines left out, to correct."""
        return downloads.set_aside_csv(reading)

    def clean_csv(self, reading: Reading) -> bytes:
        """The rows as they were read, as text."""
        return downloads.clean_csv(reading)
