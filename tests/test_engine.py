"""What every engine hands back: whole numbers, alone and as arrays."""

import ibis

from churn.features.engines.base import arrays, number
from churn.features.engines.urls import opened


def test_whole_numbers_come_back_as_arrays_and_a_sum_of_nothing_is_zero():
    rows = ibis.range(3).unnest().name("n").as_table()
    with opened() as engine:
        assert arrays(engine, rows.order_by("n"))["n"].tolist() == [0, 1, 2]
        assert arrays(engine, rows.filter(rows.n > 9))["n"].tolist() == []
        assert (number(engine, rows.n.sum()), number(engine, rows.filter(rows.n > 9).n.sum())) == (3, 0)
