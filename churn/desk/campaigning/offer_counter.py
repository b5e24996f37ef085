"""The part of the counter where offers are kept: the playbook in force, as text and as rows to edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn.desk.access.access_counter import AccessCounter
from churn.desk.business import playbooks

if TYPE_CHECKING:
    from churn.learning.versions.model import Model
    from churn.money.playbook import Playbook


class OfferCounter(AccessCounter):
    """Everything about offers that the Desk can do."""

    def playbook(self, profile: str) -> playbooks.InForce:
        """The offers in force for a model's business, or by default for a profile, and where they come from."""
        return playbooks.playbook_in_force(self.home, profile)

    def playbook_for(self, model: Model) -> playbooks.InForce:
        """The offers in force for the business a model was trained for."""
        from churn.desk.business.businesses import profile_of

        return playbooks.playbook_in_force(self.home, model.name, profile=profile_of(model, self.home).name)

    def read_playbook(self, file: Path) -> Playbook:
        """The playbook a file states; a mistake in it is refused with its line."""
        return playbooks.checked_playbook(file)

    def playbook_said(self, text: str) -> Playbook:
        """The playbook a text states; a mistake in it is refused with its line."""
        from churn.money.playbook_files import playbook_from_text

        return playbook_from_text(text, "The playbook")

    def playbook_text(self, playbook: Playbook) -> str:
        """A playbook as the text a person edits."""
        return playbooks.readable_text(playbook)

    def set_playbook(self, profile: str, playbook: Playbook, why: str = "Set by hand.") -> playbooks.InForce:
        """Make a playbook count for a model's business, or by default for a profile; earlier versions are kept."""
        with self.acting("playbook", f"of {profile}"):
            return playbooks.set_playbook(self.home, profile, playbook, why)

    def playbook_rows(self, playbook: Playbook) -> list[dict[str, Any]]:
        """A playbook as rows to edit, each marked assumed or learnt."""
        from churn.desk.campaigning.campaign_views import playbook_rows

        return playbook_rows(playbook)

    def playbook_with(self, playbook: Playbook, rows: Sequence[Mapping[str, Any]]) -> Playbook:
        """The playbook with the numbers of edited rows."""
        from churn.desk.campaigning.campaign_views import playbook_with

        return playbook_with(playbook, rows)
