"""A blend is explained exactly, and its account survives the disk without any library."""

import numpy as np

from churn.attribution.blend import explainer_for, explainer_from, sigmoid
from churn.attribution.linear import Linear
from churn.attribution.trees import Forest, Split, Tree

STUMP = Tree((Split(0, 1.0), None, None), (1, -1, -1), (2, -1, -1), (0.0, -1.0, 3.0), (10.0, 5.0, 5.0))
FOREST = Forest((STUMP,), 2, base=0.5)
LINE = Linear(0.25, np.array([0.0, 2.0]), np.array([0.0, 1.0]), (np.array([0.0, 0.0]), np.array([-1.0, 0.0])))
PEOPLE = np.array([[0, 1], [1, 2], [np.nan, np.nan]], np.float32)


def test_a_blend_is_the_weighted_sum_of_its_members_with_slope_and_intercept():
    blend = explainer_for([(0.5, FOREST), (2.0, LINE), (0.0, FOREST)], 2, slope=2.0, intercept=-1.0)
    assert blend.base == -1 + 2 * (0.5 * (0.5 + 1.0) + 2.0 * 0.25)
    np.testing.assert_array_equal(blend.contributions(PEOPLE), [[-2, 0], [2, 8], [2, -4]])
    np.testing.assert_array_equal(blend.margin(PEOPLE), blend.base + np.array([-2.0, 10.0, -2.0]))
    np.testing.assert_array_equal(blend.probability(PEOPLE), sigmoid(blend.margin(PEOPLE)))


def test_a_blend_read_back_from_its_arrays_gives_the_same_numbers(tmp_path):
    blend = explainer_for([(0.5, FOREST), (2.0, LINE)], 2)
    np.savez(tmp_path / "a.npz", **blend.to_arrays())
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        again = explainer_from(arrays)
    assert (again.base, again.scale, again.libraries_needed) == (blend.base, "log-odds", ())
    np.testing.assert_array_equal(again.contributions(PEOPLE), blend.contributions(PEOPLE))
