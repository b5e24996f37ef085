"""The music tables have the KKBox columns, and what is called leaving follows from the payments alone."""

from functools import cache

import numpy as np
import pytest

from churn.samples.catalogue import make_sample
from churn.samples.random import best_auc, day_number


@cache
def sample():
    return make_sample("music", rows=1500)


@cache
def tables():
    return sample().tables()


@cache
def truth():
    return sample().truth().to_pandas()


@cache
def payments():
    return tables()["transactions"].to_pandas()


def test_the_tables_have_the_columns_people_know():
    assert {name: table.column_names for name, table in tables().items()} == {
        "members": ["msno", "city", "bd", "gender", "registered_via", "registration_init_time"],
        "transactions": [
            *("msno", "payment_method_id", "payment_plan_days", "plan_list_price", "actual_amount_paid"),
            *("is_auto_renew", "transaction_date", "membership_expire_date", "is_cancel"),
        ],
        "logs": [
            *("msno", "date", "num_25", "num_50", "num_75", "num_985", "num_100", "num_unq", "total_secs"),
        ],
    }


def test_one_row_per_member_and_per_day_of_listening():
    assert len(tables()["members"]["msno"].unique()) == tables()["members"].num_rows == 1500
    logs = tables()["logs"].to_pandas()
    assert not logs.duplicated(["msno", "date"]).any()
    assert (logs["date"].min(), logs["date"].max()) == (20260101, 20260630)
    assert (logs[["num_25", "num_100", "total_secs"]].min() >= 0).all() and (logs["num_unq"] >= 1).all()


def test_nothing_is_known_that_happened_after_the_last_day():
    assert payments()["transaction_date"].max() <= 20260630
    assert set(payments()["msno"]) <= set(tables()["members"]["msno"].to_pylist())


def test_a_cancellation_ends_the_plan_the_same_day_and_an_automatic_one_only():
    cancels = payments()[payments()["is_cancel"] == 1]
    assert len(cancels) > 100
    assert (cancels["membership_expire_date"] == cancels["transaction_date"]).all()
    assert (cancels["is_auto_renew"] == 1).all()


def days(numbers):
    return np.array([day_number(f"{n // 10000}-{n // 100 % 100:02}-{n % 100:02}") for n in numbers])


def test_leaving_means_no_new_plan_within_30_days_of_the_expiry():
    paid = payments()[payments()["is_cancel"] == 0]
    until, made = days(paid["membership_expire_date"]), days(paid["transaction_date"])
    mine = paid.reset_index().groupby("msno").groups
    decided = truth()[truth()["as_of"] == "2026-05-01"]
    for who, expires, left in zip(decided["msno"], days(decided["expires"]), decided["left"], strict=True):
        renewed = (until[mine[who]] > expires) & (made[mine[who]] <= expires + 30)
        assert renewed.any() == (not left)


def test_what_happens_next_month_can_be_known_from_this_one_believably_well():
    decided = truth()[truth()["as_of"] == sample().business.as_of]
    assert decided["left"].mean() == pytest.approx(0.075, abs=0.03)
    assert 0.80 <= best_auc(decided["probability"]) <= 0.90


def test_fading_listeners_and_hand_payers_are_the_ones_at_risk():
    logs = tables()["logs"].to_pandas()
    april = logs[(logs["date"] > 20260331) & (logs["date"] <= 20260430)].groupby("msno").size()
    decided = truth()[truth()["as_of"] == "2026-05-01"].set_index("msno")["probability"]
    heard = april.reindex(decided.index).fillna(0)
    assert decided[heard <= 2].mean() > 3 * decided[heard >= 10].mean()
    by_hand = payments().groupby("msno")["is_auto_renew"].last().reindex(decided.index) == 0
    assert decided[by_hand].mean() > 3 * decided[~by_hand].mean()
