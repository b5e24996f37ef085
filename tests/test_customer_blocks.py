"""A sample is the same customers however many are asked for and however they are cut."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from churn.errors import RequestRefused
from churn.samples.files import UNIT, Plant, Sample, SampleBlock, SampleBusiness


def unit(draw, place, seed):
    key = pa.array(place)
    rows = {"id": key, "x": draw.uniform(), "left": pa.array(["no", "yes"]).take(pa.array(place % 2))}
    events = {"id": np.repeat(place, 2), "n": np.tile([1, 2], len(place))}
    truth = pa.table({"id": key, "probability": place % 2})
    return SampleBlock(key, {"list": pa.table(rows), "events": pa.table(events)}, truth)


TOY = SampleBusiness("toy", unit, rows=10, key="id", outcome="left", left="yes")


@pytest.mark.parametrize("rows", [1, 7, UNIT - 1, UNIT, UNIT + 1])
def test_fewer_customers_are_the_first_of_more(rows):
    more = Sample(TOY, 2 * UNIT + 5, 1)
    assert Sample(TOY, rows, 1).table("list").equals(more.table("list").slice(0, rows))
    assert Sample(TOY, rows, 1).truth().equals(more.truth().slice(0, rows))


def test_cutting_anywhere_gives_the_same_customers():
    whole = Sample(TOY, 3 * UNIT, 1).tables()
    cuts = [0, 3, UNIT - 2, UNIT + 9, 2 * UNIT, 3 * UNIT]
    parts = [Sample(TOY, b - a, 1, first=a).tables() for a, b in pairwise(cuts)]
    assert all(pa.concat_tables([p[name] for p in parts]).equals(whole[name]) for name in whole)


def test_events_of_customers_that_were_not_asked_for_are_left_out():
    assert Sample(TOY, 2, 1, first=5).table("events").to_pydict() == {"id": [5, 5, 6, 6], "n": [1, 2, 1, 2]}


def test_later_customers_follow_on_without_their_outcome():
    later = Sample(TOY, 5, 1).later(2)
    assert later.table("list").column_names == ["id", "x"]
    assert later.table("list")["id"].to_pylist() == [5, 6]


def test_a_fault_that_does_not_last_is_not_in_the_later_list():
    seen = Plant(lambda block, sample, unit: block), Plant(lambda block, sample, unit: block, lasting=False)
    assert Sample(TOY, 5, 1, plants=seen).later(2).plants == seen[:1]


def test_another_seed_draws_other_numbers_for_the_same_places():
    one, two = (Sample(TOY, 5, seed).table("list") for seed in (1, 2))
    assert (one["id"].equals(two["id"]), one["x"].equals(two["x"])) == (True, False)


def test_one_of_several_tables_must_be_named():
    with pytest.raises(RequestRefused, match="Name one of: list, events"):
        Sample(TOY, 5, 1).table()
