"""Every question about a scored list is answered by a picture with its finding."""

from dataclasses import replace

import pytest

from churn import Desk
from tests.trained import HISTORY


@pytest.fixture(scope="module")
def desk(telco_home):
    return Desk(telco_home)


@pytest.fixture(scope="module")
def asked(desk, telco_home):
    return desk.exploring(desk.score(telco_home / HISTORY))


def test_every_picture_has_a_finding_and_says_how_to_read_it(desk, asked):
    pair = asked.pairs[0]
    made = [*desk.driver_charts(asked), desk.driver_chart(asked, "tenure"), desk.rate_chart(asked, "Contract")]
    made += [desk.pair_chart(asked), desk.crossed_chart(asked, pair), desk.segment_chart(asked)]
    made += [desk.contrast_chart(asked, "tier", "High", None), desk.staying_chart(asked, "tenure")]
    made += [desk.fairness_chart(asked.ranked.model)]
    assert all(c.finding and c.reading and len(c.figure.data) for c in made)
    assert len({c.name for c in made}) == len(made)


def test_a_column_the_model_does_not_listen_to_has_no_picture(desk, asked):
    assert desk.driver_chart(asked, "gender") is None


def test_two_pictures_that_would_be_the_same_are_one(desk, asked):
    alone = replace(
        asked.ranked.model.schema, columns=tuple(replace(c, group="") for c in asked.ranked.model.schema.columns)
    )
    model = replace(asked.ranked.model, schema=alone)
    ungrouped = desk.exploring(replace(asked.ranked, model=model))
    assert [c.name for c in desk.driver_charts(asked)] == ["drivers", "columns", "swarm"]
    assert [c.name for c in desk.driver_charts(ungrouped)] == ["drivers", "swarm"]


def test_a_comparison_by_a_column_leaves_that_column_out(desk, asked):
    chart = desk.contrast_chart(asked, "Contract", "Month-to-month contract", None)
    assert "Contract" not in list(chart.figure.data[0].y)
    assert "Contract itself" in chart.finding and "Contract makes most" not in chart.finding


def test_fairness_names_groups_in_words(desk, asked):
    labels = desk.fairness_chart(asked.ranked.model).figure.layout.yaxis.ticktext
    assert "Age 65 or older: yes" in labels and not any("SeniorCitizen" in label for label in labels)
