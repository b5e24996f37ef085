"""A subscriber's decision leans on what the tables show, and on nothing else."""

from dataclasses import replace

import numpy as np

from churn.samples.music import FIRST_DAYS, MONTHS, NEVER, leaving, member_months, new_life
from churn.samples.random import make_draw


def life(**changes):
    return replace(new_life(make_draw("music", 1, 0, 4)), listened=(np.full(4, 12), np.full(4, 12)), **changes)


def months(size=600):
    draw = make_draw("music", 1, 0, size)
    start = new_life(draw)
    return start, list(member_months(draw, start))


def test_paying_by_hand_a_discount_and_less_listening_each_raise_the_risk():
    yes, no, same = np.full(4, True), np.full(4, False), np.zeros(4, np.int64)
    calm = life(auto=yes, promoted=no, plan=same, cancels=same)
    worse = [replace(calm, auto=no), replace(calm, promoted=yes), replace(calm, listened=(same + 3, same + 12))]
    assert all((leaving(other) > leaving(calm)).all() for other in worse)


def test_nobody_has_paid_before_the_first_month():
    assert (new_life(make_draw("music", 1, 0, 50)).until == NEVER).all()


def test_the_months_follow_each_other_without_a_gap():
    _, lived = months(20)
    assert [m.first for m in lived] == list(FIRST_DAYS[:MONTHS])
    assert [m.listened.shape[1] for m in lived] == np.diff(FIRST_DAYS).tolist()


def test_only_those_whose_plan_ends_in_the_month_decide_and_once():
    _, lived = months()
    for m in lived:
        assert ((m.expires >= m.first) & (m.expires < m.first + m.listened.shape[1])).all()
        assert len(np.unique(m.deciding)) == len(m.deciding)


def test_nobody_listens_before_registering():
    start, lived = months()
    for m in lived:
        who, day = np.nonzero(m.listened)
        assert (m.first + day >= start.registered[who]).all()


def test_as_many_leave_as_the_probabilities_say():
    _, lived = months(4096)
    expected, left = sum(m.probability.sum() for m in lived), sum(m.left.sum() for m in lived)
    assert abs(left - expected) < 4 * np.sqrt(expected)


def test_who_renews_goes_on_listening_after_the_old_plan_has_ended():
    _, lived = months(4096)
    before, after = [], []
    for m in lived[3:]:
        stayed, ends = m.deciding[~m.left], m.expires[~m.left] - m.first
        middle = (ends >= 8) & (ends < m.listened.shape[1] - 8)
        for who, end in zip(stayed[middle], ends[middle], strict=True):
            before.append(m.listened[who, end - 7 : end].mean())
            after.append(m.listened[who, end + 1 : end + 8].mean())
    assert np.mean(after) > 0.9 * np.mean(before)
