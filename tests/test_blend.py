"""A blend is explained exactly, and its account survives the disk without any library."""

import subprocess
import sys

import numpy as np
import pytest

from churn.errors import ChurnError, Damaged
from churn.explain.explainer import Linear, explainer_for, explainer_from, sigmoid
from churn.explain.trees import Forest, Split, Tree

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


def test_tables_that_are_cut_or_of_another_kind_are_refused():
    arrays = explainer_for([(1.0, FOREST), (1.0, LINE)], 2).to_arrays()
    cut = {name: a for name, a in arrays.items() if name != "lookup.steps"}
    for broken in (cut, {**arrays, "protocol": np.array(99)}, {}):
        with pytest.raises(Damaged, match="explanation tables"):
            explainer_from(broken)


def test_averaged_votes_stand_alone_or_are_refused():
    votes = Forest((STUMP,), 2, scale="probability")
    alone = explainer_for([(1.0, votes)], 2)
    assert (alone.scale, alone.probability(PEOPLE).tolist()) == ("probability", [0.0, 1.0, 1.0])
    for members, slope in (([(0.5, votes), (0.5, LINE)], 1.0), ([(1.0, votes)], 2.0)):
        with pytest.raises(ChurnError, match="averaged votes"):
            explainer_for(members, 2, slope=slope)


def test_a_matrix_of_another_width_is_refused():
    with pytest.raises(ChurnError, match="reads 2 columns"):
        explainer_for([(1.0, FOREST)], 2).margin(np.zeros((3, 5), np.float32))


def test_reading_and_explaining_needs_no_machine_learning_library(tmp_path):
    np.savez(tmp_path / "a.npz", **explainer_for([(1.0, FOREST), (1.0, LINE)], 2).to_arrays())
    code = (
        "import sys, numpy as np; from churn.explain.explainer import explainer_from;"
        "print(explainer_from(np.load(sys.argv[1])).margin(np.zeros((1, 2), np.float32)));"
        "assert not {'xgboost', 'lightgbm', 'sklearn', 'shap', 'scipy', 'pandas', 'numba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.npz")], check=True, capture_output=True)
