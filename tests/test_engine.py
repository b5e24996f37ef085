"""Engines: the URL names one that is known here, and what each hands back."""

import pytest

from churn.errors import RequestRefused
from churn.features.engines.base import fetch_arrays, fetch_number
from churn.features.engines.urls import open_engine

# What every engine hands back: whole numbers, alone and as arrays.


def test_whole_numbers_come_back_as_arrays_and_a_sum_of_nothing_is_zero():
    import ibis

    rows = ibis.range(3).unnest().name("n").as_table()
    with open_engine() as engine:
        assert fetch_arrays(engine, rows.order_by("n"))["n"].tolist() == [0, 1, 2]
        assert fetch_arrays(engine, rows.filter(rows.n > 9))["n"].tolist() == []
        assert (fetch_number(engine, rows.n.sum()), fetch_number(engine, rows.filter(rows.n > 9).n.sum())) == (3, 0)


# The engine's URL: it names one of the engines known here, or is refused.


@pytest.mark.parametrize("url", ["oracle://x", "", "duck"])
def test_an_unknown_engine_is_refused_naming_the_known_ones(url):
    with pytest.raises(RequestRefused, match="not known here") as refused, open_engine(url):
        pass
    assert "duckdb://" in refused.value.fix
