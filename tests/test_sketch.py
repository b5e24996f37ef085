"""A sketch is gathered in one pass, and how a list is cut into blocks makes no difference."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from churn.errors import ListRefused
from churn.monitoring import sketch as room
from churn.monitoring.sketch import column_shapes, draw_lots, encode_as_scored, sketch_list
from tests.test_watch import MODEL, a_list

SHAPES = column_shapes(MODEL)
TABLE = a_list(1200, 1, plan=lambda p: np.where(np.arange(len(p)) % 400 == 7, "gold", p))


def sketched(*blocks, **options):
    return sketch_list(MODEL, SHAPES, blocks, **options)


def plain(sketch):
    arrays = [*sketch.counts, sketch.missing, sketch.low, sketch.high, sketch.sample, sketch.places]
    return [a.tolist() for a in arrays], sketch.rows, sketch.unseen, sketch.returned


@settings(max_examples=15, deadline=None)
@given(some.lists(some.integers(1, 1199), max_size=6, unique=True).map(sorted))
def test_any_cut_gives_the_same_sketch(cuts):
    ends = [0, *cuts, 1200]
    parts = [TABLE.slice(a, b - a) for a, b in pairwise(ends)]
    assert plain(sketched(*parts)) == plain(sketched(TABLE))


def test_a_long_list_keeps_an_even_sample_that_does_not_depend_on_blocks(monkeypatch):
    monkeypatch.setattr(room, "MOST_SAMPLED", 300)
    whole, parts = sketched(TABLE), sketched(TABLE.slice(0, 500), TABLE.slice(500))
    assert len(whole.places) == 300 and whole.places.tolist() == parts.places.tolist()
    assert 500 < whole.places.mean() < 700 and whole.rows == 1200


def test_lots_depend_on_the_place_alone_and_look_even():
    lots = draw_lots(np.arange(10_000))
    assert lots[7] == draw_lots(np.array([7]))[0]
    assert abs((lots / 2**64).mean() - 0.5) < 0.01


def test_levels_not_learnt_are_named_as_the_list_writes_them():
    hostile = a_list(3, plan=["=cmd()", "x" * 90, "a\nb"])
    assert sketched(hostile).unseen == {"plan": ("=cmd()", "x" * 39 + "…", "a b")}


def test_a_missing_column_counts_as_unknown():
    found = sketched(TABLE.drop_columns(["shoe"]))
    assert (found.absent, found.missing[MODEL.encoder.names.index("shoe")]) == (("shoe",), 1200)


def test_a_column_of_another_kind_is_named_and_left_out():
    found = sketched(TABLE.drop_columns(["bill"]).append_column("bill", pa.array(["much"] * 1200)))
    assert (found.unfit, found.known(MODEL.encoder.names.index("bill"))) == ({"bill": "string"}, 0)


def test_empty_blocks_are_passed_over_and_an_empty_list_is_refused():
    assert sketched(TABLE.slice(0, 0), TABLE).rows == 1200
    with pytest.raises(ListRefused, match="nothing to compare"):
        sketched(TABLE.slice(0, 0))


def test_customers_of_the_last_list_are_counted_block_by_block():
    keys = pa.array([f"c{i}" for i in range(600, 2000)])
    assert sketched(TABLE.slice(0, 700), TABLE.slice(700), last_keys=keys).returned == 600


def test_a_slip_of_the_keyboard_is_seen_as_it_stands_and_scored_within_its_limits():
    found = sketched(a_list(2, bill=[50.0, 1e9]))
    place = MODEL.encoder.names.index("bill")
    assert found.sample[1, place] == np.float32(1e9)
    scored = encode_as_scored(MODEL.encoder, found.sample)
    np.testing.assert_array_equal(scored, MODEL.encoder.matrix(a_list(2, bill=[50.0, 1e9])))
