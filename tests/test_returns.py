"""Returns: the proposed window is the one within which nine in ten returners were always back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.features.labels import propose_window


def test_the_window_and_who_came_back_anyway_are_counted_by_hand():
    longest = np.array([3] * 18 + [40, 100] + [0] * 5)  # 20 returners, 5 who never came back
    silence = np.array([1] * 20 + [80] * 5)
    window = propose_window(longest, silence)
    assert (window.proposed.days, window.proposed.within, window.returners) == (3, 0.9, 20)
    thirty = next(c for c in window.candidates if c.days == 30)
    assert (thirty.given_up, thirty.came_back, thirty.came_back_share) == (7, 2, 2 / 7)
    assert window.sentence == "90% of returners are back within 3 days; of 7 silent for longer, 29% came back anyway."


def test_too_few_returners_propose_nothing():
    window = propose_window(np.array([3] * 19 + [0]), np.array([1] * 20))
    assert window.proposed is None
    assert window.sentence == "Only 19 customers ever came back from a silence: too few to propose a window."


@pytest.mark.parametrize(("returners", "told"), [(0, "Nobody ever came"), (1, "Only 1 customer ever came")])
def test_so_few_returners_are_counted_in_good_english(returners, told):
    window = propose_window(np.array([3] * returners + [0] * 5), np.array([1] * (returners + 5)))
    assert window.sentence.startswith(told)


def test_nobody_silent_for_longer_is_said():
    window = propose_window(np.full(20, 2), np.full(20, 1))
    assert window.sentence == "100% of returners are back within 2 days; nobody was silent for longer."


@given(st.lists(st.tuples(st.integers(0, 800), st.integers(1, 800)), max_size=60))
def test_longer_windows_wait_for_more_and_give_up_fewer(people):
    longest, silence = (np.array([p[i] for p in people], dtype=int) for i in (0, 1))
    candidates = propose_window(longest, silence).candidates
    assert [c.within for c in candidates] == sorted(c.within for c in candidates)
    assert [c.given_up for c in candidates] == sorted((c.given_up for c in candidates), reverse=True)
