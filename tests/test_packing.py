"""Packing loses no leaf, keeps tables small, and does not depend on chance."""

import numpy as np

from churn.explain.tables import distinct_cells, grid_for, packs_of, splits_of
from churn.explain.trees import Forest, Split, Tree


def stump(split, value=1.0):
    return Tree((split, None, None), (1, -1, -1), (2, -1, -1), (0.0, -value, value), (4.0, 1.0, 3.0))


def nested(first, second):
    return Tree(
        (first, None, second, None, None), (1, -1, 3, -1, -1), (2, -1, 4, -1, -1), (0, 1, 0, 2, 3), (8, 2, 6, 3, 3)
    )


EDGES = np.linspace(0, 1, 30).tolist()
FOREST = Forest(
    tuple(
        nested(Split(i % 4, a, missing_left=i % 3 == 0), Split((i + 1) % 5, b))
        for i, (a, b) in enumerate(zip(EDGES, EDGES[::-1], strict=True))
    ),
    5,
)


def states(pack, grid):
    columns = {s.feature for s in pack.splits}
    cells = [distinct_cells([grid.holds(s) for s in pack.splits if s.feature == c])[0] for c in columns]
    return int(np.prod([len(patterns) for patterns in cells]))


def test_every_leaf_is_in_exactly_one_pack_and_no_table_is_too_large():
    grid = grid_for(splits_of(FOREST), 5)
    packs = packs_of(FOREST, grid, most_states=64)
    packed = [leaf for pack in packs for leaf in pack.leaves]
    assert len(packed) == 90
    assert {(x.steps, x.value) for x in packed} == {(x.steps, x.value) for t in FOREST.trees for x in t.leaves()}
    assert max(states(pack, grid) for pack in packs) <= 64


def test_trees_that_ask_about_the_same_column_share_a_table():
    forest = Forest((stump(Split(0, 1.0)), stump(Split(0, 2.0)), stump(Split(1, members=frozenset({3})))), 2)
    packs = packs_of(forest, grid_for(splits_of(forest), 2))
    assert [[s.feature for s in p.splits] for p in packs] == [[0, 0], [1]]


def test_the_same_forest_is_packed_the_same_way_again():
    grid = grid_for(splits_of(FOREST), 5)
    assert packs_of(FOREST, grid) == packs_of(FOREST, grid)


def test_a_tree_without_a_split_needs_no_table():
    forest = Forest((Tree((None,), (-1,), (-1,), (0.7,), (1.0,)),), 2)
    assert packs_of(forest, grid_for((), 2)) == []
