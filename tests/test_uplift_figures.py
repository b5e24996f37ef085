"""Pictures of an experiment: what is seen beside what was predicted, and chance beside both."""

import numpy as np
import pytest

from churn.campaigns.uplift import measure_uplift
from churn.reports.campaign_charts import qini_chart, tenths_chart
from tests.experiments import small_experiment


@pytest.fixture(scope="module")
def found():
    matrix, treated, good, _ = small_experiment()
    return measure_uplift(matrix, treated, good, repeats=50)


def test_the_qini_picture_ends_where_chance_ends_and_says_the_interval(found):
    chart = qini_chart(found)
    ours, random = chart.figure.data
    assert (ours.y[-1], list(random.x)) == (random.y[-1], [0, 100])
    assert chart.finding.startswith("Choosing by uplift beats chance: Qini ") and "between" in chart.finding


def test_every_tenth_shows_what_was_seen_and_what_was_predicted(found):
    chart = tenths_chart(found)
    seen, predicted = chart.figure.data
    assert np.allclose(seen.y, [100 * s.seen for s in found.slices])
    assert np.allclose(predicted.y, [100 * s.predicted for s in found.slices])
    assert "points in the first tenth" in chart.finding
