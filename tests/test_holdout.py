"""Who is held out: random, durable, even within strata."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn.campaigns.holdout import assign_holdout, draw_numbers
from churn.errors import RequestRefused

KEYS = [f"c{i}" for i in range(2000)]
TIERS = ["High"] * 600 + ["Medium"] * 1001 + ["Low"] * 399


def test_each_stratum_gives_its_tenth():
    held = assign_holdout(KEYS, TIERS, share=0.1, seed=4)
    counts = {t: int(held[np.array(TIERS) == t].sum()) for t in ("High", "Medium", "Low")}
    assert counts["High"] == 60 and counts["Medium"] in (100, 101) and sum(counts.values()) == 200


def test_a_customer_of_a_small_stratum_is_held_out_as_often_as_anybody():
    kinds = np.array(["High|0"] * 4 + ["High|1"] * 13 + ["Low|0"] * 26 + ["Low|1"] * 47 + ["Mid|2"] * 10)
    keys = [f"k{i}" for i in range(100)]
    held = np.mean([assign_holdout(keys, kinds, share=0.1, seed=seed) for seed in range(600)], axis=0)
    shares = [held[kinds == kind].mean() for kind in np.unique(kinds)]
    assert shares == pytest.approx([0.1] * 5, abs=0.02)


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=60), st.integers(0, 999))
def test_every_stratum_gives_its_part_to_the_customer(strata, seed):
    held, kinds = assign_holdout([str(i) for i in range(len(strata))], strata, share=0.3, seed=seed), np.array(strata)
    part = held.sum() / len(strata)
    assert all(abs(held[kinds == kind].sum() - part * (kinds == kind).sum()) < 1 for kind in set(strata))


def test_the_order_of_the_list_does_not_matter():
    held = dict(zip(KEYS, assign_holdout(KEYS, TIERS, seed=4), strict=True))
    turned = dict(zip(KEYS[::-1], assign_holdout(KEYS[::-1], TIERS[::-1], seed=4), strict=True))
    assert turned == held


def test_a_customer_keeps_the_arm_when_others_join_or_leave():
    first = assign_holdout(KEYS, TIERS, seed=4)
    earlier = {k: "holdout" if h else "treat" for k, h in zip(KEYS, first, strict=True)}
    again = assign_holdout([*KEYS[500:], *(f"new{i}" for i in range(500))], ["High"] * 2000, seed=4, earlier=earlier)
    assert again[:1500].tolist() == first[500:].tolist()
    assert 0 < again[1500:].sum() < 500


def test_another_seed_draws_anew():
    same = (assign_holdout(KEYS, TIERS, seed=1) & assign_holdout(KEYS, TIERS, seed=2)).sum()
    assert same < 50


def test_another_list_draws_anew_so_that_nobody_is_held_out_month_after_month():
    january, february, again = (
        assign_holdout(KEYS, TIERS, seed=0, of=month) for month in ("january", "february", "january")
    )
    assert 0 < (january & february).sum() < 50
    assert again.tolist() == january.tolist()


def test_draws_are_even_and_never_change():
    assert draw_numbers(["a", "b"], 0).round(6).tolist() == draw_numbers(["a", "b"], 0).round(6).tolist()
    assert np.histogram(draw_numbers(KEYS, 7), bins=4, range=(0, 1))[0].min() > 430
    assert abs(draw_numbers(KEYS, 7).mean() - 0.5) < 0.02


@given(st.lists(st.sampled_from("abc"), max_size=60), st.sampled_from([0.0, 0.1, 0.25, 0.5]))
def test_the_share_is_held_out_to_the_nearest_customer(strata, share):
    held = assign_holdout([str(i) for i in range(len(strata))], strata, share=share)
    assert held.sum() == np.floor(len(strata) * share + 0.5)


def test_a_share_above_half_is_refused():
    with pytest.raises(RequestRefused, match=r"share is 0\.7"):
        assign_holdout(["a"], ["x"], share=0.7)
