"""What a campaign changed."""

import numpy as np
import pandas as pd
import pytest

from churn.campaigns.lift import measure_lift, sample_ratio_chance

ENDS = {"low": "low", "mid": "lift", "high": "high"}


def _campaign(treated=900, held=300, worth=100.0):
    arms = ["treat"] * treated + ["holdout"] * held
    return pd.DataFrame(
        {
            "id": [f"c{i}" for i in range(treated + held)],
            "arm": arms,
            "planned_action": np.tile(["mail", "call", "call"], (treated + held) // 3),
            "tier": np.repeat(["High", "Low"], (treated + held) // 2),
            "worth": worth,
            "cost": [2.0] * treated + [0.0] * held,
        }
    )


def _back(campaign, treated_left, held_left):
    left = np.zeros(len(campaign), int)
    treat = (campaign["arm"] == "treat").to_numpy()
    left[np.flatnonzero(treat)[:treated_left]] = 1
    left[np.flatnonzero(~treat)[:held_left]] = 1
    return pd.DataFrame({"id": campaign["id"], "left": left})


def _lift(campaign, back, **options):
    return measure_lift(campaign, back, name="spring", key="id", outcome="left", **options)


def test_lift_and_money_saved_by_hand():
    # 90 of 300 held out left, 180 of 900 treated: 10 points; 900 × .10 × 100 − 900 × 2
    campaign = _campaign()
    found = _lift(campaign, _back(campaign, 180, 90))
    assert (found.lift, found.conclusion) == (pytest.approx(0.1), "fewer left")
    assert found.saved["mid"] == pytest.approx(7200)
    assert found.saved["low"] == pytest.approx(900 * 100 * found.low - 1800)
    assert found.verdict.startswith("The campaign kept customers. Fewer left: 10.0 points (4.")


def test_a_difference_that_chance_explains_is_inconclusive():
    campaign = _campaign()
    found = _lift(campaign, _back(campaign, 190, 70))
    assert found.conclusion == "inconclusive"
    assert found.verdict == (
        "Inconclusive: no effect shown. It could be anything from 3.3 points more to 7.7 points fewer leavers."
    )


def test_harm_is_called_harm():
    campaign = _campaign()
    found = _lift(campaign, _back(campaign, 300, 60))
    assert (found.conclusion, found.verdict[:22]) == ("more left", "The campaign did harm.")


def test_parts_are_shown_per_action_tier_and_segment():
    campaign = _campaign().assign(region=["n"] * 1195 + ["s"] * 5)
    found = _lift(campaign, _back(campaign, 180, 90), segments=("region",))
    assert [(p.by, p.name) for p in found.by] == [
        *(("action", "call"), ("action", "mail")),
        *(("tier", "High"), ("tier", "Low"), ("region", "n"), ("region", "s")),
    ]
    assert (found.by[5].lift, found.by[5].verdict) == (None, "Too few customers in one arm to say.")
    assert sum(p.treated for p in found.by[:2]) == 900


def test_no_claim_is_made_when_outcomes_are_missing_unevenly():
    campaign = _campaign()
    back = _back(campaign, 180, 90)
    found = _lift(campaign, back[(campaign["arm"] == "holdout") | (np.arange(1200) % 5 > 0)])
    assert (found.conclusion, found.lift, found.saved) == ("no claim", None, None)
    assert "80% of the treated but 100% of the held out" in found.verdict


def test_no_claim_is_made_without_holdout():
    campaign = _campaign(held=0)
    assert _lift(campaign, _back(campaign, 10, 0)).verdict.startswith("No claim: nobody was held out")


def test_even_gaps_are_no_reason_to_doubt():
    planned = {"treat": 900, "holdout": 300}
    assert sample_ratio_chance(planned, {"treat": 720, "holdout": 240}) == 1.0
    assert sample_ratio_chance(planned, {"treat": 720, "holdout": 300}) < 0.001
    assert sample_ratio_chance(planned, planned) == 1.0


def test_the_answer_has_the_fixed_fields():
    campaign = _campaign()
    answer = _lift(campaign, _back(campaign, 180, 90)).as_json()
    assert list(answer) == [
        "campaign", "lift", "low", "high", "verdict", "saved", "by", "notices", "arms", "kept", "spent",
    ]  # fmt: skip
    assert answer["campaign"] == "spring"


def test_where_nobody_left_the_money_saved_is_as_uncertain_as_the_share():
    # nobody left in either arm: the shares still leave room for a difference, and so does the money
    campaign = _campaign()
    found = _lift(campaign, _back(campaign, 0, 0))
    assert found.low < 0 < found.high
    assert found.saved == pytest.approx({end: 900 * 100 * getattr(found, name) - 1800 for end, name in ENDS.items()})
