"""Rates by level or range come with the interval that so few customers allow."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn.errors import RequestRefused
from churn.scoring.drivers import LeavingRate, leaving_rates_by, range_edges
from churn.training.calibration import wilson_interval
from tests.small_model import WORDING, customers

LIST = customers(plan=["monthly", "yearly", "monthly", None, "odd"], months=[1.0, 13.0, 2.0, None, 14.0])
LEFT = np.array([True, False, False, True, False])
P = np.array([0.8, 0.1, 0.4, 0.5, 0.2])


def test_levels_stand_in_the_schemas_order_and_missing_last():
    assert leaving_rates_by(LIST, "plan", WORDING, left=LEFT, probability=P) == (
        LeavingRate("Month-to-month contract", 2, 1, 0.5, *wilson_interval(1, 2), pytest.approx(0.6)),
        LeavingRate("Contract: yearly", 1, 0, 0.0, *wilson_interval(0, 1), 0.1),
        LeavingRate("Contract: odd", 1, 0, 0.0, *wilson_interval(0, 1), 0.2),
        LeavingRate("Contract not known", 1, 1, 1.0, *wilson_interval(1, 1), 0.5),
    )


def test_numbers_are_cut_into_ranges_that_people_would_write():
    table = customers(months=[float(m) for m in range(80)])
    rates = leaving_rates_by(table, "months", WORDING, probability=np.linspace(0, 1, 80))
    assert [r.customers for r in rates] == [10] * 8
    assert rates[0].text == "Months under 10"
    assert rates[1].text == "Months of 10 or more and months under 20"
    assert (rates[1].start, rates[1].end, rates[1].share) == (10.0, 20.0, None)


def test_flags_and_constant_columns_have_rates_too():
    flags = leaving_rates_by(customers(senior=[True, False, True]), "senior", WORDING, left=LEFT[:3])
    assert [(r.text, r.customers, r.left) for r in flags] == [("Senior: no", 1, 0), ("Senior: yes", 2, 1)]
    same = leaving_rates_by(customers(months=[5.0, 5.0]), "months", WORDING)
    assert [(r.text, r.customers) for r in same] == [("Months", 2)]


def test_rare_levels_beyond_the_most_frequent_are_counted_together():
    names = [f"p{i % 30:02}" for i in range(45)]
    rates = leaving_rates_by(customers(plan=names), "plan", WORDING)
    assert (len(rates), rates[-1].text, rates[-1].customers) == (21, "Others", 10)


def test_a_column_the_list_does_not_have_is_refused():
    with pytest.raises(RequestRefused, match="no column"):
        leaving_rates_by(pa.table({"a": [1.0]}), "b", WORDING)


@settings(deadline=None)
@given(st.lists(st.none() | st.floats(-1e6, 1e6, width=32), max_size=50))
def test_every_customer_is_counted_once(numbers):
    rates = leaving_rates_by(customers(spend=numbers), "spend", WORDING)
    assert sum(r.customers for r in rates) == len(numbers)
    edges = range_edges(np.array([np.nan if n is None else n for n in numbers]))
    assert (np.diff(edges) > 0).all()
