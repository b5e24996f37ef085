"""What was measured of a campaign in the words of its business: parts and actions as people call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from churn.book.journal import CampaignRecord
from churn.desk.campaigning.campaign_views import KeptCampaign
from churn.money.playbook_files import playbook_from_text
from churn.profiles import GENERAL, profile_names, read_profile
from churn.scoring.wording import Wording, capital, wording_for


def in_words(kept: KeptCampaign, home: Path) -> KeptCampaign:
    """The campaign with its parts, its actions and what was learnt called as on every other screen."""
    if kept.measured is None:
        return kept
    actions, wording = _actions(kept.record), _wording(kept.record, home)
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


def _wording(record: CampaignRecord, home: Path) -> Wording:
    """The words of the campaign's business; plain ones where it is not here any more."""
    known = record.profile if record.profile in profile_names(home) else GENERAL
    own, general = read_profile(known, home), read_profile(GENERAL, home)
    return wording_for(own.schema, own.phrases, general.phrases, own.currency)
