"""A version in people and money, and beside the one that was live."""

from dataclasses import replace

from churn import Workspace
from churn.training.registry import load
from churn.workspace.models import compare_with_champion, leaderboard_of, operating_points
from tests.small_lists import small_training
from tests.trained import HISTORY


def model():
    return small_training().model


def test_every_way_to_draw_the_line_adds_up_to_the_same_customers():
    found, confusion = operating_points(model()), model().report["confusion"]
    leavers = confusion["caught"] + confusion["missed"]
    assert {r.caught + r.missed for r in found} == {leavers}
    assert all(r.caught + r.bothered == r.contacted for r in found)
    (chosen,) = [r for r in found if r.chosen]
    assert (chosen.how, chosen.caught, chosen.bothered) == ("money", confusion["caught"], confusion["bothered"])


def test_the_gain_is_read_off_the_profit_curve():
    earnings = {**model().report["earnings"], "curve": [(0.0, 0.0, 0.0), (1.0, 4.0, 2.0)]}
    found = operating_points(replace(model(), report={**model().report, "earnings": earnings}))
    assert all(abs(r.gain - 2.0 * r.contacted) < 1 for r in found)
    assert all(
        r.gain is None for r in operating_points(replace(model(), report={**model().report, "earnings": {"curve": []}}))
    )


def test_candidates_stand_in_the_order_of_the_card_with_one_champion():
    found = leaderboard_of(model())
    assert [s.name for s in found] == [row["name"] for row in model().report["leaderboard"]]
    assert [s.name for s in found if s.champion] == [model().report["champion"]]


def test_a_first_version_had_no_rival_and_the_next_is_compared_on_the_same_customers(own_telco):
    assert compare_with_champion(load(own_telco, "telco", "v1")).champion is None
    found = compare_with_champion(
        Workspace(own_telco).models.train(own_telco / HISTORY, quick=True, promotion="no", seed=1).model
    )
    assert (found.champion, found.promoted, found.why) == ("v1", False, "Kept beside the champion, as asked.")
    assert found.customers == 1200
    assert found.loss["low"] <= found.loss["mean"] <= found.loss["high"]
    assert set(found.calibration) == set(found.cost) == {"champion", "challenger"}


def test_a_version_of_before_comparisons_were_kept_has_none():
    assert compare_with_champion(replace(model(), lineage={})) is None
