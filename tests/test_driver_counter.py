"""Every question about a scored list is answered by a picture with its finding."""

from dataclasses import replace

import pytest

from churn import Workspace
from churn.workspace.exploring import (
    contrast_chart,
    crossed_chart,
    driver_chart,
    driver_charts,
    pair_chart,
    rate_chart,
    segment_chart,
    staying_chart,
)
from tests.trained import HISTORY, TODAY


@pytest.fixture(scope="module")
def workspace(telco_home):
    return Workspace(telco_home)


@pytest.fixture(scope="module")
def asked(workspace, telco_home):
    return workspace.lists.explore(workspace.lists.score(telco_home / HISTORY))


def test_every_picture_has_a_finding_and_says_how_to_read_it(workspace, asked):
    pair = asked.pairs[0]
    made = [*driver_charts(asked), driver_chart(asked, "tenure"), rate_chart(asked, "Contract")]
    made += [pair_chart(asked), crossed_chart(asked, pair), segment_chart(asked)]
    made += [contrast_chart(asked, "tier", "High", None), staying_chart(asked, "tenure")]
    made += [workspace.models.fairness_chart(asked.ranked.model)]
    assert all(c.finding and c.reading and len(c.figure.data) for c in made)
    assert len({c.name for c in made}) == len(made)


def test_a_column_the_model_does_not_listen_to_has_no_picture(workspace, asked):
    assert driver_chart(asked, "gender") is None


def test_two_pictures_that_would_be_the_same_are_one(workspace, asked):
    alone = replace(
        asked.ranked.model.schema, columns=tuple(replace(c, group="") for c in asked.ranked.model.schema.columns)
    )
    model = replace(asked.ranked.model, schema=alone)
    ungrouped = workspace.lists.explore(replace(asked.ranked, model=model))
    assert [c.name for c in driver_charts(asked)] == ["drivers", "columns", "swarm"]
    assert [c.name for c in driver_charts(ungrouped)] == ["drivers", "swarm"]


def test_a_comparison_by_a_column_leaves_that_column_out(workspace, asked):
    chart = contrast_chart(asked, "Contract", "Month-to-month contract", None)
    assert "Contract" not in list(chart.figure.data[0].y)
    assert "Contract itself" in chart.finding and "Contract makes most" not in chart.finding


def test_fairness_names_groups_in_words(workspace, asked):
    labels = workspace.models.fairness_chart(asked.ranked.model).figure.layout.yaxis.ticktext
    assert "Age 65 or older: yes" in labels and not any("SeniorCitizen" in label for label in labels)


def test_a_column_that_is_a_group_by_itself_has_one_share_in_both_charts_and_on_the_overview(telco_home):
    workspace = Workspace(telco_home)
    ranked = workspace.lists.score(telco_home / TODAY)
    asked = workspace.lists.explore(ranked)
    groups, columns, _ = driver_charts(asked)
    by_group, by_column = (dict(zip(c.figure.data[0].y, c.figure.data[0].x, strict=True)) for c in (groups, columns))
    alone = {d.label for d in asked.groups if len([c for c in asked.columns if c.strength == d.strength]) == 1}
    shared = set(by_group) & set(by_column) & alone
    assert shared and {n: by_column[n] for n in shared} == pytest.approx({n: by_group[n] for n in shared})
    overview = workspace.lists.overview_charts(ranked)[1].figure.data[0]
    assert dict(zip(overview.y, overview.x, strict=True)).items() <= by_group.items()
    assert groups.finding.startswith("By group: ") and columns.finding.startswith("By single column: ")
