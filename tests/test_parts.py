"""A list is also looked at in parts, cut by the columns that drive the risk most."""

import numpy as np

from churn.monitoring.drift import column_weights
from churn.monitoring.performance import estimates_by_part, split_into_parts
from churn.monitoring.sketch import column_shapes
from churn.scoring.wording import wording_for
from tests.test_watch import MODEL, SCHEMA, a_list

WORDING = wording_for(SCHEMA, currency="USD")
CUT = list(split_into_parts(MODEL, column_shapes(MODEL), column_weights(MODEL), WORDING))
MATRIX = MODEL.encoder.matrix(a_list(3000, 4))
P = MODEL.probability(MATRIX)


def test_parts_are_levels_and_thirds_of_the_weightiest_columns():
    names = [name.split(":")[0] for name, *_ in CUT]
    assert {n: names.count(n) for n in names} == {"Months": 3, "Bill": 3, "Plan": 3, "Auto": 2}


def test_the_parts_of_one_column_cover_everybody_once():
    for place in {at for _, at, _, _ in CUT}:
        inside = [(MATRIX[:, at] >= low) & (MATRIX[:, at] <= high) for _, at, low, high in CUT if at == place]
        assert (np.sum(inside, axis=0) == 1).all()


def test_every_part_has_its_estimate_beside_the_learnt_one():
    found = estimates_by_part(MODEL, CUT, MATRIX, (P, np.ones(3000)))
    basic = found["Plan: basic"]
    assert abs(basic.measures["auc"].value - basic.measures["auc"].learnt) < 0.05
    assert (basic.profit.value, basic.customers) == (1.0, int((MATRIX[:, 3] == 0).sum()))


def test_a_part_with_few_customers_is_left_out():
    assert estimates_by_part(MODEL, CUT, MATRIX[:150], (P[:150], np.array([]))) == {}
