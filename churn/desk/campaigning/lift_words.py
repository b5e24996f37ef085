"""What was measured of a campaign in the words of its business: parts and actions as people call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from churn.book.journal import CampaignRecord
from churn.desk.business.businesses import profile_named, wording_in
from churn.desk.campaigning.campaign_views import KeptCampaign
from churn.money.playbook_files import playbook_from_text
from churn.scoring.wording import Wording, capital


def in_words(kept: KeptCampaign, home: Path) -> KeptCampaign:
    """The campaign with its parts, its actions and what was learnt called as on every other screen."""
    if kept.measured is None:
        return kept
    business = profile_named(kept.record.profile, home)
    actions, wording = _actions(kept.record), wording_in(business, business.schema, home)
    parts = [_part(part, actions, wording) for part in kept.measured.lift["by"]]
    learnt = tuple({**rate, "action": actions.get(rate["action"], rate["action"])} for rate in kept.measured.learnt)
    return replace(kept, measured=replace(kept.measured, lift={**kept.measured.lift, "by": parts}, learnt=learnt))


def _part(part: Mapping[str, Any], actions: Mapping[str, str], wording: Wording) -> dict[str, Any]:
    """One part: an action by its title, a column by its label and the level by what it says of a customer."""
    by, name = capital(wording.label(part["by"])), part["name"]
    if part["by"] == "tier":
        return {**part, "by": by, "label": f"{by} {name}"}
    said = actions.get(name, name) if part["by"] == "action" else capital(wording.says(part["by"], name))
    return {**part, "by": by, "name": said, "label": said}


def _actions(record: CampaignRecord) -> dict[str, str]:
    """The title of each action of the playbook the campaign was planned by."""
    return {action.name: action.words for action in playbook_from_text(record.playbook).actions}
