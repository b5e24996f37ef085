"""An explainer that says something else than its libraries is found out."""

from dataclasses import replace

import numpy as np
import xgboost

from churn.attribution.agreement import TOLERANCE, largest_difference
from churn.attribution.blend import explainer_for
from churn.attribution.library import member_of
from churn.attribution.linear import Linear

RNG = np.random.default_rng(2)
MATRIX = RNG.normal(size=(200, 2)).astype(np.float32)
MODEL = xgboost.XGBClassifier(n_estimators=10, max_depth=3, n_jobs=1).fit(MATRIX, MATRIX[:, 0] > 0)
LINE = Linear(0.5, np.array([1.0, 0.0]), np.zeros(2), (np.zeros(2), np.array([0.1, -0.1])))
PARTS = [(0.6, MODEL), (0.4, LINE)]
BLEND = explainer_for([(0.6, member_of(MODEL)), (0.4, LINE)], 2, slope=1.2, intercept=0.3)


def test_a_blend_of_tables_agrees_with_its_libraries():
    assert largest_difference(BLEND, PARTS, MATRIX, slope=1.2, intercept=0.3) < TOLERANCE


def test_another_slope_another_base_and_another_table_are_all_noticed():
    moved = replace(BLEND, base=BLEND.base + 0.01)
    other = replace(BLEND, lookup=replace(BLEND.lookup, credits=BLEND.lookup.credits * np.float32(1.1)))
    words = {"slope": 1.2, "intercept": 0.3}
    found = [largest_difference(e, PARTS, MATRIX, **words) for e in (moved, other)]
    found.append(largest_difference(BLEND, PARTS, MATRIX, slope=1.0, intercept=0.3))
    assert min(found) > TOLERANCE
