"""What a campaign can learn."""

import pytest

from churn.campaigns.lift import chance_to_see, customers_needed, plan_detection, smallest_effect


@pytest.mark.parametrize(("leave", "effect", "arm"), [(0.5, 0.05, 1562), (0.5, 0.1, 385), (0.27, 0.03, 3310)])
def test_equal_arms_need_the_size_the_textbook_formula_gives(leave, effect, arm):
    assert customers_needed(leave, effect, 0.5) == pytest.approx(2 * arm, abs=3)
    assert chance_to_see(arm, arm, leave, effect) == pytest.approx(0.8, abs=0.002)
    assert smallest_effect(arm, arm, leave) == pytest.approx(effect, abs=0.0002)


def test_a_small_list_says_plainly_that_it_teaches_nothing():
    found = plan_detection(45, 5, leave=0.3, effect=0.05)
    assert found.words == "With 45 treated and 5 held out this campaign is too small to learn anything from."


def test_without_holdout_there_is_nothing_to_measure():
    found = plan_detection(100, 0, leave=0.3, effect=0.05)
    assert (found.smallest, found.chance, found.needed) == (None, 0.0, None)
    assert found.words == "Nobody is held out, so this campaign cannot be measured."


def test_a_chance_below_one_half_names_the_customers_needed():
    found = plan_detection(900, 100, leave=0.4, effect=0.05)
    assert f"about {found.needed:,} customers would be needed" in found.words
    assert found.as_json().keys() == {"smallest", "expected", "chance", "needed", "words", "hold_out"}


def test_a_playbook_that_expects_nothing_never_shows_anything():
    assert (customers_needed(0.3, 0.0, 0.1), round(chance_to_see(900, 100, 0.3, 0.0), 3)) == (None, 0.05)


def test_an_empty_campaign_does_not_blame_its_holdout():
    assert plan_detection(0, 0, leave=0.0, effect=0.0).words == "Nobody is treated, so there is nothing to measure."


def test_no_chance_is_called_certain_and_a_low_one_names_the_holdout_that_would_do():
    assert "a chance of over 99%" in plan_detection(90_000, 10_000, leave=0.4, effect=0.2).words
    weak = plan_detection(950, 50, leave=0.5, effect=0.12)
    assert weak.weak and weak.hold_out is not None and f"hold out {weak.hold_out:.0%}" in weak.words
    held = round(1000 * weak.hold_out)
    assert chance_to_see(1000 - held, held, 0.5, 0.12) >= 0.8
