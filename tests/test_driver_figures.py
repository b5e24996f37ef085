"""Driver pictures are small, say their finding, and read in words and points."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from churn.reports.driver_charts import (
    crossed_chart,
    dependence_chart,
    driver_label,
    drivers_chart,
    pairs_chart,
    swarm_chart,
    tick_step,
)
from churn.scoring.drivers import CrossEffect, Dependence, Driver, Interaction, beeswarm, cross_effects
from tests.small_model import ENCODER, WORDING, customers, small_model

MODEL = small_model()
RANDOM = np.random.default_rng(3)
MANY = 600
MATRIX = ENCODER.matrix(
    customers(
        id=[str(i) for i in range(MANY)],
        plan=RANDOM.choice(["monthly", "yearly"], MANY),
        spend=RANDOM.uniform(10, 90, MANY),
        months=RANDOM.integers(0, 60, MANY).astype(float),
        senior=RANDOM.random(MANY) < 0.2,
    )
)
POINTS = 20 * MODEL.explainer.contributions(MATRIX)


def test_bars_are_shares_with_the_strongest_in_the_title():
    some = (Driver("a", "the price", 3.0, 2.7, 3.3, 1.0, 0.75), Driver("b", "the time", 1.0, 0.9, 1.1, 0.6, 0.25))
    chart = drivers_chart(some)
    assert chart.finding == "The price moves the scores most: 75% of all movement"
    assert list(chart.figure.data[0].x) == [0.25, 0.75]
    np.testing.assert_allclose(chart.figure.data[0].error_x.array, [0.025, 0.075])


def test_a_doubtful_first_place_is_said_to_be_one():
    assert "in 60% of resamples" in drivers_chart([Driver("b", "time", 1.0, 0.9, 1.1, 0.6, 1.0)]).finding


def test_a_swarm_of_any_number_of_customers_is_a_few_kilobytes():
    swarms = beeswarm(MODEL, MATRIX, POINTS, columns=list(ENCODER.names))
    chart = swarm_chart(swarms, WORDING, lambda name: name != "plan", MANY)
    assert len(chart.figure.update_layout(template=None).to_json()) < 12_000
    assert {t.name for t in chart.figure.data} >= {"Low values", "High values", "Kinds, without an order"}


def test_dependence_is_a_line_for_numbers_and_bars_for_levels():
    rows = (Dependence(0.0, 10.0, 5, 4.0, 3.0, 5.0), Dependence(10.0, 20.0, 5, -2.0, -3.0, -1.0))
    line = dependence_chart("spend", rows, WORDING)
    assert list(line.figure.data[1].x) == [5.0, 15.0]
    assert line.finding == "Spend $0 to $10: +4 points; Spend $10 to $20: -2"
    levels = (Dependence("monthly", None, 5, 4.0, 3.0, 5.0), Dependence("yearly", None, 5, -2.0, -3.0, -1.0))
    bars = dependence_chart("plan", levels, WORDING)
    assert bars.finding.startswith("Month-to-month contract: +4 points")


def test_a_pair_has_a_line_for_each_part_of_the_other():
    pair = Interaction("spend", "plan", 2.0)
    chart = crossed_chart(cross_effects(MODEL, MATRIX, POINTS, pair), pair, WORDING)
    assert [t.name for t in chart.figure.data] == ["Month-to-month contract", "Contract: yearly"]
    assert pairs_chart([pair], WORDING).finding == "What spend means depends most on contract"
    assert "nearly by itself" in pairs_chart([Interaction("spend", "plan", 0.3)], WORDING).finding


def test_a_label_from_a_list_is_text_and_is_broken_into_lines():
    assert driver_label("<b>x</b> $1$") == "‹b›x‹/b› &#36;1&#36;"
    assert driver_label("a " * 40).count("<br>") == 3


@settings(deadline=None)
@example(1.0, 1e-3)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_an_axis_has_at_least_four_round_ticks_and_few_enough_for_a_telephone(low, span):
    high = low + span
    step = tick_step(low, high)
    ticks = np.floor(high / step + 1e-9) - np.ceil(low / step - 1e-9) + 1
    assert 4 <= ticks <= 10


def test_the_dots_have_an_axis_of_four_ticks_or_more():
    chart = swarm_chart(beeswarm(MODEL, MATRIX, POINTS, columns=list(ENCODER.names)), WORDING, lambda name: True, MANY)
    x = [v for trace in chart.figure.data for v in trace.x]
    step = chart.figure.layout.xaxis.dtick
    assert np.floor(max(x) / step) - np.ceil(min(x) / step) + 1 >= 4


def test_the_headline_of_a_pair_leaves_out_what_is_not_drawn():
    pair = Interaction("spend", "plan", 2.0)
    rows = [CrossEffect(0.0, 9.0, o, None, 20, m) for o, m in (("monthly", 1.0), ("yearly", -2.0))]
    unknown = [CrossEffect(None, None, o, None, 20, m) for o, m in (("monthly", 50.0), ("yearly", -48.0))]
    assert "up to 3 points" in crossed_chart([*rows, *unknown], pair, WORDING).finding
